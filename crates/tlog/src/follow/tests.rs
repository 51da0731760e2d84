//! Logs over a bucket that refuses at any moment, before or after it did what it was asked to, and over
//! processes that end at any moment.

mod world;

use std::collections::BTreeSet;

use cairn_catalog::contract::sample;
use cairn_journal::Options;
use proptest::prelude::*;

use super::*;
use crate::path::{self, CHECKPOINT};
use crate::state::Ended;
use crate::{ProveError, PublicKey, TreeError};
use world::{Fault, World, received_ms};

/// What happens to a log.
#[derive(Debug, Clone)]
enum Deed {
    /// So many events are recorded; of four, the trail receives three.
    Record(u8),
    /// The log takes what there is to read.
    Read,
    /// The tree grows by what waits.
    Grow,
    /// The process ends without a word, and another one begins.
    Crash,
    /// The bucket will fail a call.
    Fault(Fault),
}

fn deed() -> impl Strategy<Value = Deed> {
    let fault = (0..12_u8, any::<bool>()).prop_map(|(calls, done)| Fault { calls, done });
    prop_oneof![
        3 => (1..120_u8).prop_map(Deed::Record),
        3 => Just(Deed::Read),
        3 => Just(Deed::Grow),
        1 => Just(Deed::Crash),
        2 => fault.prop_map(Deed::Fault),
    ]
}

async fn run(deeds: Vec<Deed>) {
    let mut world = World::new().await;
    let mut log = world.log().await;
    for deed in deeds {
        let done = match deed {
            Deed::Record(count) => {
                world.record(count.into());
                Ok(Step::Again)
            }
            Deed::Read => log.step().await,
            Deed::Grow => log.flush().await,
            Deed::Crash => Err(FollowError::Tile(TileError::Different)),
            Deed::Fault(fault) => {
                world.bucket.fail(fault);
                Ok(Step::Again)
            }
        };
        if done.is_err() {
            log = world.log().await;
        }
    }
    world.bucket.mend();
    log = world.log().await;
    world.settle(&mut log).await;
    world.check_history().await;
    world.check_events(&world.wanted()).await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_log_only_ever_grows_whatever_fails(deeds in prop::collection::vec(deed(), 1..24)) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run(deeds));
    }
}

#[tokio::test]
async fn each_call_of_a_flush_may_fail() {
    for done in [false, true] {
        for calls in 0..7 {
            let record = Deed::Record(200);
            let deeds = [record.clone(), Deed::Read, Deed::Grow, record.clone(), Deed::Read];
            let fault = [Deed::Fault(Fault { calls, done }), Deed::Grow, Deed::Crash, record, Deed::Read];
            run(deeds.into_iter().chain(fault).collect()).await;
        }
    }
}

#[tokio::test]
async fn what_lies_in_the_way_ends_the_log_and_another_one_begins() {
    let mut world = World::new().await;
    let mut log = world.log().await;
    world.record(300);
    world.settle(&mut log).await;
    let first = world.folder(&log);
    let size = log.log.as_ref().unwrap().body.size;
    for width in [size, path::TILE_WIDTH] {
        world.bucket.plant(&format!("{first}{}", path::tile(0, 0, width)), &[7; 8192]);
    }
    world.record(400);
    world.settle(&mut log).await;
    assert_ne!(world.folder(&log), first, "a new log");
    let logs = world.logs().await;
    assert_eq!(logs.iter().map(|log| log.ended).collect::<Vec<_>>(), [Some(Ended::Obstructed), None]);
    assert_eq!(logs[0].size, size, "the first log is what it was");
    assert_eq!(logs.iter().map(|log| log.size).sum::<u64>(), world.wanted().len() as u64);
    let later = world.wanted().split_off(usize::try_from(size).unwrap());
    world.check_events(&later).await;
    let spoilt = world.wanted()[0];
    assert!(matches!(world.prove(spoilt).await, Err(ProveError::Tree(TreeError::Changed))));
}

#[tokio::test]
async fn an_event_is_proved_by_its_content() {
    let mut world = World::new().await;
    let mut log = world.log().await;
    world.record(1500);
    world.settle(&mut log).await;
    for position in [0, 1, 341, 342, 900, 1497] {
        let at = received_ms(position);
        for happened_ms in [at - 3_000_000, at - 1, at + 1_999] {
            let proof = world.prove_content(position, happened_ms).await.unwrap();
            assert_eq!(proof.leaf_index, position - position / 4, "{position} at {happened_ms}");
            assert!(proof.verify(&PublicKey::parse(&proof.public_key).unwrap()).is_ok());
        }
    }
    let unwanted = world.prove_content(3, received_ms(3)).await;
    assert!(matches!(unwanted, Err(ProveError::NotLogged)));
    let wrong_time = world.prove_content(900, received_ms(1490)).await;
    assert!(matches!(wrong_time, Err(ProveError::NotLogged)), "not looked for where it can't be");
}

#[tokio::test]
async fn a_trail_with_another_bucket_has_another_log() {
    let mut world = World::new().await;
    let mut log = world.log().await;
    world.record(40);
    world.settle(&mut log).await;
    world.change(|trail| "elsewhere".clone_into(&mut trail.s3_bucket)).await;
    world.record(40);
    world.settle(&mut log).await;
    let logs = world.logs().await;
    let places: Vec<_> = logs.iter().map(|log| (log.bucket.as_str(), log.size, log.ended)).collect();
    assert_eq!(places, [("audit-logs", 30, Some(Ended::Moved)), ("elsewhere", 30, None)]);
    world.check_events(&world.wanted()).await;
}

