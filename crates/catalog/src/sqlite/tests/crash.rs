//! Crashes: what was acknowledged is there, what was not is there wholly or not at all.

use std::fs;
use std::path::Path;

use crate::contract::sample::{begin, receipt, user};
use crate::{Catalog, Change, CursorMove, Delivery, ReceiptQuery, SqliteCatalog, TrailId};

/// Copies what a killed process leaves behind, with the log cut to `log_bytes`.
fn crash_image(from: &Path, to: &Path, log_bytes: usize) {
    fs::copy(from.join("catalog.sqlite"), to.join("catalog.sqlite")).unwrap();
    let log = fs::read(from.join("catalog.sqlite-wal")).unwrap();
    fs::write(to.join("catalog.sqlite-wal"), &log[..log_bytes]).unwrap();
}

pub(super) async fn deliver(catalog: &SqliteCatalog, main: &TrailId, round: u64) {
    let delivery = Delivery {
        cursor: CursorMove {
            name: "delivery".to_owned(),
            expected: round.checked_sub(1).map(|before| before + 1),
            to: round + 1,
        },
        receipts: ["eu-west-1", "us-east-1"].map(|name| receipt(main, name, round, round)).to_vec(),
        delivered_at: crate::contract::sample::instant(60),
        state: None,
    };
    catalog.deliver(delivery).await.unwrap();
}

#[tokio::test]
async fn a_log_cut_anywhere_shows_whole_changes_only() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("catalog.sqlite");
    let catalog = SqliteCatalog::open(&path).await.unwrap();
    let main = begin(&catalog).await;
    let log_path = directory.path().join("catalog.sqlite-wal");
    let begun = usize::try_from(fs::metadata(&log_path).unwrap().len()).unwrap();
    for round in 0..4 {
        deliver(&catalog, &main, round).await;
        let based_on = catalog.current().revision();
        catalog.commit(based_on, vec![Change::PutUser(user(&round.to_string()))]).await.unwrap();
    }
    let whole = usize::try_from(fs::metadata(&log_path).unwrap().len()).unwrap();
    let mut last = (0, 0);
    for cut in (begun..whole).step_by(509).chain([whole]) {
        let image = tempfile::tempdir().unwrap();
        crash_image(directory.path(), image.path(), cut);
        let found = SqliteCatalog::open(&image.path().join("catalog.sqlite")).await.unwrap();
        let users = found.current().users(&crate::contract::sample::account_id()).count() as u64;
        assert_eq!(found.current().revision(), 1 + users, "a revision and its rows come together");
        let cursor = found.cursor("delivery").await.unwrap().unwrap_or(0);
        let receipts = found.receipts(&ReceiptQuery::of(main.clone())).await.unwrap().len() as u64;
        assert_eq!(receipts, 2 * cursor, "a cursor and its receipts come together");
        assert!((cursor, users) >= last, "a longer log never shows less");
        last = (cursor, users);
    }
    assert_eq!(last, (4, 4), "what was acknowledged is in the log");
}

#[tokio::test]
async fn a_change_that_was_not_committed_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("catalog.sqlite");
    let catalog = SqliteCatalog::open(&path).await.unwrap();
    begin(&catalog).await;
    let mut tx = catalog.begin("test").await.unwrap();
    sqlx::query("UPDATE head SET revision = 99").execute(&mut *tx).await.unwrap();
    drop(tx);
    drop(catalog);
    assert_eq!(SqliteCatalog::open(&path).await.unwrap().current().revision(), 1);
}
