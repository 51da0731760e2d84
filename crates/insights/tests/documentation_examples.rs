//! The two examples that CloudTrail's documentation explains Insights with, from the calls to the delivered files:
//! at most 20 `DeleteBucket` calls a minute rise to 100, and 20 `AuthorizeSecurityGroupIngress` calls a minute fall to
//! none for ten minutes. The files are in `docs/examples/insights`; `UPDATE_EXPECT=1` writes them anew.
//!
//! Each begins a week before anybody has a trail: what is usual is known when Insights are switched on.

#![expect(clippy::unwrap_used, reason = "what this test builds on is tested elsewhere")]

#[path = "documentation_examples/calls.rs"]
mod calls;
#[path = "documentation_examples/files.rs"]
mod files;
#[path = "documentation_examples/world.rs"]
mod world;

use calls::{Call, Caller};
use files::demand;
use serde_json::Value;
use world::World;

/// A week of minutes.
const WEEK: u32 = 7 * 24 * 60;

/// A Monday, a week before the trails.
const BEGIN: &str = "2026-03-02T00:00:00Z";

#[tokio::test(flavor = "multi_thread")]
async fn many_delete_bucket_calls_are_told_when_they_begin_and_when_they_end() {
    let call = |caller| Call { source: "s3.amazonaws.com", name: "DeleteBucket", caller };
    // At most twenty, as chance has it.
    let usual = |minute: u32| {
        let count = minute.wrapping_mul(2_654_435_761).rotate_left(15) % 21;
        (0..count).map(|at| call(if at % 3 == 0 { Caller::User("maya") } else { Caller::Role("cleanup") }))
    };
    let surge = |_| {
        (0..100).map(|at| call(if at % 10 == 0 { Caller::Role("cleanup") } else { Caller::Role("deploy") }))
    };
    let world = World::begin(BEGIN.parse().unwrap()).await;
    for minute in 0..WEEK {
        world.minute(usual(minute).collect()).await;
    }
    world.log().await;
    // Until a digest has everything.
    for minute in 0..80 {
        let calls =
            if (5..17).contains(&minute) { surge(minute).collect() } else { usual(WEEK + minute).collect() };
        world.live_minute(calls).await;
    }
    let [start, end] = demand(&world, "delete-bucket").await;
    assert_eq!(told(&start), ("2026-03-09T00:05:00Z", 1, 100.0));
    assert_eq!(told(&end), ("2026-03-09T00:17:00Z", 12, 100.0));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_authorize_security_group_ingress_calls_are_told_when_that_begins_and_when_it_ends() {
    let call = |at| Call {
        source: "ec2.amazonaws.com",
        name: "AuthorizeSecurityGroupIngress",
        caller: if at % 4 == 0 { Caller::User("maya") } else { Caller::Role("deploy") },
    };
    let usual = || (0..20).map(call).collect();
    let world = World::begin(BEGIN.parse().unwrap()).await;
    for _ in 0..WEEK {
        world.minute(usual()).await;
    }
    world.log().await;
    for minute in 0..80 {
        let calls = if (5..15).contains(&minute) { Vec::new() } else { usual() };
        world.live_minute(calls).await;
    }
    let [start, end] = demand(&world, "authorize-security-group-ingress").await;
    let (begin, minutes, average) = told(&start);
    assert_eq!((begin, average), ("2026-03-09T00:05:00Z", 0.0));
    assert!(minutes <= 5, "found after {minutes} minutes");
    assert_eq!(told(&end), ("2026-03-09T00:15:00Z", 10, 0.0));
    world.close().await;
}

/// Returns the time of a record, the minutes that it speaks of, and the average of calls in them.
fn told(record: &Value) -> (&str, u64, f64) {
    let statistics = &record["insightDetails"]["insightContext"]["statistics"];
    let minutes = statistics["insightDuration"].as_u64().unwrap();
    (record["eventTime"].as_str().unwrap(), minutes, statistics["insight"]["average"].as_f64().unwrap())
}
