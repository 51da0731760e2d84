//! What was not recorded is told once, by one event.

use std::time::Duration;

use cairn_event::Region;
use cairn_intake::IntakeError;
use cairn_intents::{Loss, Reason};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::sim::SimDisk;
use crate::world::{Settings, World};

fn lose(world: &World, upstream: &str, reason: impl Into<Reason>) {
    let account = "111122223333".parse().unwrap();
    let reason = reason.into();
    world.gaps.lost(&Loss { upstream, account, region: &Region::us_east_1(), reason });
}

/// Has the main journal refuse as full.
async fn fill(world: &World, disk: &SimDisk) {
    disk.set_room(Some(0));
    while world.record(1).await.is_ok() {}
    assert_eq!(world.intake.refusal(), Some(IntakeError::Full));
}

fn make_room(world: &World, disk: &SimDisk) {
    disk.set_room(None);
    world.intake.reopen_if_full();
}

#[tokio::test]
async fn each_upstream_and_reason_is_told_with_its_count() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    for _ in 0..3 {
        lose(&world, "store", IntakeError::Full);
    }
    lose(&world, "store", IntakeError::Stopped);
    lose(&world, "queues", IntakeError::Full);
    assert_eq!(world.gaps.untold(), 3);
    world.keeper.tell().await;
    world.keeper.tell().await;
    let told: Vec<_> = world.told().into_iter().map(|(_, details)| details).collect();
    let noon = "2026-01-01T12:00:00Z";
    let details = |upstream, reason, count| json!({"upstream": upstream, "reason": reason, "count": count, "countIs": "exact", "firstEventTime": noon, "lastEventTime": noon});
    let right = [
        details("store", "journal-full", 3),
        details("store", "journal-stopped", 1),
        details("queues", "journal-full", 1),
    ];
    assert_eq!(told, right);
    assert_eq!((world.gaps.untold(), world.gaps.hold()), (0, None));
    world.close().await;
}

#[tokio::test]
async fn a_gap_grows_while_the_journal_is_full_and_is_told_when_there_is_room() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    fill(&world, &disk).await;
    lose(&world, "store", IntakeError::Full);
    world.keeper.tell().await;
    lose(&world, "store", IntakeError::Full);
    assert_eq!((world.gaps.untold(), world.gaps.hold()), (1, None));
    make_room(&world, &disk);
    world.keeper.tell().await;
    let told = world.told();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].1["count"], 2);
    world.close().await;
}

#[tokio::test]
async fn the_keeper_writes_a_gap_at_once_and_tells_it_by_itself() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    fill(&world, &disk).await;
    let World { gaps, keeper, intake, main, intents, settler } = world;
    let stop = CancellationToken::new();
    let running = tokio_util::task::TaskTracker::new();
    running.spawn(keeper.run(stop.clone()));
    let account = "111122223333".parse().unwrap();
    let region = Region::us_east_1();
    gaps.lost(&Loss { upstream: "store", account, region: &region, reason: Reason::JournalFull });
    let kept = || disk.content("/gaps".as_ref()).windows(5).any(|window| window == b"store");
    eventually(kept, "the gap is in the file although the disk is full").await;
    disk.set_room(None);
    intake.reopen_if_full();
    eventually(|| gaps.untold() == 0, "the gap is told").await;
    stop.cancel();
    running.close();
    running.wait().await;
    intents.close().await;
    intake.close().await;
    drop((main, settler, intents, intake));
    let world = World::good(&disk, &settings).await;
    assert_eq!(world.told().len(), 1);
    assert_eq!(world.gaps.untold(), 0);
    world.close().await;
}

#[tokio::test]
async fn a_restart_keeps_a_gap_and_tells_it_once_whatever_the_crash_left_undone() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    fill(&world, &disk).await;
    lose(&world, "store", IntakeError::Full);
    world.keeper.tell().await;
    let before = disk.copy();
    world.close().await;

    // The process died while the journal was full.
    let world = World::good(&before, &settings).await;
    assert_eq!(world.gaps.untold(), 1);
    world.keeper.tell().await;
    let [(id, details)] = &world.told()[..] else { panic!("one event") };
    assert_eq!((&details["count"], &details["countIs"]), (&json!(1), &json!("at-least")));
    // It died again before the file knew that the gap was told: the file is the one from before the event.
    let after = before.copy();
    world.close().await;
    let mut spoilt = after.content("/gaps".as_ref());
    let newest = if sequence(&spoilt, 0) > sequence(&spoilt, 32_768) { 0 } else { 32_768 };
    spoilt[newest] ^= 1;
    after.put("/gaps".as_ref(), spoilt);
    let world = World::good(&after, &settings).await;
    assert_eq!(world.gaps.untold(), 1);
    assert!(world.gaps.hold().is_some());
    let stop = CancellationToken::new();
    stop.cancel();
    let World { keeper, gaps, main, intake, intents, settler } = world;
    keeper.run(stop).await;
    assert_eq!(gaps.untold(), 0);
    intents.close().await;
    intake.close().await;
    drop((main, settler, intents, intake));
    let world = World::good(&after, &settings).await;
    let told = world.told();
    assert_eq!(told.len(), 1);
    assert_eq!(&told[0].0, id);
    world.close().await;
}

#[tokio::test]
async fn more_upstreams_than_are_kept_apart_are_counted_together() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    for number in 0..1_000 {
        lose(&world, &format!("upstream-{number}"), IntakeError::Full);
    }
    assert!(world.gaps.untold() <= 64);
    world.keeper.tell().await;
    let counts = world.told().into_iter().map(|(_, details)| details["count"].as_u64().unwrap());
    assert_eq!(counts.sum::<u64>(), 1_000);
    world.close().await;
}

fn sequence(file: &[u8], slot: usize) -> u64 {
    u64::from_le_bytes(file[slot + 8..slot + 16].try_into().unwrap())
}

async fn eventually(condition: impl Fn() -> bool, what: &str) {
    let waited = tokio::time::timeout(Duration::from_secs(10), async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("not within 10 seconds: {what}"));
}
