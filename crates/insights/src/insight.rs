//! One Insights event.

use cairn_anomaly::{Direction, Minute, Sensitivity};

use crate::attribution::Share;
use crate::metric::Metric;

/// Which end of something unusual an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Its beginning.
    Start,
    /// Its end.
    End,
}

/// Everything that an Insights event says: what was usual, what happened, and who did it.
#[derive(Debug, Clone, PartialEq)]
pub struct Insight {
    /// Whose calls.
    pub metric: Metric,
    /// At which sensitivity it is unusual.
    pub sensitivity: Sensitivity,
    /// Which way.
    pub direction: Direction,
    /// Which end.
    pub state: State,
    /// Its first unusual minute.
    pub start: Minute,
    /// At the start the minutes that gave it away, at the end all of it: from `start` on.
    pub minutes: u32,
    /// The calls in them.
    pub calls: u64,
    /// Whom those are put down to.
    pub shares: Vec<Share>,
    /// The minutes before the start that were usual: seven days of them, or as many as were seen.
    pub baseline_minutes: u32,
    /// The calls in those.
    pub baseline_calls: u64,
    /// Whom those are put down to.
    pub baseline_shares: Vec<Share>,
}
