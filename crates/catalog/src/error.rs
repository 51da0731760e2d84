//! What can go wrong, by what the caller can do about it.

use std::error::Error;

pub use cairn_sqlite::Failure as StoreFailure;

use crate::{Refusal, Revision};

/// The store did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[error("{doing} in the catalog")]
pub struct StoreError {
    /// What the caller can do.
    pub failure: StoreFailure,
    pub(crate) doing: &'static str,
    #[source]
    pub(crate) source: Box<dyn Error + Send + Sync>,
}

/// The catalog cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer Cairn has written here; start that one.
    #[error("open a catalog of schema version {found}: this Cairn knows versions up to {known}")]
    Newer {
        /// The schema version found.
        found: u64,
        /// The newest schema version that this build knows.
        known: u64,
    },
    /// The file is a database of something else; point Cairn at another directory.
    #[error("open the file as a catalog: it is a database, but none that Cairn has made")]
    Foreign,
    /// The file could not be made or opened.
    #[error("open the catalog's file")]
    File(#[source] std::io::Error),
    /// The store failed.
    #[error("open the catalog")]
    Store(#[source] StoreError),
}

/// A revision cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// There is no such revision yet. In a journal entry's stamp this means that journal and catalog do
    /// not belong together, or that the catalog was restored from an older copy.
    #[error("read revision {asked}: the newest is {current}")]
    Unknown {
        /// The revision asked for.
        asked: Revision,
        /// The newest revision.
        current: Revision,
    },
    /// The store failed.
    #[error("read a revision")]
    Store(#[from] StoreError),
}

/// A revision was not made; the state is as before.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Somebody else was faster; decide again on the newest revision.
    #[error("commit on a revision that is not the newest, {current}")]
    Conflict {
        /// The newest revision.
        current: Revision,
    },
    /// The changes make no sense together or on this revision; they never will.
    #[error("commit the changes")]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error("commit the changes")]
    Store(#[from] StoreError),
}

/// A cursor was not moved, and nothing that belonged to the move was stored.
#[derive(Debug, thiserror::Error)]
pub enum CursorError {
    /// The cursor stands elsewhere: another worker moved it. Stop, or read it and go on from there.
    #[error("move a cursor that stands at {}", Place(*.actual))]
    Moved {
        /// Where it stands.
        actual: Option<u64>,
    },
    /// What was to be stored with the move contradicts what is stored; it always will.
    #[error("move a cursor")]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error("move a cursor")]
    Store(#[from] StoreError),
}

struct Place(Option<u64>);

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(position) => write!(f, "position {position}"),
            None => f.write_str("no position"),
        }
    }
}
