//! Digests on their way.
//!
//! A digest is inflated before anything proves it, and whoever may write to the bucket may have made it large: a
//! kilobyte of gzip holds a megabyte. So no more than [`SMALL_BYTES_MAX`] is kept of one that is fetched ahead; a larger
//! one is fetched again when it is needed, one at a time of all runs that share a [`DigestRoom`].

use std::collections::VecDeque;
use std::sync::Arc;

use cairn_digest::verify::{
    Content, ContentFault, DIGEST_BYTES_MAX, DigestFault, Inflated, Metadata, Object, Walk,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::RunError;
use crate::store::{FetchError, Read, Store};

/// The most digests that are fetched ahead, unless fewer are asked for, and the most bytes of them, compressed.
const AHEAD_MAX: usize = 32;
const AHEAD_BYTES_MAX: u64 = 2 << 20;

/// The most that a digest inflates to which may be one of several: it lists some two thousand log files.
const SMALL_BYTES_MAX: u64 = 1 << 20;

/// What digests may take that nothing has proved yet. Clones share it.
#[derive(Debug, Clone)]
pub struct DigestRoom {
    ahead: usize,
    large: Arc<Semaphore>,
}

/// Digests on their way, in the order they will be needed. They are given up when this is dropped.
#[derive(Debug)]
pub(crate) struct Ahead {
    room: DigestRoom,
    tasks: TaskTracker,
    fetches: VecDeque<(Object, u64, Fetching)>,
}

/// A digest on its way.
type Fetching = AbortOnDropHandle<Result<Read, FetchError>>;

/// What was fetched of a digest, or why it proves nothing.
#[derive(Debug)]
pub(crate) enum Fetched {
    Whole {
        inflated: Inflated,
        metadata: Metadata,
        /// Of a large one. To be kept until the digest is proved, or dropped.
        place: Option<OwnedSemaphorePermit>,
    },
    Fault(DigestFault),
    Unchecked(String),
}

impl Default for DigestRoom {
    fn default() -> Self {
        Self::new(AHEAD_MAX)
    }
}

impl DigestRoom {
    /// Makes room for so many small digests ahead in each run, and for one large one in all.
    pub fn new(ahead: usize) -> Self {
        Self { ahead: ahead.min(AHEAD_MAX), large: Arc::new(Semaphore::new(1)) }
    }
}

impl Ahead {
    pub(crate) fn new(room: DigestRoom) -> Self {
        Self { room, tasks: TaskTracker::new(), fetches: VecDeque::new() }
    }

    /// Returns a digest, fetched ahead where it was foreseen, and fetches others ahead.
    pub(crate) async fn take(
        &mut self,
        target: &Object,
        walk: &Walk,
        store: &Arc<dyn Store>,
    ) -> Result<Fetched, RunError> {
        while self.fetches.front().is_some_and(|(object, ..)| object != target) {
            self.fetches.pop_front();
        }
        let own = self.fetches.pop_front().map(|(.., fetch)| fetch);
        let own = own.unwrap_or_else(|| self.fetch(target.clone(), store, small));
        let mut bytes: u64 = self.fetches.iter().map(|(_, bytes, _)| bytes).sum();
        let missing = self.room.ahead.saturating_sub(self.fetches.len());
        for (object, size) in walk.upcoming().skip(self.fetches.len()).take(missing) {
            bytes += size;
            if bytes > AHEAD_BYTES_MAX {
                break;
            }
            let fetch = self.fetch(object.clone(), store, small);
            self.fetches.push_back((object, size, fetch));
        }
        let read = own.await?;
        if !matches!(&read, Ok(Read { content: Err(ContentFault::TooLarge), .. })) {
            return Ok(fetched(read, None));
        }
        // Never closed.
        let place = Arc::clone(&self.room.large).acquire_owned().await.ok();
        let read = self.fetch(target.clone(), store, large).await?;
        Ok(fetched(read, place))
    }

    fn fetch(&self, object: Object, store: &Arc<dyn Store>, begin: fn() -> Content) -> Fetching {
        let store = Arc::clone(store);
        AbortOnDropHandle::new(self.tasks.spawn(async move { store.read(&object, begin).await }))
    }
}

fn small() -> Content {
    Content::kept(SMALL_BYTES_MAX)
}

fn large() -> Content {
    Content::kept(DIGEST_BYTES_MAX)
}

fn fetched(read: Result<Read, FetchError>, place: Option<OwnedSemaphorePermit>) -> Fetched {
    match read {
        Ok(Read { content: Ok(inflated), metadata, .. }) => Fetched::Whole { inflated, metadata, place },
        Ok(Read { content: Err(ContentFault::Format), .. }) => Fetched::Fault(DigestFault::Format),
        Ok(Read { content: Err(ContentFault::Trailing), .. }) => Fetched::Fault(DigestFault::Trailing),
        Ok(Read { content: Err(ContentFault::TooLarge), .. }) => {
            Fetched::Unchecked(format!("it inflates to more than {} MiB", DIGEST_BYTES_MAX >> 20))
        }
        Err(FetchError::NotFound) => Fetched::Fault(DigestFault::NotFound),
        Err(FetchError::Failed(why)) => Fetched::Unchecked(why),
    }
}

#[cfg(test)]
mod tests;
