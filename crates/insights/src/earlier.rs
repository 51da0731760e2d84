//! Insights events that stand in the journal already: a store that was lost or put back finds them again, and so does
//! whoever imports the log files that tell of them.

use std::collections::BTreeSet;

use cairn_journal::Position;

use crate::fleet::At;
use crate::sighting::Arrived;
use crate::store::Record;

/// The most that are remembered; what is found again beyond is told again.
const EVENTS_MAX: usize = 100_000;

/// What stood in the journal when this server started, until nothing can find it again: what was found as a minute was
/// closed stands behind that minute's calls, but what was found in the past may stand before the next series is built.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    events: BTreeSet<Arrived>,
    /// The position of the first of them.
    from: Option<Position>,
    /// The series that may find them again; none before all of them were seen.
    by: Option<BTreeSet<At>>,
    /// What was imported since.
    imported: BTreeSet<Arrived>,
}

impl Earlier {
    /// Remembers an event from before the start.
    pub(crate) fn see(&mut self, position: Position, event: Arrived) {
        if self.by.is_none() && self.events.len() < EVENTS_MAX {
            self.from.get_or_insert(position);
            self.events.insert(event);
        }
    }

    /// Remembers an event that was imported since.
    pub(crate) fn see_imported(&mut self, event: Arrived) {
        if self.imported.len() < EVENTS_MAX {
            self.imported.insert(event);
        }
    }

    /// Notes that all of them were seen: only series that are to be built anew find one again.
    pub(crate) fn all_seen(&mut self, stale: impl Iterator<Item = At>) {
        if self.by.is_none() {
            self.by = Some(stale.collect());
            self.saved(|_| true);
        }
    }

    /// Notes that everything that was found is saved.
    pub(crate) fn saved(&mut self, is_stale: impl Fn(At) -> bool) {
        let Some(by) = &mut self.by else { return };
        by.retain(|at| is_stale(*at));
        if by.is_empty() {
            self.events.clear();
            self.from = None;
        }
    }

    /// Tells whether a record was found again.
    pub(crate) fn has(&self, record: &Record) -> bool {
        let event = Arrived { id: record.id.to_string(), imported: record.imported };
        self.events.contains(&event) || self.imported.contains(&event)
    }

    /// Returns from where on a restart must read, which else would from `resume` on: it has to see them, too.
    pub(crate) fn resume(&self, resume: Position) -> Position {
        self.from.map_or(resume, |from| from.min(resume))
    }
}
