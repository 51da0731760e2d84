//! Decisions that are overtaken, refused, or about nothing.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::contract::sample::{begin, user};
use crate::{Catalog, Change, CommitError, DecideError, Decided, Refusal, SqliteCatalog, decide};

async fn catalog() -> (tempfile::TempDir, SqliteCatalog) {
    let directory = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&directory.path().join("catalog.sqlite")).await.unwrap();
    begin(&catalog).await;
    (directory, catalog)
}

fn put(name: &str) -> Vec<Change> {
    vec![Change::PutUser(user(name))]
}

/// What somebody else commits while a decision is made.
fn overtake(catalog: &SqliteCatalog) {
    let revision = catalog.current().revision();
    let commit = catalog.commit(revision, put("faster"));
    block_in_place(|| Handle::current().block_on(commit)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overtaken_decision_is_made_anew() {
    let (_directory, catalog) = catalog().await;
    let tries = AtomicUsize::new(0);
    let decided = decide(&catalog, |snapshot| {
        let nth = tries.fetch_add(1, Ordering::Relaxed);
        if nth == 0 {
            overtake(&catalog);
        }
        Ok::<_, Refusal>((put("slower"), (nth, snapshot.revision())))
    });
    assert_eq!(decided.await.unwrap(), Decided { output: (1, 2), on: 2, made: 3 });
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_overtaken_each_time_is_told_so() {
    let (_directory, catalog) = catalog().await;
    let tries = AtomicUsize::new(0);
    let decided = decide(&catalog, |_| {
        tries.fetch_add(1, Ordering::Relaxed);
        overtake(&catalog);
        Ok::<_, Refusal>((put("slower"), ()))
    });
    assert!(matches!(decided.await, Err(DecideError::Overtaken)));
    assert_eq!(tries.into_inner(), 16);
    assert_eq!(catalog.current().revision(), 17, "nothing but what the faster did");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_change_makes_no_revision() {
    let (_directory, catalog) = catalog().await;
    let decided = decide(&catalog, |_| Ok::<_, Refusal>((Vec::new(), "nothing")));
    assert_eq!(decided.await.unwrap(), Decided { output: "nothing", on: 1, made: 1 });
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_told_apart() {
    let (_directory, catalog) = catalog().await;
    let refused = decide::<(), _>(&catalog, |_| Err("no")).await;
    assert!(matches!(refused, Err(DecideError::Refused("no"))));
    let twice = || put("same").into_iter().chain(put("same")).collect();
    let failed = decide(&catalog, |_| Ok::<_, &str>((twice(), ()))).await;
    assert!(matches!(failed, Err(DecideError::Failed(CommitError::Refused(Refusal::Twice { .. })))));
}
