//! The event history's splits, as the catalog lists them.

use cairn_event::{AccountId, EventTime};
use jiff::Timestamp;

use crate::{CursorMove, Refusal};

/// An immutable piece of the event history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The name of its directory; never used twice.
    pub id: String,
    /// The journal position of its first event.
    pub first_position: u64,
    /// The journal position of its last event.
    pub last_position: u64,
    /// How many events it holds.
    pub events: u64,
    /// The earliest event time in it.
    pub oldest_event: EventTime,
    /// The latest event time in it.
    pub newest_event: EventTime,
    /// Whose events it holds; ascending.
    pub accounts: Vec<AccountId>,
    /// Bytes on disk.
    pub bytes: u64,
    /// When it was made, to the millisecond.
    pub created: Timestamp,
}

/// Splits that come and go together, and the cursor that moves with them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SplitChange {
    /// The splits to add; their files are synced already.
    pub add: Vec<Split>,
    /// The ids of splits to remove; their files go afterwards.
    pub remove: Vec<String>,
    /// The cursor to move, when splits hold events that none held before.
    pub cursor: Option<CursorMove>,
}

impl SplitChange {
    /// The most splits added, and the most removed, at once.
    pub const SPLITS_MAX: usize = 1_000;

    /// The longest id of a split, bytes.
    pub const ID_BYTES_MAX: usize = 128;

    /// Checks what can be checked without the store.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let count = self.add.len().max(self.remove.len());
        if count > Self::SPLITS_MAX {
            return Err(Refusal::TooMany { what: "splits", count, max: Self::SPLITS_MAX });
        }
        for split in &self.add {
            let bytes = split.id.len();
            if bytes > Self::ID_BYTES_MAX {
                return Err(Refusal::TooLong { what: "a split's id", bytes, max: Self::ID_BYTES_MAX });
            }
        }
        match &self.cursor {
            Some(step) => step.check_forward(),
            None => Ok(()),
        }
    }
}
