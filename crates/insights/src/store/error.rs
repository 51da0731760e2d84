//! What can go wrong in the store, by what the caller can do about it.

use std::error::Error;

use cairn_sqlite::{Failed, Failure};

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
    /// The file failed.
    Sqlite(Failure),
    /// The store was asked for what contradicts what it holds: somebody else writes to it, or a bug.
    Contradicted,
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
    StoreError { failure: StoreFailure::Sqlite(Failure::Corrupt), doing, source: source.into() }
}

pub(super) fn contradicted(doing: &'static str, reason: &'static str) -> StoreError {
    StoreError { failure: StoreFailure::Contradicted, doing, source: reason.into() }
}

/// What was to be done failed for a reason that is not the store's.
pub(crate) fn failed_to(doing: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError { failure: StoreFailure::Sqlite(Failure::Failed), doing, source: source.into() }
}

/// Tells a failure in the store's words; to be given to `map_err`.
pub(super) fn failed<E: Into<Failed>>(doing: &'static str) -> impl Fn(E) -> StoreError {
    move |error| {
        let Failed { failure, source } = error.into();
        StoreError { failure: StoreFailure::Sqlite(failure), doing, source }
    }
}
