//! The object store: payloads in files, everything else in one SQLite database.
//!
//! `DIR/index.sqlite3` holds buckets, objects, uploads and small payloads; `DIR/blobs/xx/ID` holds the
//! other payloads; `DIR/tmp/ID` those being written. The layout is docs/formats/object-store.md.

pub(crate) mod blob;
mod bucket;
mod content;
mod error;
mod known_buckets;
mod lease;
mod list;
mod metadata;
mod object;
mod open;
mod overwrite;
mod payload;
mod put;
mod schema;
mod sealing;
mod sweep;
mod upload;
mod upload_list;
mod writer;

#[cfg(test)]
mod crash_test;
#[cfg(test)]
mod encryption_test;
#[cfg(test)]
mod model_test;

use std::sync::Arc;

use cairn_event::Clock;
use sqlx::SqlitePool;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use bucket::{Bucket, BucketDraft};
pub use content::ContentStream;
pub use error::StoreError;
pub use metadata::{ObjectMetadata, TagSet};
pub use object::Object;
pub use put::{Deposit, Put};

pub(crate) use bucket::{BucketChange, Created};
pub(crate) use content::{Content, Extent};
pub(crate) use list::Listing;
pub(crate) use put::PutRequest;
pub(crate) use upload::{CompleteRequest, CompletedPart, PARTS_MAX, Upload, UploadDraft};

use crate::seal::Wrapping;

use blob::Blobs;
use known_buckets::KnownBuckets;
use writer::IndexWriter;

/// The durable object store. Cheap to share; every method may be called from any task.
#[derive(Debug)]
pub struct ObjectStore {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn cairn_event::Ids>,
    blobs: Arc<Blobs>,
    readers: SqlitePool,
    writer: IndexWriter,
    known_buckets: Arc<KnownBuckets>,
    wrapping: Wrapping,
    tasks: TaskTracker,
    shutdown: CancellationToken,
    /// Holds the lock on the directory for as long as the store is open.
    _lock: std::fs::File,
}

impl ObjectStore {
    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// Finishes the writes already accepted, stops background work and closes the index.
    pub async fn close(&self) {
        self.shutdown.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.readers.close().await;
    }
}
