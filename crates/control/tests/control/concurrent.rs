//! Calls at the same time: the quota and the names hold, and no change is lost.

use std::sync::Arc;

use cairn_control::Throttle;
use cairn_event::{AccountId, Region};
use serde_json::json;
use tokio_util::task::TaskTracker;

use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trails_made_at_once_keep_to_the_quota() {
    let world = Arc::new(World::new("2026-03-02T08:00:00Z", Throttle::off()).await);
    let (account, region): (AccountId, Region) =
        ("123456789012".parse().unwrap(), "us-east-1".parse().unwrap());
    let tasks = TaskTracker::new();
    let making: Vec<_> = (0..10)
        .map(|number| {
            let (world, region) = (Arc::clone(&world), region.clone());
            let body = json!({"Name": format!("trail-{}", number % 8), "S3BucketName": "logs"}).to_string();
            tasks.spawn(async move { world.call(account, &region, "CreateTrail", body.as_bytes()).await })
        })
        .collect();
    let mut outcomes = Vec::new();
    for made in making {
        outcomes.push(made.await.unwrap());
    }
    let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let mut refusals: Vec<&str> =
        outcomes.iter().filter_map(|outcome| outcome.as_ref().err().map(|(code, _)| code.as_str())).collect();
    refusals.sort_unstable();
    refusals.dedup();
    assert_eq!(made, 5, "{outcomes:?}");
    for refusal in refusals {
        let known = ["MaximumNumberOfTrailsExceededException", "TrailAlreadyExistsException"];
        assert!(known.contains(&refusal), "{refusal}");
    }
    let listed = world.call(account, &region, "ListTrails", b"{}").await.unwrap();
    assert_eq!(listed["Trails"].as_array().unwrap().len(), 5);
    Arc::into_inner(world).unwrap().end().await;
}
