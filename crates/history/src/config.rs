//! How the history is kept.

use std::path::PathBuf;
use std::time::Duration;

/// The most rows the head holds before it is sealed. Measured at 200,000: 17 MB of memory, and a lookup's
/// scan of all of it stays below a millisecond.
pub const HEAD_EVENTS_MAX: usize = 200_000;

/// The days an event stays in the history.
pub const RETENTION_DAYS: u32 = 90;

/// The most events a merged split holds.
pub const SPLIT_EVENTS_MAX: u64 = 1_000_000;

/// What can be chosen.
#[derive(Debug, Clone)]
pub struct HistoryConfig {
    /// The directory that the history has to itself.
    pub dir: PathBuf,
    /// How many events the head holds before it is sealed into a split.
    pub head_events_max: usize,
    /// How long an event stays in the head at most.
    pub seal_after: Duration,
    /// How many days events are kept and found.
    pub retention_days: u32,
    /// The most events a merged split holds.
    pub split_events_max: u64,
    /// How often expiry and merging are considered without being told.
    pub reconcile_every: Duration,
}

impl HistoryConfig {
    /// Chooses the defaults for a history in `dir`.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            head_events_max: HEAD_EVENTS_MAX,
            seal_after: Duration::from_secs(15 * 60),
            retention_days: RETENTION_DAYS,
            split_events_max: SPLIT_EVENTS_MAX,
            reconcile_every: Duration::from_secs(60),
        }
    }

    pub(crate) fn retention_seconds(&self) -> i64 {
        i64::from(self.retention_days) * 24 * 60 * 60
    }
}
