//! The list of splits.

use std::sync::Arc;

use super::sample::split;
use super::{Backend, IsExpected};
use crate::{CursorError, CursorMove, Refusal, SplitChange};

fn cursor(expected: Option<u64>, to: u64) -> Option<CursorMove> {
    Some(CursorMove { name: "history".to_owned(), expected, to })
}

pub(super) async fn splits_and_cursor_change_together(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    assert_eq!(catalog.splits().await.expect("the list"), []);
    let (first, second, third) = (split("c", 0, 9), split("b", 10, 19), split("a", 20, 29));
    for (expected, to, add) in [(None, 10, &first), (Some(10), 20, &second), (Some(20), 30, &third)] {
        let change = SplitChange { add: vec![add.clone()], remove: vec![], cursor: cursor(expected, to) };
        catalog.replace_splits(change).await.expect("a new split");
    }
    let merged = split("m", 0, 19);
    let merge = SplitChange { add: vec![merged.clone()], remove: vec!["b".into(), "c".into()], cursor: None };
    catalog.replace_splits(merge).await.expect("a merge");
    drop(catalog);
    let catalog = backend.open().await;
    assert_eq!(catalog.splits().await.expect("the list"), [merged, third.clone()]);
    assert_eq!(catalog.cursor("history").await.expect("a read"), Some(30));
    let expire = SplitChange { remove: vec!["m".into()], ..SplitChange::default() };
    catalog.replace_splits(expire).await.expect("an expiry");
    assert_eq!(catalog.splits().await.expect("the list"), [third]);
}

pub(super) async fn a_refused_replacement_changes_nothing(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let kept = split("a", 0, 9);
    let first = SplitChange { add: vec![kept.clone()], remove: vec![], cursor: cursor(None, 10) };
    catalog.replace_splits(first).await.expect("a new split");
    let add = || vec![split("b", 10, 19)];
    let moved = SplitChange { add: add(), remove: vec!["a".into()], cursor: cursor(Some(9), 20) };
    match catalog.replace_splits(moved).await {
        Err(CursorError::Moved { actual: Some(10) }) => {}
        other => panic!("the cursor stands elsewhere: {other:?}"),
    }
    let refused: [(SplitChange, IsExpected); 5] = [
        (SplitChange { add: add(), remove: vec!["x".into()], cursor: cursor(Some(10), 20) }, |why| {
            matches!(why, Refusal::Absent { .. })
        }),
        (SplitChange { add: vec![kept.clone()], remove: vec![], cursor: cursor(Some(10), 20) }, |why| {
            matches!(why, Refusal::Present { .. })
        }),
        (SplitChange { add: vec![kept.clone()], remove: vec!["a".into()], cursor: None }, |why| {
            matches!(why, Refusal::Present { .. })
        }),
        (SplitChange { add: vec![split(&"x".repeat(200), 0, 1)], ..SplitChange::default() }, |why| {
            matches!(why, Refusal::TooLong { .. })
        }),
        (SplitChange { remove: vec!["a".into(); 1_001], ..SplitChange::default() }, |why| {
            matches!(why, Refusal::TooMany { .. })
        }),
    ];
    for (change, expected) in refused {
        match catalog.replace_splits(change).await {
            Err(CursorError::Refused(why)) if expected(&why) => {}
            other => panic!("the replacement must be refused: {other:?}"),
        }
        assert_eq!(catalog.splits().await.expect("the list"), std::slice::from_ref(&kept));
        assert_eq!(catalog.cursor("history").await.expect("a read"), Some(10));
    }
}
