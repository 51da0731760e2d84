//! Calls that are told late.

use cairn_event::Origin;

use crate::world::{Call, World};

const DAYS: i64 = 30 * 60;

/// Another system tells of its calls ten minutes after they were made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_lags_is_no_silence_and_its_surges_are_found() {
    let world = World::with_past(DAYS, |_| vec![Call::named("RunInstances"); 30]).await;
    let alive = world.open().await;
    let (call, lag) = (Call::named("RunInstances"), 600);
    for minute in 0..50 {
        let made_at = minute * 60 - lag;
        world.at(minute * 60 + 30);
        let times = if (20..23).contains(&minute) { 400 } else { 30 };
        // What was made before the beginning was told in time.
        if made_at >= 0 {
            world.record(&call, times, made_at).await;
        }
        world.at(minute * 60 + 76);
        alive.closed(minute * 60).await;
    }
    alive.until(|health| health.waiting == 0 && health.stale == 0).await;
    assert_eq!(
        world.told(),
        ["Start RunInstances at 10 for 1: 400, not 30", "End RunInstances at 13 for 3: 400, not 30"]
    );
    alive.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_imported_surge_is_found_at_once_and_is_marked_as_imported() {
    let world = World::with_past(1, |_| vec![Call::named("CreateTags")]).await;
    let alive = world.open().await;
    world.at(30);
    let imported = Call { origin: Origin::Import, ..Call::named("PutBucketPolicy") };
    let days = 3 * 24 * 60;
    for minute in (0..days).step_by(10) {
        world.record(&imported, 2, (minute - days) * 60).await;
    }
    world.record(&imported, 500, -3 * 3600).await;
    alive.until(|health| health.stale == 2 && health.next == world.reader.tail()).await;
    // The next file would change it once more: nothing is built anew before it is quiet.
    world.at(34);
    alive.until(|health| health.stale == 2).await;
    assert!(world.told().is_empty(), "{:?}", world.told());
    world.at(76);
    alive.closed(0).await;
    alive.until(|health| health.stale == 0 && health.waiting == 0).await;
    assert_eq!(
        world.told(),
        [
            "Start PutBucketPolicy at -180 for 1: 502, not 0.2 imported",
            "End PutBucketPolicy at -179 for 1: 502, not 0.2 imported"
        ]
    );
    // And what is usual now is known: the same once more, live.
    let live = Call::named("PutBucketPolicy");
    world.pass(&alive, 60, &[&[(&live, 2)], &[(&live, 900)]]).await;
    alive.until(|health| health.waiting == 0).await;
    let told = world.told();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[2].starts_with("Start PutBucketPolicy at 2 for 1: 900"), "{told:?}");
    alive.stop().await;
}

/// Cairn's own log files have the insights beside the calls that they were found in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_imported_with_its_insights_is_told_once() {
    let found = import_a_surge(&[]).await;
    assert_eq!(found.len(), 2, "{found:?}");
    let beside = import_a_surge(&found).await;
    assert!(beside.is_empty(), "{beside:?}");
}

/// Imports a surge, and Insights events of these ids; returns the ids of what is told beside.
async fn import_a_surge(insights: &[String]) -> Vec<String> {
    let world = World::with_past(1, |_| vec![Call::named("CreateTags")]).await;
    let alive = world.open().await;
    world.at(30);
    world.import(&imported("PutBucketPolicy"), 1, 30 * 60).await;
    world.record(&imported("PutBucketPolicy"), 500, -3 * 3600).await;
    for id in insights {
        world.forge(id, Origin::Import).await;
    }
    alive.until(|health| health.stale > 0 && health.next == world.reader.tail()).await;
    world.at(76);
    alive.closed(0).await;
    alive.until(|health| health.stale == 0 && health.waiting == 0).await;
    alive.stop().await;
    world.insights().iter().map(|(event, _)| event["eventID"].as_str().unwrap().to_owned()).collect()
}

