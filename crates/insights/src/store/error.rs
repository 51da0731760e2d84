//! What can go wrong in the store, by what the caller can do about it.

use std::error::Error;

use sqlx::error::DatabaseError;

/// The store did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[error("{doing} in the store of insights")]
pub struct StoreError {
    /// What the caller can do.
    pub failure: StoreFailure,
    pub(crate) doing: &'static str,
    #[source]
    pub(crate) source: Box<dyn Error + Send + Sync>,
}

/// What a caller can do about a store that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreFailure {
    /// Another process holds the file; nothing changed and the same call may succeed later.
    Busy,
    /// The disk is full; nothing changed and the same call succeeds once there is room.
    Full,
    /// What is stored cannot be read as what it must be; an operator has to look.
    Corrupt,
    /// The disk refused a read, a write or a sync. Whether the last change is kept shows after a restart; until then
    /// every write fails with this.
    Broken,
    /// The store was asked for what contradicts what it holds: somebody else writes to it, or a bug.
    Contradicted,
    /// The store is closed, or refused for a reason that repeating will not cure.
    Failed,
}

/// The store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StoreOpenError {
    /// A newer Cairn has written here; start that one.
    #[error("open a store of insights of schema version {found}: this Cairn knows versions up to {known}")]
    Newer {
        /// The schema version found.
        found: u64,
        /// The newest schema version that this build knows.
        known: u64,
    },
    /// The file is a database of something else.
    #[error("open the file as a store of insights: it is a database, but none that Cairn has made")]
    Foreign,
    /// The directory or the file could not be made or opened.
    #[error("open the file of insights")]
    File(#[source] std::io::Error),
    /// The store failed.
    #[error("open the store of insights")]
    Store(#[source] StoreError),
}

pub(super) fn corrupt(doing: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError { failure: StoreFailure::Corrupt, doing, source: source.into() }
}

pub(super) fn contradicted(doing: &'static str, reason: &'static str) -> StoreError {
    StoreError { failure: StoreFailure::Contradicted, doing, source: reason.into() }
}

/// What was to be done failed for a reason that is not the store's.
pub(crate) fn failed_to(doing: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError { failure: StoreFailure::Failed, doing, source: source.into() }
}

/// Sorts a failure by what the caller can do; to be given to `map_err`.
pub(super) fn failed(doing: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |error| StoreError { failure: kind(&error), doing, source: Box::new(error) }
}

fn kind(error: &sqlx::Error) -> StoreFailure {
    match error {
        sqlx::Error::Database(database) => of_code(database.as_ref()),
        sqlx::Error::PoolTimedOut => StoreFailure::Busy,
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => StoreFailure::Broken,
        sqlx::Error::RowNotFound
        | sqlx::Error::TypeNotFound { .. }
        | sqlx::Error::ColumnIndexOutOfBounds { .. }
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::Decode(_) => StoreFailure::Corrupt,
        _ => StoreFailure::Failed,
    }
}

/// SQLite's result codes; the low byte is the primary one.
fn of_code(error: &dyn DatabaseError) -> StoreFailure {
    let code = error.code().and_then(|code| code.parse::<u32>().ok()).unwrap_or_default();
    match code & 0xff {
        5 | 6 => StoreFailure::Busy,
        13 => StoreFailure::Full,
        11 | 26 => StoreFailure::Corrupt,
        10 => StoreFailure::Broken,
        _ => StoreFailure::Failed,
    }
}
