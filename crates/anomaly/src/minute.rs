//! Minutes, the unit of all counting.

/// A minute of UTC, counted from the Unix epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(u32);

impl Minute {
    /// The minute that is this many after the first of 1970.
    pub fn new(number: u32) -> Self {
        Self(number)
    }

    /// The minute that a second of Unix time lies in; clamped to what can be counted.
    pub fn of_epoch_seconds(seconds: i64) -> Self {
        Self(u32::try_from(seconds.div_euclid(60).max(0)).unwrap_or(u32::MAX))
    }

    /// Returns its number.
    pub fn number(self) -> u32 {
        self.0
    }

    /// Returns the second that it begins with.
    pub fn epoch_seconds(self) -> i64 {
        i64::from(self.0) * 60
    }

    /// Returns the minute that is `minutes` later.
    #[must_use]
    pub fn plus(self, minutes: u32) -> Self {
        Self(self.0.saturating_add(minutes))
    }

    /// Returns the minute that is `minutes` earlier.
    #[must_use]
    pub fn minus(self, minutes: u32) -> Self {
        Self(self.0.saturating_sub(minutes))
    }

    /// Returns how many minutes it is after `earlier`; 0 when it is not.
    pub fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }
}
