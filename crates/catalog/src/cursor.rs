//! Cursors: where a derived view goes on reading.

use crate::Refusal;

/// A named place in a sequence, usually the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The name; by custom `<projection>` or `<projection>/<part>`.
    pub name: String,
    /// The next position to be read.
    pub position: u64,
}

/// Where the cursor of a view stands that is over and has everything: beyond every position.
pub const DONE: u64 = i64::MAX.unsigned_abs();

/// A compare-and-set of a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorMove {
    /// The cursor's name.
    pub name: String,
    /// Where the caller believes it stands; `None` before its first move.
    pub expected: Option<u64>,
    /// Where it shall stand: the next position to be read.
    pub to: u64,
}

impl CursorMove {
    /// Checks what can be checked without the store.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        if self.name.len() > NAME_BYTES_MAX {
            let bytes = self.name.len();
            return Err(Refusal::TooLong { what: "a cursor's name", bytes, max: NAME_BYTES_MAX });
        }
        Ok(())
    }

    /// Checks that the move does not go back. Staying is allowed: it proves that nobody else moved.
    pub(crate) fn check_forward(&self) -> Result<(), Refusal> {
        self.check()?;
        match self.expected {
            Some(from) if self.to < from => Err(Refusal::Backwards { from, to: self.to }),
            Some(_) | None => Ok(()),
        }
    }
}

/// The longest name of a cursor, bytes.
const NAME_BYTES_MAX: usize = 1_024;
