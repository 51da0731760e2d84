//! What a derived view implements.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;

use cairn_event::Entry;
use cairn_journal::Position;

/// One record of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its place in the journal.
    pub position: Position,
    /// What intake wrote.
    pub entry: Entry,
}

/// Consecutive records; never empty.
pub type Batch = Arc<[Record]>;

/// A view derived from the journal.
pub trait Projection: Send {
    /// Why a batch was not applied.
    type Error: Error + Send + Sync + 'static;

    /// Returns the name that logs and metrics carry.
    fn name(&self) -> &'static str;

    /// Takes the next records. Called with the same batch again after an error, so that it must not
    /// matter how much of the batch was done before. Over 500 µs of CPU belong on a blocking thread.
    fn apply(&mut self, batch: Batch) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Is called when there is nothing to read, at least once in [`crate::Options::idle_every`], and
    /// between batches no more often than that: for work that time makes due.
    fn idle(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send {
        std::future::ready(Ok(()))
    }

    /// Is told that the records from its place on up to `head` were given up before it got them; answers whether it can
    /// do without them and goes on from there. Unless it says so, reading is tried again, and keeps failing.
    fn go_on_from(&mut self, head: Position) -> impl Future<Output = Result<bool, Self::Error>> + Send {
        let _ = head;
        std::future::ready(Ok(false))
    }
}
