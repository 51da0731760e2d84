//! The file and the connections to it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqlitePool};

/// Makes an empty file with mode 0600, and its directory with mode 0700, where there is none. SQLite gives its side
/// files the same mode.
pub(super) fn make_private(path: &Path) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_empty) => {
            sync_directory(directory)?;
            directory.parent().map_or(Ok(()), sync_directory)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn sync_directory(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    File::open(path)?.sync_all()
}

pub(super) async fn writer(path: &Path) -> Result<SqlitePool, sqlx::Error> {
    pool().max_connections(1).connect_with(options(path)).await
}

/// Connections open when first needed: an idle store has none but the writer.
pub(super) fn readers(path: &Path) -> SqlitePool {
    pool().max_connections(READERS_MAX).connect_lazy_with(options(path).pragma("query_only", "ON"))
}

/// As many more to the same file.
pub(super) fn more_readers(readers: &SqlitePool) -> SqlitePool {
    pool().max_connections(READERS_MAX).connect_lazy_with(readers.connect_options().as_ref().clone())
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(false)
        .pragma("trusted_schema", "OFF")
        .pragma("cache_size", CACHE)
        .pragma("journal_size_limit", LOG_BYTES_MAX)
        .disable_statement_logging()
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

/// Enough for a few questions, and for the follower, who has his own; more would only queue on the same disk.
const READERS_MAX: u32 = 3;

/// How long to wait for another process that writes, such as a backup, before saying busy.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait for a connection before saying busy.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// From here on a wait for a connection is worth a line to the operator: shorter ones come with a busy machine.
const ACQUIRE_SLOW: Duration = Duration::from_secs(10);

/// What is left of the log after a large change, such as an import of a year, once it is in the file.
const LOG_BYTES_MAX: &str = "67108864";

/// KiB of pages that a connection keeps, as SQLite wants it told: this hour's points of 100,000 metrics fit.
const CACHE: &str = "-16384";
