//! Revisions in memory: the newest one, and a few that were asked for lately.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::{Revision, Snapshot};

/// No lock here is ever held for longer than copying a few pointers, nor while anything can panic, so a
/// poisoned one is still sound.
#[derive(Debug)]
pub(super) struct Revisions {
    current: RwLock<Arc<Snapshot>>,
    recent: Mutex<VecDeque<Arc<Snapshot>>>,
}

impl Revisions {
    pub(super) fn new(current: Arc<Snapshot>) -> Self {
        Self { current: RwLock::new(current), recent: Mutex::default() }
    }

    /// Makes a revision the current one. An older one than the current changes nothing.
    pub(super) fn publish(&self, newest: Arc<Snapshot>) {
        let superseded = {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            if newest.revision() <= current.revision() {
                return;
            }
            std::mem::replace(&mut *current, newest)
        };
        // Events of a moment ago are stamped with it.
        self.keep(superseded);
    }

    /// Remembers an old revision; forgets the one that was least recently asked for when there are too many.
    pub(super) fn keep(&self, old: Arc<Snapshot>) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.retain(|known| known.revision() != old.revision());
        recent.push_front(old);
        recent.truncate(RECENT_MAX);
    }

    pub(super) fn current(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn find(&self, revision: Revision) -> Option<Arc<Snapshot>> {
        let current = self.current();
        if current.revision() == revision {
            return Some(current);
        }
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let index = recent.iter().position(|known| known.revision() == revision)?;
        let found = recent.remove(index)?;
        recent.push_front(Arc::clone(&found));
        Some(found)
    }
}

/// Projections replay in order, each at its own place; there are fewer of them than this.
const RECENT_MAX: usize = 16;
