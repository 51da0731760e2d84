//! One life after another: what is told in each, and what is there in the end.

use std::path::Path;

use cairn_intake::IntakeError;
use cairn_intents::Settled;
use cairn_journal::Reader as _;

use crate::sim::{Fault, SimDisk};
use crate::world::{Settings, World, id, intent};

#[tokio::test]
async fn a_call_with_an_outcome_has_one_event_and_leaves_nothing_behind() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    let begun = world.intents.begin(intent(1)).await.unwrap();
    begun.recording();
    world.record(1).await.unwrap();
    begun.done();
    world.close().await;

    let world = World::good(&disk, &settings).await;
    assert_eq!(world.intents.open_count(), 0, "the mark was written at the end");
    assert_eq!(world.settle().await, Settled::default());
    assert_eq!(world.outcomes(), [(id(1), vec!["known".to_owned()])].into());
    world.close().await;
}

#[tokio::test]
async fn a_call_whose_process_died_becomes_an_event_with_an_unknown_outcome_once() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    let begun = world.intents.begin(intent(1)).await.unwrap();
    let copy = disk.copy();
    drop(begun);
    world.close().await;

    // Settled, and settled again by a process that does not know: as after a crash before the mark.
    let world = World::good(&copy, &settings).await;
    assert_eq!(world.intents.open_count(), 1);
    assert_eq!(world.intents.hold(), Some(0));
    assert_eq!(world.settle().await, Settled { unknown: 1, ..Settled::default() });
    let before_the_mark = copy.copy();
    world.close().await;
    for disk in [copy, before_the_mark] {
        let world = World::good(&disk, &settings).await;
        let found = world.intents.open_count();
        assert_eq!(world.settle().await, Settled { found, ..Settled::default() });
        assert_eq!(world.outcomes(), [(id(1), vec!["unknown".to_owned()])].into());
        world.close().await;
    }
}

#[tokio::test]
async fn an_outcome_that_was_recorded_before_a_crash_is_found() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    let begun = world.intents.begin(intent(1)).await.unwrap();
    begun.recording();
    world.record(1).await.unwrap();
    let copy = disk.copy();
    begun.done();
    world.close().await;
    let world = World::good(&copy, &settings).await;
    assert_eq!(world.settle().await, Settled { found: 1, ..Settled::default() });
    assert_eq!(world.outcomes(), [(id(1), vec!["known".to_owned()])].into());
    world.close().await;
}

#[tokio::test]
async fn an_intent_that_is_dropped_is_settled_while_the_process_lives() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    let recorded = world.intents.begin(intent(1)).await.unwrap();
    recorded.recording();
    world.record(1).await.unwrap();
    drop(recorded);
    drop(world.intents.begin(intent(2)).await.unwrap());
    assert_eq!(world.settle().await, Settled { found: 1, unknown: 1, ..Settled::default() });
    assert_eq!(world.settle().await, Settled::default());
    let right = [(id(1), vec!["known".to_owned()]), (id(2), vec!["unknown".to_owned()])].into();
    assert_eq!(world.outcomes(), right);
    world.close().await;
}

#[tokio::test]
async fn an_outcome_that_found_no_room_is_told_as_unknown_once_there_is_some() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    let begun = world.intents.begin(intent(1)).await.unwrap();
    disk.set_room(Some(0));
    begun.recording();
    assert_eq!(world.record(1).await.unwrap_err(), IntakeError::Full);
    drop(begun);
    assert_eq!(world.settler.settle().await.unwrap(), Settled { left: 1, ..Settled::default() });
    assert_eq!(world.intents.open_count(), 1);
    disk.set_room(None);
    assert_eq!(world.settle().await, Settled { unknown: 1, ..Settled::default() });
    assert_eq!(world.intake.refusal(), None, "events are taken again");
    assert_eq!(world.outcomes(), [(id(1), vec!["unknown".to_owned()])].into());
    world.close().await;
}

#[tokio::test]
async fn a_client_that_hangs_up_while_the_intent_is_written_withdraws_it() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    for number in 0..20 {
        let mut beginning = Box::pin(world.intents.begin(intent(number)));
        tokio::select! {
            biased;
            _ = &mut beginning => {}
            () = tokio::task::yield_now() => {}
        }
        drop(beginning);
    }
    drop(world.intents.begin(intent(99)).await.unwrap());
    world.settle().await;
    world.close().await;
    let world = World::good(&disk, &settings).await;
    assert_eq!(world.intents.open_count(), 0);
    let outcomes = world.outcomes();
    assert_eq!(outcomes[&id(99)], ["unknown"]);
    // Where the disk was quicker than the client, the intent was begun and given up: that is told, too.
    assert!(outcomes.values().all(|outcomes| outcomes == &["unknown"]));
    world.close().await;
}