#[tokio::test]
async fn events_are_logged_while_log_files_are_validated() {
    let mut world = World::new().await;
    let mut log = world.log().await;
    world.record(4);
    world.change(|trail| trail.log_file_validation = false).await;
    let unvalidated = world.record(4);
    world.change(|trail| trail.log_file_validation = true).await;
    world.record(4);
    world.settle(&mut log).await;
    assert_eq!(world.logs().await.iter().map(|log| log.size).collect::<Vec<_>>(), [6]);
    assert!(matches!(world.prove(unvalidated.start).await, Err(ProveError::NotLogged)));
}

#[tokio::test]
async fn a_catalog_older_than_its_bucket_takes_nothing_back() {
    let mut world = World::new().await;
    let mut log = world.log().await;
    world.record(40);
    world.settle(&mut log).await;
    let key = format!("{}{CHECKPOINT}", world.folder(&log));
    let (edge, signer) = (log.log.as_ref().unwrap().edge.clone(), log.log.as_ref().unwrap().key.clone());
    // The tree that the next 40 events will make, shown by a catalog that was lost since.
    world.record(40);
    log.step().await.unwrap();
    let mut later = edge.clone();
    later.grow(&log.pending);
    world.bucket.plant(&key, signer.sign(later.size(), later.root()).unwrap().as_bytes());
    let shown = world.bucket.object(&key);
    let mut log = world.log().await;
    log.step().await.unwrap();
    log.next = log.pending.split_off(10)[0].position;
    log.flush().await.unwrap();
    assert_eq!(world.bucket.object(&key), shown, "a smaller tree is not shown");
    let mut log = world.log().await;
    world.record(4);
    world.settle(&mut log).await;
    assert_eq!(world.logs().await.iter().map(|log| (log.size, log.ended)).collect::<Vec<_>>(), [(63, None)]);
    world.check_events(&world.wanted()).await;
    // And a tree that these events never make.
    world.bucket.plant(&key, signer.sign(70, later.root()).unwrap().as_bytes());
    let mut log = world.log().await;
    world.record(40);
    world.settle(&mut log).await;
    let ends: Vec<_> = world.logs().await.iter().map(|log| log.ended).collect();
    assert_eq!(ends, [Some(Ended::Forked), None]);
}

#[tokio::test]
async fn what_was_trimmed_unread_ends_the_log_and_another_one_begins() {
    let small = Options {
        segment_bytes: 1 << 16,
        frame_bytes_max: 1 << 15,
        reserve_bytes: 1 << 12,
        bytes_max: 1 << 24,
        ..Options::default()
    };
    let mut world = World::with(small).await;
    let mut log = world.log().await;
    world.record(40);
    world.settle(&mut log).await;
    drop(log);
    while world.shared.journal.reader().head() == 0 {
        world.record(100);
        let tail = world.shared.journal.tail();
        world.shared.journal.reader().trim(tail).unwrap();
    }
    let head = world.shared.journal.reader().head();
    assert!(head > 40, "{head}");
    let mut log = world.log().await;
    world.record(40);
    world.settle(&mut log).await;
    let logs = world.logs().await;
    let ends: Vec<_> = logs.iter().map(|log| log.ended).collect();
    assert_eq!(ends, [Some(Ended::Interrupted), None]);
    let (early, later): (Vec<u64>, Vec<u64>) = world.wanted().into_iter().partition(|at| *at < head);
    assert_eq!(logs[1].size, later.len() as u64, "everything that is left");
    world.check_events(&later).await;
    world.prove(early[0]).await.unwrap();
    let lost = early.into_iter().find(|position| *position >= 40).unwrap();
    assert!(matches!(world.prove(lost).await, Err(ProveError::NotLogged)));
}

#[tokio::test]
async fn the_log_of_a_deleted_trail_is_finished() {
    let mut world = World::new().await;
    let mut log = world.log().await;
    world.record(40);
    world.delete().await;
    while log.step().await.unwrap() != Step::Done {}
    assert_eq!(world.bucket.checkpoint_sizes(), [30]);
    let mut again = TrailLog::new(Arc::clone(&world.shared), world.trail.clone());
    assert_eq!(again.begin().await.unwrap(), Step::Done);
    let [trail] = &world.shared.trails(sample::account_id()).await.unwrap()[..] else { panic!("one trail") };
    let proof = world.shared.prove(trail, 5, &world.event(5)).await.unwrap();
    assert!(proof.verify(&PublicKey::parse(&proof.public_key).unwrap()).is_ok(), "proved after its trail");
    let never = world.shared.prove(trail, 41, "").await;
    assert!(matches!(never, Err(ProveError::NotLogged)), "nothing more will come");
    let other = "111122223333".parse().unwrap();
    assert!(world.shared.trails(other).await.unwrap().is_empty());
}

#[tokio::test]
async fn two_that_keep_one_log_show_one_history() {
    let mut world = World::new().await;
    let (mut one, mut other) = (world.log().await, world.log().await);
    world.record(40);
    one.step().await.unwrap();
    one.flush().await.unwrap();
    other = {
        // The other one has read the same, and is too late.
        let _too_late = other.step().await;
        let lost = other.flush().await;
        assert!(lost.is_err() || other.log.is_none(), "{lost:?}");
        world.log().await
    };
    world.record(40);
    world.settle(&mut other).await;
    assert!(one.step().await.is_ok());
    assert!(one.flush().await.is_err(), "the state has moved on");
    world.check_history().await;
    world.check_events(&world.wanted()).await;
    let sizes: BTreeSet<u64> = world.bucket.checkpoint_sizes().into_iter().collect();
    assert_eq!(sizes.into_iter().collect::<Vec<_>>(), [30, 60]);
}
