//! What is usual for a series, for people to look at.

use crate::expectation::Expectation;

/// What is usual for a series now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// Calls a minute, on average over the last seven days.
    pub average: f64,
    /// The most calls in any minute of the last four weeks.
    pub most: u64,
    /// Calls a minute that may be expected at this hour, at least and at most.
    pub hourly: (f64, f64),
}

impl Usual {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rounded count, never negative"
    )]
    pub(crate) fn of(expected: &Expectation) -> Self {
        Self {
            average: f64::from(expected.mean1),
            most: expected.most1 as u64,
            hourly: (f64::from(expected.low) / 5.0, f64::from(expected.high) / 5.0),
        }
    }
}
