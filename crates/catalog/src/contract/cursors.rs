//! Cursors: compare-and-set, durable.

use std::sync::Arc;

use super::Backend;
use crate::{Cursor, CursorError, CursorMove, Refusal};

fn step(name: &str, expected: Option<u64>, to: u64) -> CursorMove {
    CursorMove { name: name.to_owned(), expected, to }
}

pub(super) async fn a_cursor_moves_only_from_where_it_stands(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    assert_eq!(catalog.cursor("history").await.expect("a read"), None);
    // Each move, and where the cursor stands afterwards; it moved exactly if that is the move's target.
    let moves = [
        (step("history", Some(0), 5), None),
        (step("history", None, 5), Some(5)),
        (step("history", None, 6), Some(5)),
        (step("history", Some(4), 6), Some(5)),
        (step("history", Some(5), 6), Some(6)),
        (step("history", Some(5), 7), Some(6)),
        (step("history", Some(6), 6), Some(6)),
        (step("delivery", Some(6), 9), Some(6)),
    ];
    for (step, expected) in moves {
        match catalog.advance(step.clone()).await {
            Ok(()) => assert_eq!(Some(step.to), expected, "{step:?}"),
            Err(CursorError::Moved { actual }) if step.name == "history" => assert_eq!(actual, expected),
            Err(CursorError::Moved { actual }) => assert_eq!(actual, None),
            Err(other) => panic!("{step:?}: {other:?}"),
        }
        assert_eq!(catalog.cursor("history").await.expect("a read"), expected, "{step:?}");
    }
}

pub(super) async fn a_cursor_advances_forward_and_rewinds_anywhere(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    catalog.advance(step("history", None, 9)).await.expect("the first move");
    match catalog.advance(step("history", Some(9), 8)).await {
        Err(CursorError::Refused(Refusal::Backwards { from: 9, to: 8 })) => {}
        other => panic!("a cursor does not advance backwards: {other:?}"),
    }
    match catalog.rewind(step("history", Some(8), 0)).await {
        Err(CursorError::Moved { actual: Some(9) }) => {}
        other => panic!("it does not stand there: {other:?}"),
    }
    catalog.rewind(step("history", Some(9), 0)).await.expect("a rewind");
    assert_eq!(catalog.cursor("history").await.expect("a read"), Some(0));
    let beyond = i64::MAX as u64 + 1;
    match catalog.advance(step("history", Some(0), beyond)).await {
        Err(CursorError::Refused(Refusal::TooLarge(number))) => assert_eq!(number, beyond),
        other => panic!("the store holds no such number: {other:?}"),
    }
    match catalog.advance(step(&"x".repeat(2_000), None, 0)).await {
        Err(CursorError::Refused(Refusal::TooLong { .. })) => {}
        other => panic!("the name is too long: {other:?}"),
    }
}

pub(super) async fn of_concurrent_moves_one_wins(backend: Arc<dyn Backend>) {
    let catalogs = [backend.open().await, backend.open().await];
    for round in 0..10_u64 {
        let expected = round.checked_sub(1);
        let mut movers = tokio::task::JoinSet::new();
        for mover in 0..6_usize {
            let catalog = Arc::clone(&catalogs[mover % 2]);
            movers.spawn(async move { catalog.advance(step("shared", expected, round)).await.is_ok() });
        }
        let won = movers.join_all().await.into_iter().filter(|won| *won).count();
        assert_eq!(won, 1, "round {round}");
    }
}

pub(super) async fn cursors_survive_and_are_listed_by_name(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    for (name, to) in [("b", 2), ("a", 1), ("c", 3)] {
        catalog.advance(step(name, None, to)).await.expect("the first move");
    }
    drop(catalog);
    let listed = backend.open().await.cursors().await.expect("the list");
    let expected = [("a", 1), ("b", 2), ("c", 3)];
    assert_eq!(listed, expected.map(|(name, position)| Cursor { name: name.to_owned(), position }));
}
