//! Events of other sources that were taken.

use std::sync::Arc;

use super::Backend;
use crate::{CursorError, CursorMove, Refusal, TakenEvent, Taking};

fn taking(events: &[TakenEvent], until_day: i32, expected: Option<u64>, to: u64) -> Taking {
    let cursor = CursorMove { name: "sources".to_owned(), expected, to };
    Taking { events: events.to_vec(), until_day, cursor }
}

fn event(day: i32, id: u8) -> TakenEvent {
    TakenEvent { day, id: [id; 16] }
}

pub(super) async fn taken_events_are_known_and_move_the_cursor(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let (first, second, other_day) = (event(7, 1), event(7, 2), event(8, 1));
    assert_eq!(catalog.known_events(&[first]).await.expect("a look"), []);
    catalog.take_events(taking(&[first], 9, None, 5)).await.expect("one");
    // Telling it again changes nothing.
    catalog.take_events(taking(&[first, second], 9, Some(5), 6)).await.expect("one more");
    drop(catalog);
    let catalog = backend.open().await;
    let known = catalog.known_events(&[second, other_day, first]).await.expect("a look");
    assert_eq!(known, [second, first]);
    // More than one statement names.
    let many: Vec<TakenEvent> = (0..1_000).map(|day| event(day, 9)).collect();
    catalog.take_events(taking(&many, 9, Some(6), 7)).await.expect("many");
    assert_eq!(catalog.known_events(&many).await.expect("a look"), many);
    assert_eq!(catalog.cursor("sources").await.expect("a read"), Some(7));
}

pub(super) async fn a_refused_taking_leaves_nothing(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    catalog.take_events(taking(&[event(7, 1)], 9, None, 5)).await.expect("one");
    match catalog.take_events(taking(&[event(7, 2)], 9, Some(4), 6)).await {
        Err(CursorError::Moved { actual: Some(5) }) => {}
        other => panic!("the cursor stands elsewhere: {other:?}"),
    }
    let many = vec![event(7, 2); Taking::EVENTS_MAX + 1];
    match catalog.take_events(taking(&many, 9, Some(5), 6)).await {
        Err(CursorError::Refused(Refusal::TooMany { .. })) => {}
        other => panic!("too many: {other:?}"),
    }
    assert_eq!(catalog.known_events(&[event(7, 2)]).await.expect("a look"), []);
}

pub(super) async fn taken_events_are_forgotten_after_their_day(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let (old, young, told_late) = (event(7, 1), event(20, 1), event(7, 2));
    catalog.take_events(taking(&[old, young], 19, None, 1)).await.expect("two");
    catalog.take_events(taking(&[told_late], 30, Some(1), 2)).await.expect("one");
    assert_eq!(catalog.forget_events(19).await.expect("too early"), 0);
    assert_eq!(catalog.forget_events(20).await.expect("one is over"), 1);
    let known = catalog.known_events(&[old, young, told_late]).await.expect("a look");
    assert_eq!(known, [young, told_late]);
}
