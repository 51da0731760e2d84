//! How much has to happen, at each sensitivity.

use crate::Sensitivity;

/// What a count must come to before it is called unusual.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Thresholds {
    /// ln of the probability below which a count is unlikely.
    pub(crate) ln_unlikely: f64,
    /// How far a peak must exceed the former ones.
    pub(crate) over: f64,
    /// What share of what is expected a silence must fall below.
    pub(crate) under: f64,
}

impl Thresholds {
    pub(crate) fn of(sensitivity: Sensitivity) -> Self {
        match sensitivity {
            Sensitivity::Low => Self { ln_unlikely: -23.03, over: 2.0, under: 0.25 },
            Sensitivity::Medium => Self { ln_unlikely: -18.42, over: 1.5, under: 0.34 },
            Sensitivity::High => Self { ln_unlikely: -13.82, over: 1.25, under: 0.45 },
        }
    }
}
