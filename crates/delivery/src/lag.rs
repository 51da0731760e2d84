//! How far the log files of each trail have come, for those who ask.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use cairn_catalog::TrailId;
use cairn_journal::Position;
use jiff::Timestamp;

/// How far the log files of a trail have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// The next position to be read: what stands from there on was not looked at yet.
    pub next: Position,
    /// When the oldest event was received that was taken and is in no file yet; none where there is none. Up to the
    /// length of a window it waits for others.
    pub waits_since: Option<Timestamp>,
    /// The oldest position of what a denied folder is owed; none where nothing is. It is before `next`.
    pub owed_from: Option<Position>,
}

/// Tells of every trail that is being delivered. Clones tell the same.
#[derive(Debug, Clone, Default)]
pub struct Lags(Arc<Mutex<BTreeMap<TrailId, Lag>>>);

impl Lags {
    /// Says how far a trail has come; none while its delivery has not begun.
    pub fn of(&self, trail: &TrailId) -> Option<Lag> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(trail).copied()
    }

    pub(crate) fn note(&self, trail: &TrailId, lag: Lag) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get_mut(trail) {
            Some(known) => *known = lag,
            None => drop(all.insert(trail.clone(), lag)),
        }
    }

    /// Forgets a trail that is over.
    pub(crate) fn forget(&self, trail: &TrailId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(trail);
    }
}
