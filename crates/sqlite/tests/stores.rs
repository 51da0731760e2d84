//! A small store: its schema's versions, which files it refuses, and what it does once the disk has failed.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use cairn_sqlite::{Database, Failed, Failure, MigrateError, Schema, Settings, make_private};
use sqlx::{Executor, raw_sql};

const STEPS: [&str; 3] = [
    "PRAGMA application_id = 1414485076;
     CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;
     INSERT INTO schema_version VALUES (0);
     CREATE TABLE step (number INTEGER NOT NULL) STRICT;
     INSERT INTO step VALUES (1);",
    "INSERT INTO step VALUES (2);",
    "INSERT INTO step VALUES (3);",
];

const NEWEST: Schema = Schema { application_id: 1_414_485_076, steps: &STEPS };

async fn open(path: &Path) -> Database {
    make_private(path).unwrap();
    Database::open(path, &Settings { readers_max: 2, tune: |options| options }).await.unwrap()
}

async fn migrate(database: &Database, schema: &Schema) -> Result<u64, MigrateError> {
    let mut tx = database.begin().await.unwrap();
    let found = schema.migrate(&mut tx).await?;
    database.finish(tx).await.unwrap();
    Ok(found)
}

async fn number(database: &Database, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut *database.reader().await.unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_file_is_brought_to_the_newest_version_by_the_steps_that_it_lacks() {
    for version in 0..=STEPS.len() {
        let directory = tempfile::tempdir().unwrap();
        let database = open(&directory.path().join("store.sqlite")).await;
        let older = Schema { steps: &STEPS[..version], ..NEWEST };
        assert_eq!(migrate(&database, &older).await.unwrap(), 0, "the file is empty");
        assert_eq!(migrate(&database, &NEWEST).await.unwrap(), version as u64);
        assert_eq!(migrate(&database, &NEWEST).await.unwrap(), 3);
        assert_eq!(number(&database, "SELECT version FROM schema_version").await, 3);
        assert_eq!(
            number(&database, "SELECT count(*) * 10 + max(number) FROM step").await,
            33,
            "each step once"
        );
        database.close().await;
    }
}

#[tokio::test]
async fn a_step_that_fails_leaves_the_file_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(&directory.path().join("store.sqlite")).await;
    let wrong = Schema { steps: &[STEPS[0], "INSERT INTO step VALUES ('text')"], ..NEWEST };
    match migrate(&database, &wrong).await {
        Err(MigrateError::Failed { doing: "migrate the schema", failed }) => {
            assert_eq!(failed.failure, Failure::Failed);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(number(&database, "SELECT count(*) FROM sqlite_schema").await, 0);
    assert_eq!(migrate(&database, &NEWEST).await.unwrap(), 0);
}

#[tokio::test]
async fn newer_and_foreign_files_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(&directory.path().join("store.sqlite")).await;
    migrate(&database, &NEWEST).await.unwrap();
    let older = Schema { steps: &STEPS[..2], ..NEWEST };
    let refused = migrate(&database, &older).await;
    assert!(matches!(refused, Err(MigrateError::Newer { found: 3, known: 2 })), "{refused:?}");
    let other = Schema { application_id: 77, ..NEWEST };
    assert!(matches!(migrate(&database, &other).await, Err(MigrateError::Foreign)));
    database.writer().execute("UPDATE schema_version SET version = -1").await.unwrap();
    assert!(matches!(migrate(&database, &NEWEST).await, Err(MigrateError::Foreign)));

    let database = open(&directory.path().join("notes.sqlite")).await;
    database.writer().execute(raw_sql("CREATE TABLE note (text TEXT)")).await.unwrap();
    assert!(matches!(migrate(&database, &NEWEST).await, Err(MigrateError::Foreign)));
    assert_eq!(number(&database, "SELECT count(*) FROM sqlite_schema").await, 1);
}

#[tokio::test]
async fn a_disk_that_failed_once_is_not_trusted_again() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(&directory.path().join("store.sqlite")).await;
    migrate(&database, &NEWEST).await.unwrap();
    let beside = database.beside();
    for harmless in [Failure::Busy, Failure::Full, Failure::Corrupt, Failure::Failed] {
        database.heed(harmless);
        drop(database.begin().await.unwrap());
    }
    database.heed(Failure::Broken);
    for connections in [&database, &beside] {
        assert_eq!(connections.begin().await.unwrap_err().failure, Failure::Broken);
        assert_eq!(number(connections, "SELECT max(number) FROM step").await, 3, "reads go on");
    }
}

#[tokio::test]
async fn readers_of_their_own_are_kept_waiting_by_nobody_and_change_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(&directory.path().join("store.sqlite")).await;
    migrate(&database, &NEWEST).await.unwrap();
    let beside = database.beside();
    let held = (beside.reader().await.unwrap(), beside.reader().await.unwrap());
    let mut reader = database.reader().await.unwrap();
    let refused = reader.execute("DELETE FROM step").await;
    assert!(refused.is_err(), "{refused:?}");
    drop(held);
    beside.close_readers().await;
    assert_eq!(number(&database, "SELECT count(*) FROM step").await, 3, "the others are open");
}

#[test]
fn a_failure_says_what_the_caller_can_do() {
    let gone = || io::Error::other("the disk is gone");
    for (error, failure) in [
        (sqlx::Error::PoolTimedOut, Failure::Busy),
        (sqlx::Error::Io(gone()), Failure::Broken),
        (sqlx::Error::WorkerCrashed, Failure::Broken),
        (sqlx::Error::RowNotFound, Failure::Corrupt),
        (sqlx::Error::Decode(gone().into()), Failure::Corrupt),
        (sqlx::Error::PoolClosed, Failure::Failed),
    ] {
        let text = error.to_string();
        let failed = Failed::from(error);
        assert_eq!(failed.failure, failure, "{text}");
        assert_eq!(failed.source.to_string(), text, "the cause is kept");
    }
}

#[test]
fn a_file_is_made_for_its_owner_alone_and_never_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.sqlite");
    assert!(make_private(&path).unwrap());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::write(&path, "what is there").unwrap();
    assert!(!make_private(&path).unwrap());
    assert_eq!(fs::read_to_string(&path).unwrap(), "what is there");
    let missing = make_private(&directory.path().join("none/store.sqlite")).unwrap_err();
    assert_eq!(missing.kind(), io::ErrorKind::NotFound);
}
