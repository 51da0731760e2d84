//! Calls at the same time: each is decided on what the others left.

use std::sync::Arc;

use serde_json::json;

use crate::world::{ACCOUNTS, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_want_one_address_one_gets_it() {
    let ([manager, ..], world) = (ACCOUNTS, Arc::new(World::new().await));
    world.organization(manager, "ALL").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..16 {
        let world = Arc::clone(&world);
        let parameters = json!({"Email": "one@example.com", "AccountName": format!("{number}")});
        tasks.spawn(async move { world.call(manager, "CreateAccount", parameters).await });
    }
    let (mut made, mut failed) = (0, 0);
    while let Some(outcome) = tasks.join_next().await {
        let status = outcome.unwrap().unwrap();
        match status["CreateAccountStatus"]["State"].as_str().unwrap() {
            "SUCCEEDED" => made += 1,
            _ => failed += 1,
        }
    }
    assert_eq!((made, failed), (1, 15));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_are_made_by_many_at_once() {
    let ([manager, ..], world) = (ACCOUNTS, Arc::new(World::new().await));
    let (organization, _) = world.organization(manager, "ALL").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..64 {
        let world = Arc::clone(&world);
        let parameters = json!({"Email": format!("{number}@example.com"), "AccountName": "x"});
        tasks.spawn(async move { world.call(manager, "CreateAccount", parameters).await });
    }
    while let Some(outcome) = tasks.join_next().await {
        let status = outcome.unwrap().unwrap();
        assert_eq!(status["CreateAccountStatus"]["State"], "SUCCEEDED");
    }
    assert_eq!(world.catalog.current().members(&organization).count(), 65);
}
