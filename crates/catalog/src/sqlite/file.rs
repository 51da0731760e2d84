//! The file and the connections to it.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqlitePool};

/// Makes an empty file with mode 0600 if there is none. SQLite gives its side files the same mode.
pub(super) fn make_private(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_empty) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

pub(super) async fn writer(path: &Path) -> Result<SqlitePool, sqlx::Error> {
    pool().max_connections(1).connect_with(options(path)).await
}

/// Connections open when first needed: an idle catalog has none but the writer.
pub(super) fn readers(path: &Path) -> SqlitePool {
    pool().max_connections(READERS_MAX).connect_lazy_with(options(path).pragma("query_only", "ON"))
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

/// Connections live as long as the pool: reopening a local file cures nothing and drops its caches. The
/// exception: when the disk is full or fails, SQLite ends the transaction by itself, sqlx goes on believing
/// in it, and every later transaction of that connection is refused. Such a connection is thrown away.
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

/// Enough for a status page beside replaying projections; more would only queue on the same disk.
const READERS_MAX: u32 = 4;

/// How long to wait for another process that writes, such as a backup, before saying busy.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait for a connection before saying busy. Covers many writers in line on a slow disk.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// From here on a wait for a connection is worth a line to the operator: shorter ones come with a busy machine.
const ACQUIRE_SLOW: Duration = Duration::from_secs(10);
