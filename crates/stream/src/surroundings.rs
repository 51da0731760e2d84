//! What every stream stands on.

use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::Catalog;
use cairn_event::Clock;
use cairn_intake::Intake;
use cairn_projection::Source;

use crate::tally::Tallies;

/// What every stream stands on.
#[derive(Clone)]
pub struct Surroundings {
    /// Routing, cursors and status.
    pub catalog: Arc<dyn Catalog>,
    /// The journal.
    pub journal: Source,
    /// Tells when a deleted trail has nothing more to come.
    pub intake: Arc<Intake>,
    /// Tells how old an event is.
    pub clock: Arc<dyn Clock>,
    /// How old an event grows before a destination that does not take it is spared it. Until then it stays
    /// in the journal; for ever would let one dead destination fill the journal for all.
    pub give_up_after: Duration,
    /// Where streams tell how they fare.
    pub tallies: Tallies,
}

impl std::fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings").field("give_up_after", &self.give_up_after).finish_non_exhaustive()
    }
}
