//! What a crash leaves behind: whatever the moment, each insight is in the journal once.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::pin::pin;
use std::task::Poll;

use cairn_event::Origin;
use cairn_insights::Insights;
use tokio_util::sync::CancellationToken;

use crate::world::{Call, World};

/// Lets a future go on so many times, then drops it.
async fn steps(future: impl Future<Output = ()>, steps: usize) {
    let mut future = pin!(future);
    let mut left = steps;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        future.as_mut().poll(context)
    })
    .await;
}

/// Draws how many steps a run gets before a kill: the same ones each time, some small, some large.
fn drawn(run: u32, kill: u32) -> usize {
    // This hasher begins with the same keys each time.
    let mut hasher = DefaultHasher::new();
    (run, kill).hash(&mut hasher);
    let most = 2 << (kill % 7);
    usize::try_from(1 + hasher.finish() % most).unwrap()
}

/// A day and some hours of calls, of which the last minutes have a surge that begins and ends: three actions alike.
async fn eventful() -> World {
    let names = ["DeleteBucket", "DeleteTrail", "StopLogging"];
    World::with_past(26 * 60, |minute| {
        let surge = (26 * 60 - 20..26 * 60 - 15).contains(&minute);
        let times = if surge { 60 } else { 2 };
        names.iter().flat_map(|name| vec![Call::named(name); times]).collect()
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_at_drawn_steps_lose_nothing_and_tell_nothing_twice() {
    let calm = eventful().await;
    let alive = calm.open().await;
    alive.closed(-120).await;
    alive.until(|health| health.waiting == 0).await;
    let mut expected = calm.told();
    expected.sort();
    assert_eq!(expected.len(), 6, "{expected:?}");
    alive.stop().await;

    for run in 0..4 {
        let world = eventful().await;
        for kill in 0..8 {
            let (_, service) = Insights::open(world.config(), world.parts()).await.unwrap();
            steps(service.run(CancellationToken::new()), drawn(run, kill)).await;
            // A process that is killed appends nothing later.
            world.intake.advance_to(0).await.unwrap();
        }
        let alive = world.open().await;
        alive.closed(-120).await;
        alive.until(|health| health.waiting == 0).await;
        let mut told = world.told();
        told.sort();
        assert_eq!(told, expected, "run {run}");
        once(&world);
        alive.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_was_lost_is_made_again_from_the_journal_and_tells_nothing_twice() {
    let world = eventful().await;
    let alive = world.open().await;
    alive.closed(-120).await;
    alive.until(|health| health.waiting == 0).await;
    alive.stop().await;
    let before = world.insights();
    std::fs::remove_dir_all(world.dir.path().join("insights")).unwrap();
    let alive = world.open().await;
    alive.closed(-120).await;
    alive.until(|health| health.waiting == 0).await;
    assert_eq!(world.insights().len(), before.len());
    once(&world);
    alive.stop().await;
}

/// What was sent but not marked is seen in the journal by the next start; a further kill, once that has read on, changes
/// nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_seen_in_the_journal_stays_seen_after_another_kill() {
    let world = World::with_past(30 * 60, |_| vec![Call::named("DeleteBucket"); 3]).await;
    let alive = world.open().await;
    let call = Call::named("DeleteBucket");
    world.pass(&alive, 0, &[&[(&call, 3)], &[(&call, 90)]]).await;
    alive.until(|health| health.waiting == 0).await;
    alive.stop().await;
    assert_eq!(world.told().len(), 1);
    world.forget_sending().await;
    for minute in 2..9 {
        world.at(minute * 60 + 30);
        world.record(&call, 3, minute * 60 + 30).await;
    }
    world.at(600);
    for kill_after in 1.. {
        let (insights, service) = Insights::open(world.config(), world.parts()).await.unwrap();
        steps(service.run(CancellationToken::new()), kill_after).await;
        world.intake.advance_to(0).await.unwrap();
        if insights.health().next == world.reader.tail() {
            break;
        }
    }
    let alive = world.open().await;
    alive.closed(480).await;
    alive.until(|health| health.waiting == 0).await;
    assert_eq!(world.told().len(), 2, "{:?}", world.told());
    once(&world);
    alive.stop().await;
}

/// Of what was imported, too, although it is read before it is found again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_was_lost_finds_what_was_imported_again_and_tells_nothing_twice() {
    let world = World::with_past(1, |_| vec![Call::named("CreateTags")]).await;
    let alive = world.open().await;
    world.at(30);
    let imported = Call { origin: Origin::Import, ..Call::named("PutBucketPolicy") };
    world.import(&imported, 1, 27 * 60).await;
    world.record(&imported, 500, -3600).await;
    world.at(76);
    alive.closed(0).await;
    alive.until(|health| health.waiting == 0 && health.stale == 0).await;
    alive.stop().await;
    let before = world.told();
    assert_eq!(before.len(), 2, "{before:?}");
    for (lost, killed) in [(1, false), (2, true)] {
        std::fs::remove_dir_all(world.dir.path().join("insights")).unwrap();
        world.at(lost * 180);
        for kill_after in (1..).take_while(|_| killed) {
            let (insights, service) = Insights::open(world.config(), world.parts()).await.unwrap();
            steps(service.run(CancellationToken::new()), kill_after).await;
            world.intake.advance_to(0).await.unwrap();
            let health = insights.health();
            if health.next == world.reader.tail() && health.stale == 0 && health.closed.is_some() {
                break;
            }
        }
        let alive = world.open().await;
        alive.closed(60).await;
        alive.until(|health| health.waiting == 0 && health.stale == 0).await;
        assert_eq!(world.told(), before, "lost {lost} times");
        alive.stop().await;
    }
}

#[track_caller]
fn once(world: &World) {
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    for (event, _) in world.insights() {
        *ids.entry(event["eventID"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert!(ids.values().all(|times| *times == 1), "{ids:?}");
}

/// The same journal gives the same bytes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_journal_gives_the_same_events() {
    let mut told = Vec::new();
    for _ in 0..2 {
        let world = eventful().await;
        let alive = world.open().await;
        alive.closed(-120).await;
        alive.until(|health| health.waiting == 0).await;
        told.push(world.insights().into_iter().map(|(event, _)| event.to_string()).collect::<Vec<_>>());
        alive.stop().await;
    }
    assert_eq!(told[0], told[1]);
}
