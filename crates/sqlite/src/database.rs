//! The connections to a file: one that writes, a few that read.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Sqlite, SqlitePool, Transaction};

use crate::{Failed, Failure};

/// A change on its way.
pub type Tx = Transaction<'static, Sqlite>;

/// What a kind of store has to its own taste.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// How many connections read at most.
    pub readers_max: u32,
    /// Adds to what every store's connections have.
    pub tune: fn(SqliteConnectOptions) -> SqliteConnectOptions,
}

/// The connections to one file.
#[derive(Debug)]
pub struct Database {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Set once the disk has refused a write or a sync: the kernel may have dropped what it could not write, so a
    /// later success would prove nothing.
    broken: Arc<AtomicBool>,
}

impl Database {
    /// Opens the file at `path`, which must exist. Connections that read open when first needed: an idle store has
    /// none but the writer.
    ///
    /// # Errors
    /// The file cannot be opened as a database.
    pub async fn open(path: &Path, settings: &Settings) -> Result<Self, Failed> {
        let options = (settings.tune)(options(path));
        let writer = pool().max_connections(1).connect_with(options.clone()).await?;
        let reading = options.pragma("query_only", "ON");
        let readers = pool().max_connections(settings.readers_max).connect_lazy_with(reading);
        Ok(Self { writer, readers, broken: Arc::default() })
    }

    /// Returns the same database with as many connections of its own to read by.
    #[must_use]
    pub fn beside(&self) -> Self {
        let options = self.readers.connect_options().as_ref().clone();
        let readers = self.readers.options().clone().connect_lazy_with(options);
        Self { writer: self.writer.clone(), readers, broken: Arc::clone(&self.broken) }
    }

    /// Begins a change; nobody else changes anything until it is finished or dropped.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn begin(&self) -> Result<Tx, Failed> {
        if self.broken.load(Ordering::Acquire) {
            let source = "the disk failed before; restart to see what it kept".into();
            return Err(Failed { failure: Failure::Broken, source });
        }
        self.heeded(self.writer.begin_with("BEGIN IMMEDIATE").await)
    }

    /// Commits a change; it is synced when this returns.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn finish(&self, tx: Tx) -> Result<(), Failed> {
        self.heeded(tx.commit().await)
    }

    fn heeded<T>(&self, outcome: Result<T, sqlx::Error>) -> Result<T, Failed> {
        outcome.map_err(Failed::from).inspect_err(|failed| self.heed(failed.failure))
    }

    /// Remembers that the disk failed, if that is what a change met with.
    pub fn heed(&self, failure: Failure) {
        if failure == Failure::Broken {
            self.broken.store(true, Ordering::Release);
        }
    }

    /// Returns a connection to read by.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn reader(&self) -> Result<PoolConnection<Sqlite>, Failed> {
        Ok(self.readers.acquire().await?)
    }

    /// Returns the one connection that writes.
    pub fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// Returns the connections that read.
    pub fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// Closes the connections that read.
    pub async fn close_readers(&self) {
        self.readers.close().await;
    }

    /// Closes all connections; what is written is in the file then, beside no log.
    pub async fn close(&self) {
        self.close_readers().await;
        self.writer.close().await;
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("trusted_schema", "OFF")
}

/// Connections live as long as the pool: reopening a local file cures nothing and drops its caches. The exception:
/// when the disk is full or fails, SQLite ends the transaction by itself, sqlx goes on believing in it, and every
/// later transaction of that connection is refused. Such a connection is thrown away.
fn pool() -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .after_release(|connection, _| {
            Box::pin(async {
                // A pending rollback is done before the ping is answered.
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        })
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .acquire_slow_threshold(ACQUIRE_SLOW)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// How long to wait for another process that writes, such as a backup, before saying busy.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait for a connection before saying busy. Covers many writers in line on a slow disk.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// From here on a wait for a connection is worth a line to the operator: shorter ones come with a busy machine.
const ACQUIRE_SLOW: Duration = Duration::from_secs(10);
