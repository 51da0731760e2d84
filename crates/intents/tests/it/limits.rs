//! What happens at each limit.

use std::io::ErrorKind;

use cairn_intake::IntakeError;
use cairn_intents::Limits;
use cairn_journal::RECORD_BYTES_MAX;

use crate::sim::{Fault, SimDisk};
use crate::world::{Settings, World, id, intent, limits};

#[tokio::test]
async fn too_many_open_calls_are_refused_and_room_comes_back() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let few = Limits { open_max: 3, ..limits() };
    let world = World::open(&disk, &settings, &few).await.unwrap();
    let mut open = Vec::new();
    for number in 0..3 {
        open.push(world.intents.begin(intent(number)).await.unwrap());
    }
    assert_eq!(world.intents.begin(intent(3)).await.unwrap_err(), IntakeError::Full);
    open.pop().unwrap().done();
    // The mark is written within half a second.
    tokio::time::timeout(std::time::Duration::from_secs(10), async {
        while world.intents.begin(intent(4)).await.map(cairn_intents::Begun::done).is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    })
    .await
    .unwrap();
    assert_eq!(world.intents.refusal(), None);
    drop(open);
    world.settle().await;
    world.close().await;
}

#[tokio::test]
async fn too_many_bytes_are_refused_and_an_event_that_fits_no_record_too() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::open(&disk, &settings, &Limits { open_bytes_max: 2_000, ..limits() }).await.unwrap();
    let begun = world.intents.begin(intent(0)).await.unwrap();
    assert_eq!(world.intents.begin(intent(6)).await.unwrap_err(), IntakeError::Full);
    let mut huge = intent(1);
    huge.event = vec![b' '; RECORD_BYTES_MAX];
    assert_eq!(world.intents.begin(huge).await.unwrap_err(), IntakeError::TooLarge);
    begun.done();
    world.close().await;
}

#[tokio::test]
async fn a_full_disk_refuses_and_nothing_of_it_is_begun() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let world = World::good(&disk, &settings).await;
    disk.set_fault(Some(Fault { after: 0, kind: ErrorKind::StorageFull, forever: true }));
    // What was written ahead still takes some.
    let mut refused = None;
    let mut open = Vec::new();
    for number in 0..30 {
        match world.intents.begin(intent(number)).await {
            Ok(begun) => open.push(begun),
            Err(error) => refused = Some((number, error)),
        }
    }
    let (refused, error) = refused.unwrap();
    assert_eq!(error, IntakeError::Full);
    assert_eq!(world.intents.refusal(), None, "it is not over: the disk may have room again");
    disk.set_fault(None);
    open.push(world.intents.begin(intent(50)).await.unwrap());
    drop(open);
    world.settle().await;
    assert_eq!(world.outcomes().get(&id(refused)), None);
    assert_eq!(world.outcomes()[&id(50)], ["unknown"]);
    world.close().await;
}

#[tokio::test]
async fn the_file_stays_bounded_however_many_calls_pass_a_long_one() {
    let (disk, settings) = (SimDisk::default(), Settings::new().await);
    let small = Limits { open_bytes_max: 8 * 1024, ..limits() };
    let world = World::open(&disk, &settings, &small).await.unwrap();
    let long = world.intents.begin(intent(1_000_001)).await.unwrap();
    for number in 0..600 {
        let begun = world.intents.begin(intent(number)).await;
        begun.unwrap_or_else(|error| panic!("call {number}: {error}")).done();
    }
    let used: usize = disk
        .files()
        .iter()
        .filter(|path| path.starts_with("/intents"))
        .map(|path| disk.content(path).len())
        .sum();
    assert!(used as u64 <= small.journal.bytes_max, "{used} bytes");
    let copy = disk.copy();
    long.done();
    world.close().await;

    // The long one was carried along, and is all that a restart has to settle of itself.
    let world = World::open(&copy, &settings, &small).await.unwrap();
    world.settle().await;
    assert_eq!(world.outcomes()[&id(1_000_001)], ["unknown"]);
    world.close().await;
}
