//! Calls at the same time: each is decided on what the others left.

use std::sync::Arc;

use serde_json::json;

use crate::world::{World, form};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_want_the_last_place_as_many_get_it_as_there_are_places() {
    let world = Arc::new(World::new().await);
    world.call("CreateUser", &form(&json!({"UserName": "ann"}))).await.unwrap();
    let calls = (0..8).map(|_| {
        let world = Arc::clone(&world);
        async move { world.call("CreateAccessKey", &form(&json!({"UserName": "ann"}))).await }
    });
    let mut tasks = tokio::task::JoinSet::new();
    calls.for_each(|call| {
        tasks.spawn(call);
    });
    let (mut made, mut refused) = (0, 0);
    while let Some(outcome) = tasks.join_next().await {
        match outcome.unwrap() {
            Ok(_) => made += 1,
            Err((code, _)) => {
                assert!(["LimitExceeded", "ConcurrentModification"].contains(&code.as_str()), "{code}");
                refused += 1;
            }
        }
    }
    assert_eq!((made, refused), (2, 6));
    let listed = world.call("ListAccessKeys", &form(&json!({"UserName": "ann"}))).await.unwrap();
    assert_eq!(listed["AccessKeyMetadata"].as_array().unwrap().len(), 2);
}