#[tokio::test]
async fn nothing_is_begun_once_it_is_closed() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    let begun = world.intents.begin(intent(1)).await.unwrap();
    world.intents.close().await;
    assert_eq!(world.intents.begin(intent(2)).await.unwrap_err(), IntakeError::Stopped);
    drop(begun);
    world.close().await;
    let world = World::good(&disk, &settings).await;
    assert_eq!(world.settle().await, Settled { unknown: 1, ..Settled::default() });
    assert_eq!(world.outcomes().len(), 1);
    world.close().await;
}

#[tokio::test]
async fn the_main_journal_is_held_for_what_is_open_and_a_long_call_lets_go_of_it() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    assert_eq!(world.intents.hold(), None);
    let long = world.intents.begin(intent(1)).await.unwrap();
    let recording = world.intents.begin(intent(2)).await.unwrap();
    recording.recording();
    for number in 10..30 {
        world.record(number).await.unwrap();
    }
    assert_eq!(world.intents.hold(), Some(0));
    world.intents.renew(20);
    // An intent is written after what was asked for before it.
    world.intents.begin(intent(3)).await.unwrap().done();
    assert_eq!(world.intents.hold(), Some(0), "what is being recorded may lie anywhere from there on");
    recording.done();
    drop(world.intents.begin(intent(4)).await.unwrap());
    world.settle().await;
    world.intents.begin(intent(5)).await.unwrap().done();
    assert_eq!(world.intents.hold(), Some(20));
    drop(long);
    world.close().await;

    // The long call's process dies: a restart looks from there on, and not at what may be trimmed by now.
    let world = World::good(&disk, &settings).await;
    assert_eq!(world.intents.hold(), Some(20));
    assert_eq!(world.main.trim(20).unwrap().min(20), world.main.head());
    assert_eq!(world.settle().await.unknown, 1);
    world.close().await;
}

#[tokio::test]
async fn an_intent_that_can_not_be_read_back_holds_nothing_for_ever() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    let begun = world.intents.begin(intent(1)).await.unwrap();
    drop(begun);
    // The main journal is empty: only the intent is read.
    disk.set_fault(Some(Fault { after: 0, kind: std::io::ErrorKind::Other, forever: true }));
    let mut last = Settled::default();
    for _ in 0..12 {
        last = world.settler.settle().await.unwrap();
    }
    disk.set_fault(None);
    assert_eq!(last, Settled { unreadable: 1, ..Settled::default() });
    assert_eq!(world.settle().await, Settled::default());
    world.intents.begin(intent(2)).await.unwrap().done();
    assert_eq!(world.outcomes().len(), 0);
    world.intents.close().await;
    assert_eq!((world.intents.open_count(), world.intents.hold()), (0, None));
    world.close().await;
}

#[tokio::test]
async fn a_disk_that_does_not_give_an_intent_is_asked_again() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    drop(world.intents.begin(intent(1)).await.unwrap());
    // Looking through the main journal needs no disk: it is empty.
    disk.set_fault(Some(Fault { after: 0, kind: std::io::ErrorKind::Other, forever: false }));
    assert_eq!(world.settler.settle().await.unwrap(), Settled { left: 1, ..Settled::default() });
    assert_eq!(world.settle().await, Settled { unknown: 1, ..Settled::default() });
    world.close().await;
}

#[tokio::test]
async fn it_works_on_a_real_disk() {
    let (dir, settings) = (tempfile::tempdir().unwrap(), Settings::new().await);
    let world = World::on_disk(dir.path(), &settings).await;
    let all = (0..50).map(|number| world.intents.begin(intent(number)));
    let begun = futures_util::future::try_join_all(all).await.unwrap();
    assert!(Path::new(dir.path()).join("intents").is_dir());
    for (number, begun) in (0..).zip(begun) {
        if number % 2 == 0 {
            world.record(number).await.unwrap();
            begun.done();
        }
    }
    world.close().await;
    let world = World::on_disk(dir.path(), &settings).await;
    assert_eq!(world.settle().await, Settled { unknown: 25, ..Settled::default() });
    assert_eq!(world.outcomes().len(), 50);
    world.close().await;
}
