//! From the journal to the lookup and on to expiry.

use std::time::Instant;

use cairn_history::{FoundEvent, LookupError, LookupInput, Query, QueryRefusal};
use jiff::Timestamp;

use crate::world::{ACCOUNT, Alive, NOW, World, made};

const DAY: i64 = 86_400;

fn ids(found: &[FoundEvent]) -> Vec<u64> {
    found.iter().map(|event| event.position).collect()
}

/// Every event is found exactly once, newest first, at every moment: in the head, while it is sealed,
/// while splits merge, and after each restart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_is_found_once_at_every_moment() {
    let mut world = World::new(50).await;
    let mut appended = 0;
    for restart in 0..3 {
        let alive = world.open().await.unwrap();
        for _ in 0..10 {
            let frame: Vec<_> = (0..23)
                .map(|more| made(appended + more, NOW - 2000 + i64::try_from(appended).unwrap()))
                .collect();
            appended += frame.len() as u64;
            let last = world.append(&frame);
            alive.wait_for(last).await;
            let expected: Vec<u64> = (0..appended).rev().collect();
            let mut found = ids(&alive.all(NOW, None));
            // Events of one frame share their second and follow one another by position.
            assert_eq!(found, expected, "restart {restart}");
            found = ids(&alive.all(NOW, Some(("Username", "user-3"))));
            let of_user: Vec<u64> = expected.iter().copied().filter(|number| number % 7 == 3).collect();
            assert_eq!(found, of_user);
        }
        alive.until("full heads are sealed", |stats| stats.head_events < 50 && stats.splits > 0).await;
        let stats = alive.history.stats();
        assert_eq!(stats.head_events + stats.split_events, appended);
        alive.stop().await;
    }
    let alive = world.open().await.unwrap();
    alive.wait_for(appended - 1).await;
    alive.until("small splits merge", |stats| stats.splits <= 3).await;
    assert_eq!(ids(&alive.all(NOW, None)), (0..appended).rev().collect::<Vec<_>>());
    assert_eq!(ids(&alive.all(NOW, Some(("EventId", "id-77")))), [77]);
    // A merge may still come, so the disk is counted anew at each look.
    let on_disk = || std::fs::read_dir(world.history_dir().join("splits")).unwrap().count() as u64;
    alive.until("merged splits leave the disk", |stats| stats.splits == on_disk()).await;
    alive.stop().await;
    assert_eq!(world.catalog().splits().await.unwrap().len() as u64, on_disk());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_found_at_once() {
    let mut world = World::new(1000).await;
    let alive = world.open().await.unwrap();
    let mut slowest = std::time::Duration::ZERO;
    for number in 0..50 {
        let appended = Instant::now();
        let position = world.append(&[made(number, NOW)]);
        alive.wait_for(position).await;
        assert_eq!(ids(&alive.all(NOW, Some(("EventId", &format!("id-{number}"))))), [position]);
        slowest = slowest.max(appended.elapsed());
    }
    println!("appended to found, slowest of 50: {slowest:?}");
    alive.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_head_is_sealed_and_an_old_split_removed() {
    let mut world = World::new(1000).await;
    let alive = world.open().await.unwrap();
    let frame: Vec<_> = (0..20).map(|number| made(number, NOW - 10)).collect();
    let last = world.append(&frame);
    alive.wait_for(last).await;
    world.set_time(NOW + 14 * 60);
    assert_eq!(alive.history.stats().head_events, 20, "not old yet");
    world.set_time(NOW + 15 * 60 + 1);
    alive.until("the head is sealed", |stats| stats.head_events == 0 && stats.splits == 1).await;
    assert_eq!(world.catalog().cursor("history").await.unwrap(), Some(20));

    // The last second in which the events are told, and the first in which they are not.
    assert_eq!(alive.all(NOW - 10 + 90 * DAY, None).len(), 20);
    assert_eq!(alive.all(NOW - 10 + 90 * DAY + 1, None).len(), 0);
    world.set_time(NOW - 10 + 90 * DAY);
    alive.until("still there", |stats| stats.splits == 1).await;
    world.set_time(NOW - 10 + 90 * DAY + 1);
    alive.until("the split expires", |stats| stats.splits == 0).await;
    assert!(world.catalog().splits().await.unwrap().is_empty());
    alive.stop().await;
    let alive = world.open().await.unwrap();
    assert_eq!(std::fs::read_dir(world.history_dir().join("splits")).unwrap().count(), 0);
    alive.stop().await;
}

/// The cursor moves on although nothing of the journal enters the history, so that the journal can be
/// trimmed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cursor_passes_what_does_not_belong_here() {
    let mut world = World::new(1000).await;
    let alive = world.open().await.unwrap();
    let data = crate::world::entry(
        br#"{"eventTime":"2026-03-02T08:14:55Z","eventID":"d","eventName":"GetObject","eventCategory":"Data"}"#.to_vec(),
    );
    let garbage = crate::world::entry(b"not an event".to_vec());
    let last = world.append(&[data, garbage]);
    alive.wait_for(last).await;
    assert!(alive.all(NOW, None).is_empty());
    world.set_time(NOW + 15 * 60 + 1);
    let moved = async {
        while world.catalog().cursor("history").await.unwrap() != Some(last + 1) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), moved).await.expect("the cursor moves");
    assert_eq!(alive.history.stats().splits, 0);
    alive.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_continue_their_own_query_and_outlive_a_restart() {
    let mut world = World::new(1000).await;
    let alive = world.open().await.unwrap();
    let frame: Vec<_> = (0..9).map(|number| made(number, NOW - 10)).collect();
    let last = world.append(&frame);
    alive.wait_for(last).await;
    let page = ask(&alive, Some("s3.amazonaws.com"), Some(4), None).unwrap();
    assert_eq!(ids(&page.events), [8, 7, 6, 5]);
    let token = page.next_token.unwrap();
    let refused = |asked: Result<_, LookupError>| {
        assert!(matches!(asked, Err(LookupError::Refused(QueryRefusal::NextToken))), "{asked:?}");
    };
    refused(ask(&alive, Some("s3.amazonaws.com"), Some(5), Some(&token)));
    refused(ask(&alive, None, Some(4), Some(&token)));
    refused(ask(&alive, Some("s3.amazonaws.com"), Some(4), token.get(1..)));
    refused(ask(&alive, Some("s3.amazonaws.com"), Some(4), Some("")));
    alive.stop().await;
    let alive = world.open().await.unwrap();
    alive.wait_for(last).await;
    let page = ask(&alive, Some("s3.amazonaws.com"), Some(4), Some(&token)).unwrap();
    assert_eq!(ids(&page.events), [4, 3, 2, 1]);
    let page = ask(&alive, Some("s3.amazonaws.com"), Some(4), page.next_token.as_deref()).unwrap();
    assert_eq!((ids(&page.events), page.next_token), (vec![0], None));
    alive.stop().await;
}

fn ask(
    alive: &Alive,
    source: Option<&str>,
    max_results: Option<i64>,
    next_token: Option<&str>,
) -> Result<cairn_history::Page, LookupError> {
    let region = cairn_event::Region::us_east_1();
    let attributes: Vec<(&str, &str)> = source.map(|source| ("EventSource", source)).into_iter().collect();
    let query = Query::parse(LookupInput {
        account: ACCOUNT.parse().unwrap(),
        region: &region,
        attributes: &attributes,
        start: None,
        end: None,
        category: None,
        max_results,
        next_token,
    })
    .unwrap();
    alive.history.lookup(&query, Timestamp::from_second(NOW).unwrap())
}
