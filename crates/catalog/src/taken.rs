//! Events that were taken from other sources, so that each is recorded once however often it is told.

use crate::{CursorMove, Refusal};

/// An event of another source, as far as it has to be recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TakenEvent {
    /// The day of the event, counted from the Unix epoch: what is told together lies together.
    pub day: i32,
    /// What tells it from every other event of its day.
    pub id: [u8; 16],
}

/// Events that became durable in the journal, and the cursor behind which no other is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    /// The events; those that are known already change nothing.
    pub events: Vec<TakenEvent>,
    /// The day after which they may be forgotten.
    pub until_day: i32,
    /// The cursor of whoever takes.
    pub cursor: CursorMove,
}

impl TakenEvent {
    /// The most events that are asked about at once.
    pub const ASKED_MAX: usize = 16_384;
}

impl Taking {
    /// The most events taken at once.
    pub const EVENTS_MAX: usize = 16_384;

    /// Checks what can be checked without the store.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let count = self.events.len();
        if count > Self::EVENTS_MAX {
            return Err(Refusal::TooMany { what: "taken events", count, max: Self::EVENTS_MAX });
        }
        self.cursor.check_forward()
    }
}
