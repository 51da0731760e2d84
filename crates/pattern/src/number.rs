//! Numbers as patterns compare them.

/// The largest number that `numeric` looks at, and the smallest without its sign.
pub(crate) const NUMERIC_MAX: f64 = 5e9;

/// A JSON number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Integer(i128),
    Float(f64),
}

impl Number {
    /// Returns the number in millionths, rounded; none beyond [`NUMERIC_MAX`].
    pub(crate) fn millionths(self) -> Option<i64> {
        match self {
            Self::Integer(whole) if whole.unsigned_abs() <= 5_000_000_000 => {
                i64::try_from(whole * 1_000_000).ok()
            }
            Self::Integer(_) => None,
            Self::Float(float) => {
                let scaled = (float * 1e6).round();
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "at most 5e15, which both types hold exactly"
                )]
                (float.abs() <= NUMERIC_MAX).then_some(scaled as i64)
            }
        }
    }

    /// Tells whether two numbers are the same: to six digits after the point, exactly beyond [`NUMERIC_MAX`].
    pub(crate) fn equals(self, other: Self) -> bool {
        match (self.millionths(), other.millionths()) {
            (Some(a), Some(b)) => a == b,
            (None, None) => match (self, other) {
                (Self::Integer(a), Self::Integer(b)) => a == b,
                _ => self.approximately().total_cmp(&other.approximately()).is_eq(),
            },
            _ => false,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "compared with a number that has no more digits")]
    fn approximately(self) -> f64 {
        match self {
            Self::Integer(whole) => whole as f64,
            Self::Float(float) => float,
        }
    }
}

/// Bounds of a `numeric` condition, in millionths.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    pub(crate) least: i64,
    pub(crate) most: i64,
}

impl Range {
    pub(crate) const ALL: Self = Self { least: i64::MIN, most: i64::MAX };

    pub(crate) fn contains(self, number: Number) -> bool {
        number.millionths().is_some_and(|value| (self.least..=self.most).contains(&value))
    }
}
