//! Opening a store: lock, tables, generation, writer, and the sweep of what a crash left.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cairn_event::{Clock, Ids};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::ObjectStore;
use super::blob::{Blobs, sync_dir};
use super::error::StoreError;
use super::known_buckets::KnownBuckets;
use super::schema;
use super::sweep;
use super::writer::IndexWriter;
use crate::seal::{SealingKey, Wrapping};

/// Connections that read the index at once.
const READERS_MAX: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

impl ObjectStore {
    /// Opens the store in `dir`, making it when absent. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process has it open, [`StoreError::Newer`] when a newer Cairn
    /// wrote it, [`StoreError::OtherKey`] when it was sealed with another key, else what the disk or the
    /// index said.
    pub async fn open(
        dir: &Path,
        key: &SealingKey,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, StoreError> {
        let io = |doing| move |source| StoreError::io(doing, source);
        std::fs::create_dir_all(dir).map_err(io("make the store's directory"))?;
        let lock = lock(dir)?;
        let options = SqliteConnectOptions::new()
            .filename(dir.join("index.sqlite3"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(false)
            .busy_timeout(BUSY_TIMEOUT)
            .disable_statement_logging();
        let mut connection = options.connect().await?;
        let wrapping = Wrapping::new(key);
        let generation = match schema::prepare(&mut connection, wrapping.id()).await {
            Ok(generation) => generation,
            Err(refusal) => {
                // Whoever takes the lock next finds the index free.
                drop(connection.close().await);
                return Err(refusal);
            }
        };
        // The index's own name must be durable before anything in it counts.
        sync_dir(dir).map_err(io("sync the store's directory"))?;
        if let Some(parent) = dir.parent() {
            sync_dir(parent).map_err(io("sync the directory above the store"))?;
        }
        let blobs = Arc::new(Blobs::open(dir, generation, Arc::clone(&ids))?);
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .min_connections(0)
            .connect_lazy_with(options.create_if_missing(false).read_only(true));
        let known_buckets = Arc::new(KnownBuckets::default());
        let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
        let writer = IndexWriter::start(
            connection,
            (Arc::clone(&blobs), Arc::clone(&known_buckets)),
            &tasks,
            shutdown.clone(),
        );
        tasks.spawn(sweep::run(Arc::clone(&blobs), readers.clone(), shutdown.clone()));
        Ok(Self { clock, ids, blobs, readers, writer, known_buckets, wrapping, tasks, shutdown, _lock: lock })
    }
}

fn lock(dir: &Path) -> Result<std::fs::File, StoreError> {
    let failed = |source| StoreError::io("lock the store", source);
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(dir.join("lock"))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::Locked),
        Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}
