//! Each system call fails in turn, for good or once, and the power may go after it.

use std::io::ErrorKind;

use cairn_intake::IntakeError;

use crate::sim::{Fault, Random, SimDisk};
use crate::world::{Settings, World, id, intent, limits};

/// What a run was told.
#[derive(Debug, Default)]
struct Told {
    begun: Vec<u64>,
    /// Refused because of a failure: a restart may find these, once.
    perhaps: Vec<u64>,
    /// Refused before anything was written.
    refused: Vec<u64>,
    recorded: Vec<u64>,
}

/// Makes calls as a gateway does, and goes on after refusals.
async fn scenario(disk: &SimDisk, settings: &Settings, told: &mut Told) {
    let Ok(world) = World::open(disk, settings, &limits()).await else { return };
    for number in 0..12 {
        match world.intents.begin(intent(number)).await {
            Ok(begun) => {
                told.begun.push(number);
                if number % 3 == 0 {
                    continue;
                }
                begun.recording();
                if world.record(number).await.is_ok() {
                    told.recorded.push(number);
                    begun.done();
                }
            }
            Err(IntakeError::Stopped) => {
                told.perhaps.push(number);
                let again = world.intents.begin(intent(100 + number)).await;
                assert_eq!(again.unwrap_err(), IntakeError::Stopped, "it does not write again and hope");
            }
            Err(IntakeError::Full) => told.refused.push(number),
            Err(IntakeError::TooLarge) => panic!("{number} is not large"),
        }
    }
    // As well as it goes.
    drop(world.settler.settle().await);
    world.abandon().await;
}

async fn check(disk: &SimDisk, settings: &Settings, told: &Told, context: &str) {
    let world =
        World::open(disk, settings, &limits()).await.unwrap_or_else(|error| panic!("{context}: {error}"));
    world.settle().await;
    let outcomes = world.outcomes();
    for number in &told.begun {
        let found = outcomes.get(&id(*number)).map(Vec::as_slice).unwrap_or_default();
        assert_eq!(found.len(), 1, "{context}: {number} has {found:?} after {told:?}");
        if told.recorded.contains(number) {
            assert_eq!(found, ["known"], "{context}: {number}");
        }
    }
    for (number, found) in &outcomes {
        assert_eq!(found.len(), 1, "{context}: {number} has {found:?}");
    }
    for number in &told.refused {
        assert_eq!(outcomes.get(&id(*number)), None, "{context}: {number} was refused");
    }
    for number in 100..112 {
        assert_eq!(outcomes.get(&id(number)), None, "{context}: {number} was refused");
    }
    world.close().await;
}

#[tokio::test]
async fn every_system_call_may_fail_and_every_call_that_was_begun_has_one_event() {
    let (disk, settings, mut told) = (SimDisk::default(), Settings::new().await, Told::default());
    scenario(&disk, &settings, &mut told).await;
    let calls = disk.calls();
    assert_eq!((told.begun.len(), told.recorded.len()), (12, 8));
    assert!(calls > 60, "the scenario makes {calls} calls");

    let mut stopped = 0;
    for after in 0..calls {
        for (kind, forever) in
            [(ErrorKind::Other, false), (ErrorKind::Other, true), (ErrorKind::StorageFull, true)]
        {
            for seed in 0..2 {
                let context = format!("call {after} fails with {kind:?}, forever: {forever}, seed {seed}");
                let (disk, mut told) = (SimDisk::default(), Told::default());
                disk.set_fault(Some(Fault { after, kind, forever }));
                scenario(&disk, &settings, &mut told).await;
                disk.set_fault(None);
                if seed > 0 {
                    disk.crash(&mut Random::new(seed * 7_919 + after));
                }
                stopped += told.perhaps.len();
                check(&disk, &settings, &told, &context).await;
            }
        }
    }
    assert!(stopped > 100, "{stopped} intents met a failure");
}
