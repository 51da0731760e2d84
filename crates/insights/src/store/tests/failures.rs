//! Failures, by what the caller can do; and rows that can't be.

use cairn_anomaly::Minute;
use cairn_sqlite::Failure;
use sqlx::{Connection, Executor, SqliteConnection};

use super::super::error::failed;
use super::sample::{NOW, at, calls_of, count, counted, identify, minute, record, share, store};
use crate::insight::State;
use crate::store::{Closing, StoreError, StoreFailure};

#[tokio::test]
async fn a_full_disk_changes_nothing_and_heals() {
    let (_directory, store) = store().await;
    let [run] = identify(&store, [calls_of("A")]).await;
    // SQLite clamps the limit to the pages in use, so that the next page that is needed is one too many.
    store.database.writer().execute("PRAGMA max_page_count = 1").await.unwrap();
    let long = "x".repeat(100_000);
    let shares = [counted(run, NOW, &long, 1)];
    let closing = Closing { counts: &[count(run, NOW, 1)], shares: &shares, ..Closing::at(at(NOW, 1)) };
    assert_eq!(store.close_minute(&closing).await.unwrap_err().failure, StoreFailure::Sqlite(Failure::Full));
    assert_eq!(store.position().await.unwrap(), None);
    store.database.writer().execute("PRAGMA max_page_count = 100000").await.unwrap();
    store.close_minute(&closing).await.unwrap();
    let found = store.shares(run, minute(NOW), minute(NOW + 1)).await.unwrap();
    assert_eq!(found, [share(&long, 1)], "no number of a value that was not stored is remembered");
    assert_eq!(store.points(run, minute(NOW), minute(NOW + 1)).await.unwrap(), [(minute(NOW), 1)]);
}

#[tokio::test]
async fn a_store_held_by_another_is_busy_until_it_is_let_go() {
    let (directory, store) = store().await;
    let url = format!("sqlite://{}", directory.path().join("insights.sqlite3").display());
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    store.database.writer().execute("PRAGMA busy_timeout = 1").await.unwrap();
    let closing = Closing::at(at(NOW, 1));
    assert_eq!(store.close_minute(&closing).await.unwrap_err().failure, StoreFailure::Sqlite(Failure::Busy));
    assert_eq!(store.position().await.unwrap(), None, "reads go on");
    other.execute("ROLLBACK").await.unwrap();
    store.close_minute(&closing).await.unwrap();
}

#[tokio::test]
async fn a_disk_that_failed_once_is_not_trusted_again() {
    let (_directory, store) = store().await;
    store.close_minute(&Closing::at(at(NOW, 1))).await.unwrap();
    let lost = sqlx::Error::Io(std::io::Error::other("the disk is gone"));
    let outcome: Result<(), StoreError> = store.watch(Err(failed("sync")(lost)));
    assert_eq!(outcome.unwrap_err().failure, StoreFailure::Sqlite(Failure::Broken));
    let refused = store.close_minute(&Closing::at(at(NOW + 1, 1))).await.unwrap_err();
    assert_eq!(refused.failure, StoreFailure::Sqlite(Failure::Broken));
    assert_eq!(store.position().await.unwrap(), Some(at(NOW, 1)), "reads go on");
}

#[tokio::test]
async fn an_unreadable_row_is_corrupt_never_a_default() {
    let wrongs = [
        "UPDATE position SET closed_minute = -1",
        "UPDATE position SET resume = -1",
        "UPDATE points SET calls = 5000000000",
        "UPDATE places SET account = 'x'",
        "UPDATE places SET region = ''",
        "UPDATE minute_shares SET attribute = 3",
        "UPDATE records SET sensitivity = 3",
        "UPDATE records SET state = -1",
        "UPDATE records SET shares = '[[0]]'",
        "UPDATE records SET shares = '[[7,\"a\",1]]'",
    ];
    for wrong in wrongs {
        let (_directory, store) = store().await;
        let [run] = identify(&store, [calls_of("A")]).await;
        let closing = Closing {
            counts: &[count(run, NOW, 1)],
            shares: &[counted(run, NOW, "a", 1)],
            records: &[record((run, &calls_of("A")), NOW, State::Start)],
            ..Closing::at(at(NOW, 1))
        };
        store.close_minute(&closing).await.unwrap();
        store.database.writer().execute(wrong).await.unwrap();
        let all = (Minute::default(), minute(NOW + 1));
        let errors = [
            store.position().await.err(),
            store.points(run, all.0, all.1).await.err(),
            store.series(None, 9).await.err(),
            store.shares(run, all.0, all.1).await.err(),
            store.unsent(9).await.err(),
        ];
        let errors: Vec<StoreFailure> = errors.into_iter().flatten().map(|error| error.failure).collect();
        assert_eq!(errors, [StoreFailure::Sqlite(Failure::Corrupt)], "{wrong}");
    }
}
