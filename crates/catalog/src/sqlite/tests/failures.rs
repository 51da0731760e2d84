//! Failures of the store, by what the caller can do.

use sqlx::{Connection, Executor, SqliteConnection};

use super::super::column::failed;
use crate::contract::sample::{account, begin, user};
use crate::{Catalog, Change, CommitError, SqliteCatalog, StoreError, StoreFailure};

fn kind(outcome: Result<u64, CommitError>) -> Result<u64, StoreFailure> {
    outcome.map_err(|error| match error {
        CommitError::Store(StoreError { failure, .. }) => failure,
        other => panic!("{other:?}"),
    })
}

#[tokio::test]
async fn a_full_disk_changes_nothing_and_heals() {
    let directory = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&directory.path().join("catalog.sqlite")).await.unwrap();
    begin(&catalog).await;
    // SQLite clamps the limit to the pages in use, so the next page that is needed is one too many.
    catalog.database.writer().execute("PRAGMA max_page_count = 1").await.unwrap();
    let mut large = user("large");
    large.path = "x".repeat(100_000);
    assert_eq!(kind(catalog.commit(1, vec![Change::PutUser(large.clone())]).await), Err(StoreFailure::Full));
    assert_eq!(catalog.current().revision(), 1);
    catalog.database.writer().execute("PRAGMA max_page_count = 100000").await.unwrap();
    assert_eq!(kind(catalog.commit(1, vec![Change::PutUser(large)]).await), Ok(2));
}

#[tokio::test]
async fn a_store_held_by_another_is_busy_until_it_is_let_go() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("catalog.sqlite");
    let catalog = SqliteCatalog::open(&path).await.unwrap();
    let mut other = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    catalog.database.writer().execute("PRAGMA busy_timeout = 1").await.unwrap();
    let put = || vec![Change::PutAccount(account())];
    assert_eq!(kind(catalog.commit(0, put()).await), Err(StoreFailure::Busy));
    assert_eq!(catalog.cursor("any").await.unwrap(), None, "reads go on");
    other.execute("ROLLBACK").await.unwrap();
    assert_eq!(kind(catalog.commit(0, put()).await), Ok(1));
}

#[tokio::test]
async fn a_disk_that_failed_once_is_not_trusted_again() {
    let directory = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&directory.path().join("catalog.sqlite")).await.unwrap();
    begin(&catalog).await;
    let lost = sqlx::Error::Io(std::io::Error::other("the disk is gone"));
    let outcome: Result<(), StoreError> = catalog.watch(Err(failed("sync", lost)));
    assert_eq!(outcome.unwrap_err().failure, StoreFailure::Broken);
    assert_eq!(kind(catalog.commit(1, vec![Change::PutUser(user("a"))]).await), Err(StoreFailure::Broken));
    assert_eq!(catalog.snapshot(0).await.unwrap().revision(), 0, "reads go on");
}
