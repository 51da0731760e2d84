//! States: compare-and-set, durable.

use std::sync::Arc;

use super::Backend;
use crate::{CursorError, Refusal, State, StateChange};

fn change(name: &str, expected: Option<u64>, body: &str) -> StateChange {
    StateChange { name: name.to_owned(), expected, body: body.to_owned() }
}

pub(super) async fn a_state_is_set_only_from_the_version_it_has(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    assert_eq!(catalog.state("digest/a").await.expect("a read"), None);
    // Each change, and what is there afterwards; it was made exactly if that is the change's body.
    let changes = [
        (change("digest/a", Some(1), "x"), None),
        (change("digest/a", None, "one"), Some((1, "one"))),
        (change("digest/a", None, "x"), Some((1, "one"))),
        (change("digest/a", Some(2), "x"), Some((1, "one"))),
        (change("digest/a", Some(1), "two"), Some((2, "two"))),
        (change("digest/a", Some(2), "two"), Some((3, "two"))),
    ];
    for (change, expected) in changes {
        let outcome = catalog.set_state(change.clone()).await;
        let found = catalog.state("digest/a").await.expect("a read");
        let found = found.as_ref().map(|state| (state.version, state.body.as_str()));
        assert_eq!(found, expected, "{change:?}");
        match outcome {
            Ok(()) => assert_eq!(found.map(|(_, body)| body), Some(change.body.as_str())),
            Err(CursorError::Moved { actual }) => assert_eq!(actual, found.map(|(version, _)| version)),
            Err(other) => panic!("{change:?}: {other:?}"),
        }
    }
    for long in [change(&"n".repeat(2_000), None, ""), change("n", None, &"b".repeat(100_000))] {
        match catalog.set_state(long).await {
            Err(CursorError::Refused(Refusal::TooLong { .. })) => {}
            other => panic!("it is too long: {other:?}"),
        }
    }
}

pub(super) async fn states_survive_and_are_listed_by_prefix(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    for name in ["b/2", "a/1", "b/1", "B/3", "b_4"] {
        catalog.set_state(change(name, None, name)).await.expect("the first");
    }
    drop(catalog);
    let listed = backend.open().await.states("b/").await.expect("the list");
    let expected = ["b/1", "b/2"];
    assert_eq!(
        listed,
        expected.map(|name| State { name: name.to_owned(), version: 1, body: name.to_owned() })
    );
}

pub(super) async fn many_states_are_set_together_or_not_at_all(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let both = [change("a", None, "one"), change("b", None, "one")];
    catalog.set_states(&both).await.expect("the first of each");
    match catalog.set_states(&[change("a", Some(1), "two"), change("b", None, "two")]).await {
        Err(CursorError::Moved { actual: Some(1) }) => {}
        other => panic!("`b` has a version: {other:?}"),
    }
    let found = catalog.state("a").await.expect("a read").expect("the state");
    assert_eq!((found.version, found.body.as_str()), (1, "one"));
    catalog.set_states(&[change("a", Some(1), "two"), change("b", Some(1), "two")]).await.expect("the next");
    assert_eq!(catalog.state("b").await.expect("a read").map(|state| state.version), Some(2));
    catalog.set_states(&[]).await.expect("nothing");
    let many: Vec<_> = (0..=StateChange::TOGETHER_MAX).map(|at| change(&at.to_string(), None, "")).collect();
    match catalog.set_states(&many).await {
        Err(CursorError::Refused(Refusal::TooMany { .. })) => {}
        other => panic!("too many: {other:?}"),
    }
}
