//! Revisions of the catalog that change while events come.

use cairn_catalog::contract::sample;
use cairn_catalog::{Change, Revision, Tag, Trail};
use serde_json::json;

use crate::world::{Call, World, trail};

/// A trail that looks for insights in the data events of the objects in `photos`.
fn of_photos(name: &str) -> Trail {
    let photos = json!([{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/"]}]);
    let selectors = json!({"EventSelectors": [{"DataResources": photos}]});
    Trail {
        selectors: serde_json::from_value(selectors).unwrap(),
        insights: trail().insights,
        ..sample::trail(name)
    }
}

async fn commit(world: &World, trail: Trail) -> Revision {
    let based_on = world.catalog.current().revision();
    world.catalog.commit(based_on, vec![Change::PutTrail(Box::new(trail))]).await.unwrap()
}

fn reads() -> Call {
    Call { data: true, read_only: true, ..Call::named("GetObject") }
}

/// Thirty hours of three reads a minute, of which `main` looks for insights.
async fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    World::of(dir, 30 * 60, |_| vec![reads(); 3], of_photos("main")).await
}

/// The call that stops a trail is recorded under the revision before, while others are under the newest. What they come
/// to is nothing to a trail that is the same in all of them, nor are its tags.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revisions_that_come_and_go_begin_nothing_anew_that_is_the_same_in_them() {
    let world = world().await;
    let alive = world.open().await;
    let call = reads();
    world.pass(&alive, 0, &[&[(&call, 3)]]).await;
    let started = commit(&world, of_photos("other")).await;
    world.at(90);
    world.record(&call, 1, 90).await;
    commit(&world, Trail { logging: false, ..of_photos("other") }).await;
    world.record(&call, 1, 90).await;
    world.record_under(Some(started), &call, 1, 90).await;
    let low = Tag { key: "cairn:insights-sensitivity".to_owned(), value: Some("low".to_owned()) };
    commit(&world, Trail { tags: vec![low], ..of_photos("main") }).await;
    world.pass(&alive, 120, &[&[(&call, 3)], &[(&call, 100)]]).await;
    alive.until(|health| health.waiting == 0 && health.stale == 0).await;
    assert_eq!(world.told(), ["Start GetObject at 3 for 1: 100, not 3"]);
    alive.stop().await;
}

/// What is known of a trail's events, and what it selects, outlives the server, in the middle of a minute too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_begins_no_trail_anew() {
    let world = world().await;
    let alive = world.open().await;
    let call = reads();
    world.pass(&alive, 0, &[&[(&call, 3)]]).await;
    // At the edge of a minute, which is closed by nobody before the stop.
    world.at(60);
    world.record(&call, 60, 60).await;
    alive.stop().await;
    commit(&world, of_photos("other")).await;
    let alive = world.open().await;
    world.record(&call, 40, 61).await;
    world.at(136);
    alive.closed(60).await;
    alive.until(|health| health.waiting == 0 && health.stale == 0).await;
    assert_eq!(world.told(), ["Start GetObject at 1 for 1: 100, not 3"]);
    alive.stop().await;
}
