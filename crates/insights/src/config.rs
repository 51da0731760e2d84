//! How insights are looked for.

use std::path::PathBuf;
use std::time::Duration;

/// What can be chosen.
#[derive(Debug, Clone)]
pub struct InsightsConfig {
    /// The directory that insights have to themselves.
    pub dir: PathBuf,
    /// How long after its end a minute waits for events of its own.
    pub grace: Duration,
    /// How often it is looked whether a minute's time is over although nothing comes.
    pub look_every: Duration,
    /// Between two looks, the time by the clock beyond which nobody watched: the machine stood still, or the clock was
    /// put forward. Shorter than any silence that is told.
    pub still_after: Duration,
}

impl InsightsConfig {
    /// Chooses the defaults for insights in `dir`.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            grace: Duration::from_secs(15),
            look_every: Duration::from_secs(1),
            still_after: Duration::from_mins(3),
        }
    }

    /// Returns the grace in milliseconds; a day at most.
    pub(crate) fn grace_ms(&self) -> i64 {
        i64::try_from(self.grace.as_millis()).unwrap_or(i64::MAX).min(24 * 60 * 60 * 1000)
    }
}
