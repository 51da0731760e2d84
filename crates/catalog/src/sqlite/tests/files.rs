//! The file itself: who may read it, what it never holds, which files are refused.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use cairn_event::Region;
use sqlx::{AssertSqlSafe, Connection, Executor, Row, SqliteConnection, SqlitePool, raw_sql};

use super::super::schema::SCHEMA;
use crate::contract::sample::{access_key, account};
use crate::{Catalog, Change, OpenError, Owner, SqliteCatalog, StoreFailure};

#[tokio::test]
async fn the_file_and_its_side_files_are_private_and_hold_no_plain_secret() {
    let directory = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&directory.path().join("catalog.sqlite")).await.unwrap();
    let key = access_key("AKIAMARKER", Owner::Root);
    catalog.commit(0, vec![Change::PutAccount(account()), Change::PutAccessKey(key)]).await.unwrap();
    let mut found = 0;
    for closed in [false, true] {
        if closed {
            catalog.close().await;
        }
        for entry in fs::read_dir(directory.path()).unwrap() {
            let path = entry.unwrap().path();
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", path.display());
            let bytes = fs::read(&path).unwrap();
            let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
            found += usize::from(holds("AKIAMARKER"));
            // In the clear and as base64 would show it, whatever the alignment.
            for plain in ["secret of AKIAMARKER", "c2VjcmV0IG9m", "NlY3JldCBv", "zZWNyZXQgb2"] {
                assert!(!holds(plain), "{} holds {plain}", path.display());
            }
        }
    }
    assert!(found >= 2, "the search itself works: the key's id is found before and after the close");
}

#[tokio::test]
async fn every_commit_is_synced() {
    let directory = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&directory.path().join("catalog.sqlite")).await.unwrap();
    let ask = async |sql: &'static str| sqlx::query(sql).fetch_one(catalog.database.writer()).await.unwrap();
    assert_eq!(ask("PRAGMA synchronous").await.get::<i64, _>(0), 2, "FULL");
    assert_eq!(ask("PRAGMA journal_mode").await.get::<String, _>(0), "wal");
}

#[tokio::test]
async fn the_file_is_used_as_it_always_was() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("catalog.sqlite");
    let catalog = SqliteCatalog::open(&path).await.unwrap();
    let settings = async |pool: &SqlitePool| {
        let mut told = Vec::new();
        for name in ["foreign_keys", "trusted_schema", "busy_timeout", "query_only", "cache_size"] {
            let ask = sqlx::query(AssertSqlSafe(format!("PRAGMA {name}")));
            told.push(ask.fetch_one(pool).await.unwrap().get::<i64, _>(0));
        }
        told
    };
    assert_eq!(settings(catalog.database.writer()).await, [1, 0, 5_000, 0, -2_000]);
    assert_eq!(settings(catalog.database.readers()).await, [1, 0, 5_000, 1, -2_000]);
    assert_eq!(catalog.database.readers().options().get_max_connections(), 4);
    catalog.close().await;
    assert_eq!(&fs::read(&path).unwrap()[68..72], b"CAIR", "the application id in SQLite's header");
}

#[tokio::test]
async fn a_file_of_every_earlier_schema_opens() {
    for version in 1..SCHEMA.steps.len() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("catalog.sqlite");
        fs::write(&path, "").unwrap();
        for step in &SCHEMA.steps[..version] {
            raw(&path, *step).await;
        }
        let settings = "INSERT INTO entity (kind, key, revision_from, revision_to, created, body)
             VALUES ('settings', 'settings', 0, NULL, 0, '{\"enabled_regions\":[\"eu-west-3\"]}')";
        raw(&path, settings).await;
        raw(&path, format!("UPDATE schema_version SET version = {version}")).await;
        for _ in 0..2 {
            let catalog = SqliteCatalog::open(&path).await.unwrap();
            let ask =
                sqlx::query("SELECT version FROM schema_version").fetch_one(catalog.database.writer()).await;
            assert_eq!(ask.unwrap().get::<i64, _>(0), 7, "from {version}");
            let current = catalog.current();
            let regions: Vec<&str> = current.settings().enabled_regions.iter().map(Region::as_str).collect();
            assert_eq!(regions, ["eu-west-3"], "from {version}");
            catalog.close().await;
        }
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_both_versions() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("catalog.sqlite");
    SqliteCatalog::open(&path).await.unwrap().close().await;
    raw(&path, "UPDATE schema_version SET version = 8").await;
    match SqliteCatalog::open(&path).await {
        Err(error @ OpenError::Newer { found: 8, known: 7 }) => {
            let text = "open a catalog of schema version 8: this Cairn knows versions up to 7";
            assert_eq!(error.to_string(), text);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_database_of_something_else_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other.sqlite");
    fs::write(&path, "").unwrap();
    raw(&path, "CREATE TABLE note (text TEXT)").await;
    assert!(matches!(SqliteCatalog::open(&path).await, Err(OpenError::Foreign)));
    raw(&path, "DROP TABLE note").await;
    raw(&path, "PRAGMA application_id = 77").await;
    assert!(matches!(SqliteCatalog::open(&path).await, Err(OpenError::Foreign)));
}

#[tokio::test]
async fn what_is_no_database_is_corrupt() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("catalog.sqlite");
    fs::write(&path, "not a database, but long enough to be looked at as one".repeat(100)).unwrap();
    match SqliteCatalog::open(&path).await {
        Err(OpenError::Store(error)) => assert_eq!(error.failure, StoreFailure::Corrupt),
        other => panic!("{other:?}"),
    }
    match SqliteCatalog::open(&directory.path().join("none/catalog.sqlite")).await {
        Err(OpenError::File(_)) => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_unreadable_row_is_corrupt_never_a_default() {
    let wrongs = [
        "UPDATE entity SET body = '{}' WHERE kind = 'account'",
        "UPDATE entity SET body = 'x' WHERE kind = 'account'",
        "UPDATE entity SET kind = 'spaceship' WHERE kind = 'account'",
        "UPDATE entity SET key = '999999999999' WHERE kind = 'account'",
        "UPDATE head SET revision = -1",
        "DELETE FROM head",
    ];
    for wrong in wrongs {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("catalog.sqlite");
        let catalog = SqliteCatalog::open(&path).await.unwrap();
        catalog.commit(0, vec![Change::PutAccount(account())]).await.unwrap();
        catalog.close().await;
        raw(&path, wrong).await;
        match SqliteCatalog::open(&path).await {
            Err(OpenError::Store(error)) => assert_eq!(error.failure, StoreFailure::Corrupt, "{wrong}"),
            other => panic!("{wrong}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_closed_catalog_fails_and_still_shows_what_it_knew() {
    let directory = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&directory.path().join("catalog.sqlite")).await.unwrap();
    catalog.close().await;
    assert_eq!(catalog.cursor("any").await.unwrap_err().failure, StoreFailure::Failed);
    assert!(catalog.commit(0, vec![Change::PutAccount(account())]).await.is_err());
    assert_eq!(catalog.current().revision(), 0);
}

async fn raw(path: &std::path::Path, sql: impl Into<String>) {
    let url = format!("sqlite://{}", path.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    connection.execute(raw_sql(AssertSqlSafe(sql.into()))).await.unwrap();
    connection.close().await.unwrap();
}
