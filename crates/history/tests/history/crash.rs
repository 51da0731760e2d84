//! What a crash or a bad disk leaves behind.

use std::fs;
use std::path::PathBuf;

use cairn_history::{LookupError, LookupInput, OpenError, Query};
use jiff::Timestamp;

use crate::world::{ACCOUNT, NOW, World, made};

/// A world whose 60 events are in one split.
async fn sealed() -> World {
    let mut world = World::new(60).await;
    let alive = world.open().await.unwrap();
    let frame: Vec<_> =
        (0..60).map(|number| made(number, NOW - 100 + i64::try_from(number).unwrap())).collect();
    world.append(&frame);
    alive.until("the head is sealed", |stats| stats.splits == 1 && stats.head_events == 0).await;
    alive.stop().await;
    world
}

fn splits(world: &World) -> Vec<PathBuf> {
    let entries = fs::read_dir(world.history_dir().join("splits")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// The split has its name, the catalog does not know it: it goes, and its events are indexed again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_split_that_was_never_committed_is_made_again() {
    let mut world = sealed().await;
    world.forget_catalog().await;
    world.head_events_max = 1000;
    let alive = world.open().await.unwrap();
    assert!(splits(&world).is_empty());
    alive.wait_for(59).await;
    assert_eq!(alive.all(NOW, None).len(), 60);
    alive.stop().await;
    // And sealed again under the same name.
    world.head_events_max = 60;
    let alive = world.open().await.unwrap();
    alive.until("the head is sealed", |stats| stats.splits == 1).await;
    assert_eq!(alive.all(NOW, None).len(), 60);
    alive.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leftovers_are_removed_at_the_start() {
    let world = sealed().await;
    let drafts = world.history_dir().join("drafts");
    fs::create_dir_all(drafts.join("0000000007/index")).unwrap();
    fs::write(drafts.join("0000000007/documents"), b"half").unwrap();
    fs::create_dir_all(world.history_dir().join("splits/removed-from-the-catalog")).unwrap();
    let alive = world.open().await.unwrap();
    assert_eq!(splits(&world).len(), 1);
    assert!(!drafts.join("0000000007").try_exists().unwrap());
    assert_eq!(alive.all(NOW, None).len(), 60);
    alive.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_or_unreadable_split_stops_the_start_by_name() {
    for damage in ["remove", "split.json", "directory", "sieves", "newer"] {
        let world = sealed().await;
        let split = splits(&world).remove(0);
        match damage {
            "remove" => fs::remove_dir_all(&split).unwrap(),
            "newer" => {
                let text = fs::read_to_string(split.join("split.json")).unwrap();
                fs::write(split.join("split.json"), text.replace("\"version\":3", "\"version\":4")).unwrap();
            }
            file => fs::write(split.join(file), b"x").unwrap(),
        }
        let opened = world.open().await;
        let Err(OpenError::Split { id, .. }) = opened.map(|_alive| ()) else { panic!("{damage}") };
        assert_eq!(split.file_name().unwrap().to_str().unwrap(), id, "{damage}");
    }
}

/// Wherever a bit of the stored events is wrong, the lookup says so; it never tells something else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_in_the_documents_is_an_error() {
    let world = sealed().await;
    let path = splits(&world).remove(0).join("documents");
    let good = fs::read(&path).unwrap();
    for at in (0..good.len()).step_by(good.len() / 37 + 1) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        fs::write(&path, &bad).unwrap();
        let alive = world.open().await.unwrap();
        let region = cairn_event::Region::us_east_1();
        let query = Query::parse(LookupInput {
            account: ACCOUNT.parse().unwrap(),
            region: &region,
            attributes: &[],
            start: None,
            end: None,
            category: None,
            max_results: None,
            next_token: None,
        })
        .unwrap();
        let asked = alive.history.lookup(&query, Timestamp::from_second(NOW).unwrap());
        assert!(matches!(asked, Err(LookupError::Store(_))), "byte {at}: {asked:?}");
        alive.stop().await;
    }
    fs::write(&path, &good).unwrap();
}
