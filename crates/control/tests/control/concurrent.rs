//! Calls at the same time: the quota and the names hold, and no change is lost.

use std::sync::Arc;

use cairn_control::Throttle;
use cairn_event::{AccountId, Region};
use serde_json::json;
use tokio_util::task::TaskTracker;

use crate::organized;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_others_overtake_again_and_again_is_a_conflict() {
    let world = World::new("2026-03-02T08:00:00Z", Throttle::off()).await;
    let (account, region): (AccountId, Region) =
        ("123456789012".parse().unwrap(), "us-east-1".parse().unwrap());
    organized::organize(&world, &json!({"trusted": true, "members": {"222222222222": {}}})).await;
    let trail = json!({"Name": "all", "S3BucketName": "logs", "IsOrganizationTrail": true}).to_string();
    world.call(account, &region, "CreateTrail", trail.as_bytes()).await.unwrap();
    for (times, expected) in [(15, "done"), (16, "ConflictException"), (0, "done")] {
        world.overtake(times);
        let outcome = world.call(account, &region, "StartLogging", br#"{"Name":"all"}"#).await;
        let outcome = outcome.err().map_or("done".to_owned(), |(code, _)| code);
        assert_eq!(outcome, expected, "{times} changes came between");
    }
    world.end().await;
}
