//! The store of insights: what was counted, what series know of it, and what was told, in one SQLite file.
//!
//! One connection writes, a few read beside it (`cairn_sqlite`). The one change that counts is a [`Closing`]: a minute
//! with everything that comes of it, and the journal's position behind which nothing of it is asked again.
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
use std::sync::{Arc, Mutex};

use cairn_sqlite::{Database, Tx};
use sqlx::Sqlite;
use sqlx::pool::PoolConnection;

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

/// What was counted and told, in one SQLite file.
#[derive(Debug)]
pub struct Store {
    database: Database,
    texts: Arc<Mutex<Texts>>,
}

impl Store {
    /// Opens the store in the file at `path`; makes it, and the directory that it lies in, for its owner's eyes only,
    /// where there is none.
    ///
    /// # Errors
    /// See [`StoreOpenError`].
    pub async fn open(path: &Path) -> Result<Self, StoreOpenError> {
        file::make_private(path).map_err(StoreOpenError::File)?;
        let opened = Database::open(path, &file::SETTINGS).await.map_err(failed("open the file"));
        let database = opened.map_err(StoreOpenError::Store)?;
        schema::migrate(&database).await?;
        Ok(Self { database, texts: Arc::default() })
    }

    /// Returns the same store with connections of its own to read by: whoever asks much keeps nobody else waiting. It
    /// is to be closed first.
    pub(crate) fn beside(&self) -> Self {
        Self { database: self.database.beside(), texts: Arc::clone(&self.texts) }
    }

    /// Closes the connections to read by.
    pub(crate) async fn close_readers(&self) {
        self.database.close_readers().await;
    }

    /// Closes all connections; what is written is in the file then, beside no log.
    pub async fn close(&self) {
        self.database.close().await;
    }

    async fn begin(&self, doing: &'static str) -> Result<Tx, StoreError> {
        self.database.begin().await.map_err(failed(doing))
    }

    async fn finish(&self, tx: Tx, doing: &'static str) -> Result<(), StoreError> {
        self.database.finish(tx).await.map_err(failed(doing))
    }

    /// Remembers that the disk failed.
    fn watch<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(StoreError { failure: StoreFailure::Sqlite(failure), .. }) = outcome {
            self.database.heed(failure);
        }
        outcome
    }

    async fn reader(&self, doing: &'static str) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.database.reader().await.map_err(failed(doing))
    }
}