fn imported(name: &'static str) -> Call {
    Call { origin: Origin::Import, ..Call::named(name) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_imported_is_usual_before_it_is_learnt() {
    let world = World::with_past(1, |_| vec![Call::named("CreateTags")]).await;
    let alive = world.open().await;
    world.at(30);
    world.import(&imported("RunInstances"), 10, 48 * 60).await;
    // Meanwhile the same goes on live, and another of which no file was read yet.
    let (call, other) = (Call::named("RunInstances"), Call::named("StopInstances"));
    let usual: [(&Call, u32); 2] = [(&call, 10), (&other, 10)];
    for (call, times) in usual {
        world.record(call, times, 30).await;
    }
    world.at(75);
    world.import(&imported("RunInstances"), 1, 1).await;
    world.at(76);
    alive.closed(0).await;
    world.import(&imported("StopInstances"), 10, 48 * 60).await;
    world.pass(&alive, 60, &[&usual, &usual, &usual, &usual, &usual]).await;
    alive.until(|health| health.waiting == 0 && health.stale == 0).await;
    assert!(world.told().is_empty(), "{:?}", world.told());
    alive.stop().await;
}

/// What happens while an import is to be learnt from is told once it is, whatever is imported beside it, and over a
/// restart too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_import_hides_what_happens_beside_it() {
    let world = World::with_past(30 * 60, |_| vec![Call::named("RunInstances"); 3]).await;
    let alive = world.open().await;
    let (call, import) = (Call::named("RunInstances"), imported("RunInstances"));
    let usual: [(&Call, u32); 1] = [(&call, 3)];
    // An event every four seconds: the import goes on, and has one of the surge too.
    for second in (0..260).step_by(4) {
        world.at(second);
        world.record(&import, 1, if second == 140 { 90 } else { second * 15 - 7_200 }).await;
        if second % 60 == 28 {
            let surges = (60..180).contains(&second);
            world.record(&call, if surges { 90 } else { 3 }, second).await;
        }
    }
    alive.closed(180).await;
    alive.until(|health| health.stale == 1).await;
    assert!(world.told().is_empty(), "{:?}", world.told());
    alive.stop().await;
    let alive = world.open().await;
    world.pass(&alive, 240, &[&usual, &usual, &usual, &usual, &usual]).await;
    alive.until(|health| health.waiting == 0 && health.stale == 0).await;
    assert_eq!(
        world.told(),
        [
            "Start RunInstances at 1 for 1: 91, not 3.0355358134",
            "End RunInstances at 3 for 2: 90.5, not 3.0355358134"
        ]
    );
    alive.stop().await;
}

/// Nobody knows what happens behind the last file, as long as no such call is seen live.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_does_not_end_now_tells_no_silence() {
    let world = World::with_past(1, |_| vec![Call { read_only: true, ..Call::named("ListBuckets") }]).await;
    let alive = world.open().await;
    world.at(30);
    // Eight days that end an hour ago.
    world.import_between(&imported("PutObjectAcl"), 8, -8 * 24 * 60..-60).await;
    let tail = world.reader.tail();
    alive.until(|health| health.next >= tail).await;
    world.at(76);
    let other = Call { read_only: true, ..Call::named("ListBuckets") };
    let beside: &[(&Call, u32)] = &[(&other, 1)];
    world.pass(&alive, 60, &[beside; 12]).await;
    alive.until(|health| health.waiting == 0 && health.stale == 0).await;
    assert!(world.told().is_empty(), "{:?}", world.told());
    alive.stop().await;
    // Over a restart it is the same.
    let alive = world.open().await;
    world.pass(&alive, 13 * 60, &[beside; 7]).await;
    // Once they are seen, and go on as they did, they can be missed.
    let live = Call::named("PutObjectAcl");
    let usual: [(&Call, u32); 1] = [(&live, 8)];
    world.pass(&alive, 20 * 60, &[&usual, &usual, &usual, &usual]).await;
    assert!(world.told().is_empty(), "{:?}", world.told());
    world.pass(&alive, 24 * 60, &[&[], &[], &[], &[], &[], &[], &[], &[]]).await;
    alive.until(|health| health.waiting == 0).await;
    let told = world.told();
    assert!(matches!(&told[..], [one] if one.starts_with("Start PutObjectAcl at 24")), "{told:?}");
    alive.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_old_event_ends_no_warm_up() {
    let world = World::with_past(1, |_| vec![Call::named("CreateTags")]).await;
    let alive = world.open().await;
    world.at(30);
    world.record(&imported("GetSomething"), 1, -30 * 24 * 3600).await;
    world.at(76);
    alive.closed(0).await;
    let call = Call::named("RunInstances");
    world.pass(&alive, 60, &[&[], &[(&call, 80)], &[]]).await;
    alive.until(|health| health.waiting == 0 && health.stale == 0).await;
    assert!(world.told().is_empty(), "{:?}", world.told());
    alive.stop().await;
}

/// What another system tells late is live, though files are imported beside it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_told_late_beside_an_import_is_live() {
    let world = World::with_past(DAYS, |_| vec![Call::named("RunInstances"); 3]).await;
    let alive = world.open().await;
    let call = Call::named("RunInstances");
    world.at(30);
    world.record(&call, 3, 30).await;
    alive.closed(-120).await;
    world.record(&imported("RunInstances"), 500, -3 * 3600).await;
    world.record(&call, 400, -600).await;
    alive.until(|health| health.next == world.reader.tail()).await;
    world.at(76);
    alive.closed(0).await;
    alive.until(|health| health.stale == 0).await;
    let usual: [(&Call, u32); 1] = [(&call, 3)];
    let minutes: [&[(&Call, u32)]; 16] = [&usual; 16];
    world.pass(&alive, 60, &minutes).await;
    alive.until(|health| health.waiting == 0).await;
    let told: Vec<String> = world
        .told()
        .iter()
        .map(|told| {
            told.split_once(", not").unwrap().0.to_owned()
                + if told.ends_with("imported") { " imported" } else { "" }
        })
        .collect();
    assert_eq!(
        told,
        [
            "Start RunInstances at -180 for 1: 503 imported",
            "End RunInstances at -179 for 1: 503 imported",
            "Start RunInstances at -10 for 1: 403",
            "End RunInstances at -9 for 1: 403",
        ]
    );
    alive.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_found_in_the_past_is_told_while_something_goes_on() {
    let world = World::with_past(DAYS, |_| vec![Call::named("RunInstances"); 3]).await;
    let alive = world.open().await;
    let call = Call::named("RunInstances");
    let (usual, surge) = ([(&call, 3)], [(&call, 90)]);
    world.pass(&alive, 0, &[&usual, &surge, &surge]).await;
    world.record(&imported("RunInstances"), 500, -3 * 3600).await;
    alive.until(|health| health.next == world.reader.tail()).await;
    world.pass(&alive, 180, &[&surge, &surge]).await;
    alive.until(|health| health.stale == 0 && health.waiting == 0).await;
    let told = world.told();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].starts_with("Start RunInstances at 1 for 1: 90"), "{told:?}");
    assert!(told[1].starts_with("Start RunInstances at -180 for 1: 503"), "{told:?}");
    assert!(told[2].starts_with("End RunInstances at -179 for 1: 503"), "{told:?}");
    world.pass(&alive, 300, &[&usual, &usual, &usual, &usual, &usual, &usual]).await;
    alive.until(|health| health.waiting == 0).await;
    assert_eq!(world.told().len(), 4, "{:?}", world.told());
    alive.stop().await;
}
