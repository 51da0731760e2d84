//! From calls to Insights events.

use cairn_event::Origin;

use crate::world::{Call, World};

/// Thirty hours of three calls a minute.
async fn steady() -> World {
    World::with_past(30 * 60, |_| vec![Call::named("DeleteBucket"); 3]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_surge_is_told_when_it_begins_and_when_it_is_over() {
    let world = steady().await;
    let alive = world.open().await;
    let call = Call::named("DeleteBucket");
    let other = Call { user: "eve", ..call.clone() };
    let (usual, surge) = ([(&call, 3)], [(&call, 3), (&other, 97)]);
    let minutes: [&[(&Call, u32)]; 9] =
        [&usual, &surge, &surge, &usual, &usual, &usual, &usual, &usual, &usual];
    world.pass(&alive, 0, &minutes).await;
    alive.until(|health| health.waiting == 0).await;
    assert_eq!(
        world.told(),
        ["Start DeleteBucket at 1 for 1: 100, not 3", "End DeleteBucket at 3 for 2: 100, not 3"]
    );
    let (start, origin) = world.insights().remove(0);
    assert_eq!(origin, Origin::Call);
    let who = &start["insightDetails"]["insightContext"]["attributions"][0];
    assert_eq!(who["insight"][0]["value"], "arn:aws:iam::123456789012:user/eve");
    assert_eq!(who["insight"][0]["average"], 97);
    assert_eq!(who["baseline"].as_array().unwrap().len(), 1, "{who}");
    alive.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_insights_record_is_counted_nowhere() {
    let world = steady().await;
    let alive = world.open().await;
    let call = Call::named("DeleteBucket");
    world.pass(&alive, 0, &[&[(&call, 200)], &[], &[], &[], &[], &[], &[]]).await;
    alive.until(|health| health.waiting == 0).await;
    assert_eq!(world.told().len(), 2, "{:?}", world.told());
    assert_eq!(alive.insights.health().series, 1);
    alive.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_and_data_events_are_counted_apart_and_reads_that_went_well_are_not() {
    let world = World::with_past(2, |_| {
        let read = Call { read_only: true, ..Call::named("ListBuckets") };
        let denied = Call { error: Some("AccessDenied"), ..read.clone() };
        let write = Call { error: Some("NoSuchBucket"), ..Call::named("DeleteBucket") };
        let own = Call { origin: Origin::Delivery, ..Call::named("PutObject") };
        let unwanted = Call { data: true, ..Call::named("GetObject") };
        vec![read, denied, write, own, unwanted]
    })
    .await;
    let alive = world.open().await;
    world.at(90);
    alive.closed(0).await;
    let metrics = alive.insights.store().metrics(&Default::default(), None, 100).await.unwrap();
    let told: Vec<String> =
        metrics.iter().map(|(_, metric)| format!("{} {:?}", metric.name, metric.kind)).collect();
    assert_eq!(
        told,
        [
            r#"ListBuckets Errors("AccessDenied")"#,
            "DeleteBucket Calls",
            r#"DeleteBucket Errors("NoSuchBucket")"#
        ]
    );
    alive.stop().await;
}

/// An outage, or an intruder at work: more than is dealt with at a time, each told with its own facts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_actions_at_once_are_told_once_each() {
    let names: Vec<&'static str> = (0..520).map(|number| &*format!("Action{number}").leak()).collect();
    let world = World::with_past(26 * 60, |minute| match minute {
        1557 | 1558 => names.iter().flat_map(|name| vec![Call::named(name); 30 + name.len()]).collect(),
        _ => vec![Call::named("DeleteBucket")],
    })
    .await;
    let alive = world.open().await;
    alive.closed(-120).await;
    alive.until(|health| health.waiting == 0).await;
    let mut expected: Vec<String> =
        names.iter().map(|name| format!("Start {name} at -3 for 1: {}, not 0", 30 + name.len())).collect();
    let mut told = world.told();
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
    for (event, _) in world.insights() {
        let attributions = &event["insightDetails"]["insightContext"]["attributions"];
        let average = &event["insightDetails"]["insightContext"]["statistics"]["insight"]["average"];
        assert_eq!(&attributions[0]["insight"][0]["average"], average, "{event}");
    }
    alive.stop().await;
}
