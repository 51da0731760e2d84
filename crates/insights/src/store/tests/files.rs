//! The file itself: who may read it, and which files are refused.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use cairn_sqlite::Failure;
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection, SqlitePool, raw_sql};

use super::super::schema::SCHEMA;
use super::sample::{NOW, at, store};
use crate::store::{Closing, Store, StoreFailure, StoreOpenError};

#[tokio::test]
async fn the_files_and_their_directory_are_private() {
    let directory = tempfile::tempdir().unwrap();
    let inside = directory.path().join("insights");
    let store = Store::open(&inside.join("insights.sqlite3")).await.unwrap();
    store.close_minute(&Closing::at(at(NOW, 1))).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inside), 0o700);
    let files: Vec<_> = fs::read_dir(&inside).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 3, "the file, its log and the log's index");
    assert!(files.iter().all(|path| mode(path) == 0o600));
    store.close().await;
    assert_eq!(fs::read_dir(&inside).unwrap().count(), 1, "closed, it is one file");
}

#[tokio::test]
async fn every_commit_is_synced() {
    let (_directory, store) = store().await;
    let ask = async |sql: &'static str| {
        sqlx::query_scalar::<_, String>(sql).fetch_one(store.database.writer()).await.unwrap()
    };
    assert_eq!(ask("SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous").await, "2", "FULL");
    assert_eq!(ask("PRAGMA journal_mode").await, "wal");
}

#[tokio::test]
async fn the_file_is_used_as_it_always_was() {
    let (directory, store) = store().await;
    let settings = async |pool: &SqlitePool| {
        let mut told = Vec::new();
        let names = ["foreign_keys", "trusted_schema", "busy_timeout", "query_only", "cache_size"];
        for name in names.into_iter().chain(["journal_size_limit"]) {
            let ask = sqlx::query_scalar::<_, i64>(AssertSqlSafe(format!("PRAGMA {name}")));
            told.push(ask.fetch_one(pool).await.unwrap());
        }
        told
    };
    assert_eq!(settings(store.database.writer()).await, [0, 0, 5_000, 0, -16_384, 67_108_864]);
    let beside = store.beside();
    for readers in [store.database.readers(), beside.database.readers()] {
        assert_eq!(settings(readers).await, [0, 0, 5_000, 1, -16_384, 67_108_864]);
        assert_eq!(readers.options().get_max_connections(), 3);
    }
    beside.close_readers().await;
    store.close().await;
    let file = fs::read(directory.path().join("insights.sqlite3")).unwrap();
    assert_eq!(&file[68..72], b"CINS", "the application id in SQLite's header");
}

#[tokio::test]
async fn a_file_of_the_first_schema_opens() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("insights.sqlite3");
    fs::write(&path, "").unwrap();
    raw(&path, SCHEMA.steps[0]).await;
    raw(&path, "UPDATE schema_version SET version = 1").await;
    for _ in 0..2 {
        let store = Store::open(&path).await.unwrap();
        let version = sqlx::query_scalar::<_, i64>("SELECT version FROM schema_version");
        assert_eq!(version.fetch_one(store.database.writer()).await.unwrap(), 2);
        store.close_minute(&Closing::at(at(NOW, 1))).await.unwrap();
        store.close().await;
    }
}

#[tokio::test]
async fn whoever_asks_much_keeps_nobody_else_from_reading() {
    let (_directory, store) = store().await;
    let asked = store.beside();
    let mut held = Vec::new();
    for _ in 0..asked.database.readers().options().get_max_connections() {
        held.push(asked.database.readers().acquire().await.unwrap());
    }
    store.close_minute(&Closing::at(at(NOW, 1))).await.unwrap();
    let read = tokio::time::timeout(Duration::from_secs(10), store.position()).await;
    assert_eq!(read.expect("it waits for nobody").unwrap(), Some(at(NOW, 1)));
    drop(held);
    assert_eq!(asked.position().await.unwrap(), Some(at(NOW, 1)));
    asked.close_readers().await;
    store.close().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_both_versions() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("insights.sqlite3");
    Store::open(&path).await.unwrap().close().await;
    raw(&path, "UPDATE schema_version SET version = 7").await;
    match Store::open(&path).await {
        Err(error @ StoreOpenError::Newer { found: 7, known: 2 }) => {
            let text = "open a store of insights of schema version 7: this Cairn knows versions up to 2";
            assert_eq!(error.to_string(), text);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_database_of_something_else_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other.sqlite3");
    fs::write(&path, "").unwrap();
    raw(&path, "CREATE TABLE note (text TEXT)").await;
    assert!(matches!(Store::open(&path).await, Err(StoreOpenError::Foreign)));
    raw(&path, "DROP TABLE note").await;
    raw(&path, "PRAGMA application_id = 77").await;
    assert!(matches!(Store::open(&path).await, Err(StoreOpenError::Foreign)));
    fs::write(&path, "not a database, but long enough to be looked at as one".repeat(100)).unwrap();
    match Store::open(&path).await {
        Err(StoreOpenError::Store(error)) => {
            assert_eq!(error.failure, StoreFailure::Sqlite(Failure::Corrupt))
        }
        other => panic!("{other:?}"),
    }
}

async fn raw(path: &Path, sql: &'static str) {
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    connection.execute(raw_sql(sql)).await.unwrap();
    connection.close().await.unwrap();
}
