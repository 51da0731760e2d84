//! How much has to happen before it is called unusual.

/// How much has to happen before it is called unusual. What is unusual at a lower sensitivity is so at a higher one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitivity {
    /// Only what can't be chance.
    Low,
    /// What fits CloudTrail's published examples; the default.
    Medium,
    /// Also what might be chance once in a while.
    High,
}

impl Sensitivity {
    /// All of them, the lowest first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];
}
