//! The store of insights: what was counted, what series know of it, and what was told, in one SQLite file.
//!
//! One connection writes, each change in its own `BEGIN IMMEDIATE` transaction, synced by its commit (write-ahead log,
//! `synchronous=FULL`); a few connections read beside it. The one change that counts is a [`Closing`]: a minute with
//! everything that comes of it, and the journal's position behind which nothing of it is asked again.
//!
//! Points are the truth: what series know can be built anew from them (`rebuild`). The page of the format is
//! `docs/formats/insights-store.md`.

mod baseline;
mod closing;
mod column;
mod error;
mod expiry;
mod file;
mod gaps;
mod metrics;
mod points;
mod position;
mod record;
mod records;
mod schema;
mod series;
mod shares;
#[cfg(test)]
mod tests;
mod texts;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, SqlitePool, Transaction};

pub use self::baseline::Baseline;
pub use self::closing::{Closing, Count, CountedShare};
use self::error::failed;
pub(crate) use self::error::failed_to;
pub use self::error::{StoreError, StoreFailure, StoreOpenError};
pub use self::expiry::{Expired, Keep};
pub use self::gaps::Gap;
pub(crate) use self::gaps::watched;
pub use self::metrics::PlaceFilter;
pub use self::points::MetricDataQuery;
pub use self::position::Position;
pub use self::record::{Record, StoredRecord};
pub use self::records::RecordQuery;
pub use self::series::{Changed, Heard, Mark, SeriesState, StoredSeries};
pub use self::shares::MINUTES_KEPT;
use self::texts::Texts;

type Tx = Transaction<'static, Sqlite>;

/// What was counted and told, in one SQLite file.
#[derive(Debug)]
pub struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
    texts: Arc<Mutex<Texts>>,
    /// Set once the disk has refused a write or a sync: the kernel may have dropped what it could not write, so a
    /// later success would prove nothing.
    broken: Arc<AtomicBool>,
}

impl Store {
    /// Opens the store in the file at `path`; makes it, and the directory that it lies in, for its owner's eyes only,
    /// where there is none.
    ///
    /// # Errors
    /// See [`StoreOpenError`].
    pub async fn open(path: &Path) -> Result<Self, StoreOpenError> {
        file::make_private(path).map_err(StoreOpenError::File)?;
        let opened = file::writer(path).await.map_err(failed("open the file"));
        let writer = opened.map_err(StoreOpenError::Store)?;
        schema::migrate(&writer).await?;
        let readers = file::readers(path);
        Ok(Self { writer, readers, texts: Arc::default(), broken: Arc::default() })
    }

    /// Returns the same store with connections of its own to read by: whoever asks much keeps nobody else waiting. It
    /// is to be closed first.
    pub(crate) fn beside(&self) -> Self {
        Self {
            writer: self.writer.clone(),
            readers: file::more_readers(&self.readers),
            texts: Arc::clone(&self.texts),
            broken: Arc::clone(&self.broken),
        }
    }

    /// Closes the connections to read by.
    pub(crate) async fn close_readers(&self) {
        self.readers.close().await;
    }

    /// Closes all connections; what is written is in the file then, beside no log.
    pub async fn close(&self) {
        self.close_readers().await;
        self.writer.close().await;
    }

    async fn begin(&self, doing: &'static str) -> Result<Tx, StoreError> {
        if self.broken.load(Ordering::Acquire) {
            let source = "the disk failed before; restart to see what it kept".into();
            return Err(StoreError { failure: StoreFailure::Broken, doing, source });
        }
        self.watch(self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed(doing)))
    }

    async fn finish(&self, tx: Tx, doing: &'static str) -> Result<(), StoreError> {
        self.watch(tx.commit().await.map_err(failed(doing)))
    }

    /// Remembers that the disk failed.
    fn watch<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(StoreError { failure: StoreFailure::Broken, .. }) = outcome {
            self.broken.store(true, Ordering::Release);
        }
        outcome
    }

    async fn reader(&self, doing: &'static str) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.readers.acquire().await.map_err(failed(doing))
    }
}
