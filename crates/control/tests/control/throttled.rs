//! AWS's rate limits, when they are switched on.

use cairn_control::Throttle;
use cairn_event::{AccountId, Region};

use crate::world::World;

#[tokio::test]
async fn two_lookups_a_second_pass_for_each_account_and_region() {
    let world = World::new("2026-03-02T08:00:00Z", Throttle::aws()).await;
    let (own, other): (AccountId, AccountId) =
        ("123456789012".parse().unwrap(), "999988887777".parse().unwrap());
    let [here, there]: [Region; 2] = ["us-east-1", "eu-west-1"].map(|name| name.parse().unwrap());
    let throttled = Err(("ThrottlingException".to_owned(), "Rate exceeded".to_owned()));
    for _ in 0..2 {
        world.call(own, &here, "LookupEvents", b"{}").await.unwrap();
    }
    assert_eq!(world.call(own, &here, "LookupEvents", b"{}").await, throttled);
    world.call(own, &there, "LookupEvents", b"{}").await.unwrap();
    world.call(other, &here, "LookupEvents", b"{}").await.unwrap();
    // Each operation has a rate of its own, and what is too much is not even read.
    for _ in 0..10 {
        world.call(own, &here, "ListTrails", b"{}").await.unwrap();
    }
    assert_eq!(world.call(own, &here, "ListTrails", b"no JSON").await, throttled);
    let nameless = world.call(own, &here, "StopLogging", b"{}").await.unwrap_err();
    assert_eq!(nameless.0, "ValidationException");
    assert_eq!(world.call(own, &here, "StopLogging", b"{}").await, throttled);
    world.clock.pass(1);
    world.call(own, &here, "LookupEvents", b"{}").await.unwrap();
    world.end().await;
}
