//! Counts in sixteen bits: exact below 4,096, above that to one part in 2,048.

/// A count from 0 to 2^42, rounded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Compact(u16);

const MANTISSA_BITS: u32 = 11;
const HIDDEN: u64 = 1 << MANTISSA_BITS;

impl Compact {
    /// The largest that can be told.
    pub(crate) const MAX: Self = Self(u16::MAX);

    pub(crate) fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    pub(crate) fn bits(self) -> u16 {
        self.0
    }

    /// Rounds down.
    #[expect(clippy::cast_possible_truncation, reason = "exponent and mantissa have sixteen bits together")]
    pub(crate) fn floor(count: u64) -> Self {
        if count < HIDDEN {
            return Self(count as u16);
        }
        let shift = count.ilog2() - MANTISSA_BITS;
        if shift > 30 {
            return Self::MAX;
        }
        let mantissa = (count >> shift) - HIDDEN;
        Self((((shift + 1) << MANTISSA_BITS) as u16) | mantissa as u16)
    }

    /// Rounds up.
    pub(crate) fn ceil(count: u64) -> Self {
        let low = Self::floor(count);
        if low.get() < count && low != Self::MAX { Self(low.0 + 1) } else { low }
    }

    /// Returns the count.
    pub(crate) fn get(self) -> u64 {
        let (shift, mantissa) = (u32::from(self.0) >> MANTISSA_BITS, u64::from(self.0) & (HIDDEN - 1));
        match shift {
            0 => mantissa,
            shift => (HIDDEN + mantissa) << (shift - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_as_it_says() {
        for count in (0..5000).chain((0..40).map(|bit| (1 << bit) + 12345)) {
            let (low, high) = (Compact::floor(count).get(), Compact::ceil(count).get());
            assert!(low <= count && count <= high, "{count} {low} {high}");
            assert!((high - low) as f64 <= count as f64 / 2000.0, "{count} {low} {high}");
            if count < 4096 {
                assert_eq!(low, count);
            }
        }
    }

    #[test]
    fn keeps_the_order_of_counts_in_its_bits() {
        for bits in 0..u16::MAX {
            let (one, next) = (Compact::from_bits(bits), Compact::from_bits(bits + 1));
            assert!(one.get() < next.get(), "{bits}");
            assert_eq!(Compact::floor(one.get()), one);
        }
        assert_eq!(Compact::ceil(u64::MAX), Compact::MAX);
    }
}
