//! Chains over time: quiet hours, downtime, crashes, late receipts, clock jumps, ends and beginnings.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use cairn_digest::Document;
use cairn_event::Region;
use tokio_util::sync::CancellationToken;

use super::super::trail::TrailDigests;
use super::world::{ACCOUNT, Trouble, World, hash, regions};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Renders windows as `day-hour:minute:second`, each with how many log files it has.
fn windows(documents: &[Document]) -> Vec<String> {
    let short = |time: &str| time.get(8..19).unwrap().replace('T', "-");
    let window = |one: &Document| {
        format!("{}/{} {}", short(&one.digest_start_time), short(&one.digest_end_time), one.log_files.len())
    };
    documents.iter().map(window).collect()
}

#[tokio::test]
async fn every_hour_has_a_digest_and_idle_ones_too() {
    let world = World::new().await;
    world.enter("us-east-1", 0).await;
    world.clock.pass(HOUR);
    assert_eq!(world.work().await.steps, 0);
    assert!(world.places().is_empty(), "what was delivered within the hour is still being entered");
    world.clock.pass(2);
    world.work().await;
    world.clock.pass(HOUR);
    world.enter("us-east-1", 30).await;
    world.enter("us-east-1", 0).await;
    world.work().await;
    world.clock.pass(HOUR);
    world.work().await;
    let (regular, backfill) = world.audit().await;
    let expected = ["02-07:00:00/02-08:00:00 1", "02-08:00:00/02-09:00:00 1", "02-09:00:00/02-10:00:00 1"];
    assert_eq!((windows(&regular), backfill.len()), (expected.map(str::to_owned).to_vec(), 0));
    assert_eq!(
        regular[0].digest_s3_object,
        "AWSLogs/123456789012/CloudTrail-Digest/us-east-1/2026/03/02/\
         123456789012_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T080000Z.json.gz"
    );
    assert_eq!(regular[0].newest_event_time.as_deref(), Some("1970-01-01T00:33:20Z"));
    assert_eq!(regular[0].oldest_event_time.as_deref(), Some("1970-01-01T00:16:40Z"));
    assert_eq!(regular[0].log_files[0].hash_value, hash());
    world.clock.pass(HOUR);
    world.work().await;
    let (regular, _) = world.audit().await;
    let empty = regular.last().unwrap();
    assert_eq!(
        (&empty.newest_event_time, &empty.oldest_event_time, empty.log_files.len()),
        (&None, &None, 0)
    );
    let status = world
        .catalog
        .status(&world.id(), (ACCOUNT.parse().unwrap(), &Region::us_east_1()))
        .await
        .unwrap()
        .digests;
    assert!(status.succeeded_at.is_some() && status.error.is_none());
    world.close().await;
}

#[tokio::test]
async fn days_of_downtime_are_made_up_in_order_with_keys_that_were_valid() {
    let world = World::new().await;
    world.enter("us-east-1", 0).await;
    world.clock.pass(HOUR + 2);
    world.work().await;
    world.clock.pass(40 * DAY);
    world.enter("us-east-1", 0).await;
    world.work().await;
    assert_eq!(world.places().len(), 40 * 24 + 1);
    let snapshot = world.catalog.current();
    let keys = snapshot.signing_keys(&Region::us_east_1());
    let spans: Vec<_> = keys.iter().map(|key| (key.valid_from, key.valid_until)).collect();
    assert_eq!(spans.len(), 2);
    assert!(spans[1].0 < spans[0].1, "they overlap: {spans:?}");
    // What was delivered after the downtime is in the window that goes on.
    world.clock.pass(HOUR);
    world.work().await;
    let (regular, backfill) = world.audit().await;
    let counts = [regular.len(), regular[0].log_files.len(), regular.last().unwrap().log_files.len()];
    assert_eq!((counts, backfill.len()), ([40 * 24 + 2, 1, 1], 0));
    world.close().await;
}

#[tokio::test]
async fn a_crash_at_any_point_repeats_the_same_bytes() {
    let world = World::new().await;
    // The key is made before: making one takes a thread, whose end nobody waits for here.
    world.clock.pass(HOUR + 2);
    world.work().await;
    let stop = CancellationToken::new();
    for polls in 1..40 {
        world.enter("us-east-1", 0).await;
        world.clock.pass(HOUR);
        let mut task = TrailDigests::new(Arc::clone(&world.delivery), world.id());
        abandon(task.round(&stop), polls).await;
        world.work().await;
    }
    let (regular, backfill) = world.audit().await;
    assert_eq!((regular.len(), backfill.len()), (40, 0));
    world.close().await;
}

/// Polls a future so often and no more, as a crash between any two of its steps would leave it.
async fn abandon(future: impl Future, mut polls: usize) {
    let mut future = pin!(future);
    std::future::poll_fn(|context| match polls.checked_sub(1) {
        Some(left) => {
            polls = left;
            future.as_mut().poll(context).map(drop)
        }
        None => Poll::Ready(()),
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_lost_and_a_head_that_is_not_moved_are_absorbed() {
    let world = World::new().await;
    world.enter("us-east-1", 0).await;
    world.clock.pass(HOUR + 2);
    world.bucket.trouble.lock().unwrap().insert("logs".to_owned(), Trouble::LosesAnswers);
    let round = world.work().await;
    assert_eq!((round.failures.len(), world.places().len()), (1, 1));
    let before = world.read(&world.places()[0]).2;
    // Hours later, with more in the ledger, the plan still gives the same bytes.
    world.clock.pass(5 * HOUR);
    world.enter("us-east-1", 0).await;
    world.bucket.trouble.lock().unwrap().clear();
    world.work().await;
    assert_eq!(world.read(&world.places()[0]).2, before);
    world.clock.pass(HOUR);
    world.work().await;
    assert_eq!(world.audit().await.0.len(), 7);
    world.close().await;
}

#[tokio::test]
async fn a_bucket_that_denies_holds_the_chain_up_and_is_told() {
    let world = World::new().await;
    world.bucket.trouble.lock().unwrap().insert("logs".to_owned(), Trouble::Denies);
    world.clock.pass(3 * HOUR + 2);
    let round = world.work().await;
    assert_eq!((round.failures.len(), world.places().len()), (1, 0));
    assert_eq!(round.failures[0].1.code(), "AccessDenied");
    world.bucket.trouble.lock().unwrap().clear();
    world.work().await;
    assert_eq!(world.audit().await.0.len(), 3);
    world.close().await;
}

#[tokio::test]
async fn a_trail_that_moves_takes_its_chain_along() {
    let world = World::new().await;
    world.clock.pass(HOUR + 2);
    world.work().await;
    world
        .change(|trail| (trail.s3_bucket, trail.s3_prefix) = ("new".to_owned(), Some("pre".to_owned())))
        .await;
    world.clock.pass(HOUR);
    world.work().await;
    let (regular, _) = world.audit().await;
    assert_eq!(regular[1].previous_digest_s3_bucket.as_deref(), Some("logs"));
    assert_eq!(regular[1].digest_s3_bucket, "new");
    assert!(regular[1].digest_s3_object.starts_with("pre/AWSLogs/"));
    world.close().await;
}

#[tokio::test]
async fn a_plan_for_a_bucket_that_is_gone_is_made_anew_where_the_trail_is() {
    let world = World::new().await;
    world.enter("us-east-1", 0).await;
    world.clock.pass(HOUR + 2);
    world.bucket.trouble.lock().unwrap().insert("logs".to_owned(), Trouble::Denies);
    assert_eq!(world.work().await.failures.len(), 1);
    world.change(|trail| trail.s3_bucket = "new".to_owned()).await;
    world.work().await;
    let (regular, _) = world.audit().await;
    assert_eq!((regular.len(), regular[0].digest_s3_bucket.as_str()), (1, "new"));
    world.close().await;
}

#[tokio::test]
async fn nothing_is_overwritten_that_lies_under_a_digests_key() {
    let world = World::new().await;
    world.clock.pass(HOUR + 2);
    let key = "AWSLogs/123456789012/CloudTrail-Digest/us-east-1/2026/03/02/\
               123456789012_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T080000Z.json.gz";
    let place = ("logs".to_owned(), key.to_owned());
    let foreign =
        super::world::Object { body: b"foreign".to_vec(), metadata: std::collections::BTreeMap::new() };
    world.bucket.objects.lock().unwrap().insert(place.clone(), foreign.clone());
    world.work().await;
    assert_eq!(world.bucket.objects.lock().unwrap().remove(&place), Some(foreign));
    world.clock.pass(HOUR + 1);
    world.work().await;
    let expected = ["02-07:00:00/02-08:00:01 0", "02-08:00:01/02-09:00:01 0"];
    assert_eq!(windows(&world.audit().await.0), expected);
    world.close().await;
}

#[tokio::test]
async fn late_receipts_have_a_chain_of_their_own() {
    let world = World::new().await;
    world.clock.pass(HOUR + 2);
    world.work().await;
    // Delivered within the first hour, entered after its digest.
    world.enter("us-east-1", 10).await;
    world.enter("us-east-1", 0).await;
    world.clock.pass(HOUR);
    world.work().await;
    world.enter("us-east-1", 2 * HOUR).await;
    world.clock.pass(HOUR);
    world.work().await;
    let (regular, backfill) = world.audit().await;
    assert_eq!(regular.iter().map(|one| one.log_files.len()).collect::<Vec<_>>(), [0, 1, 0]);
    assert_eq!(windows(&backfill), ["02-07:59:52/02-07:59:53 1", "02-07:00:02/02-07:59:54 1"]);
    assert!(backfill[1].digest_s3_object.ends_with("_20260302T075954Z_backfill.json.gz"));
    let place = (backfill[0].digest_s3_bucket.clone(), backfill[0].digest_s3_object.clone());
    let metadata = world.read(&place).2.metadata;
    assert_eq!(metadata["backfill-generation-timestamp"], "2026-03-02T09:00:02.000Z");
    world.close().await;
}

#[tokio::test]
async fn clocks_that_jump_leave_no_log_file_out() {
    let world = World::new().await;
    world.enter("us-east-1", 0).await;
    world.clock.pass(3 * HOUR + 2);
    world.enter("us-east-1", 0).await;
    world.work().await;
    world.clock.pass(-2 * HOUR);
    world.enter("us-east-1", 0).await;
    world.clock.pass(HOUR + 10);
    world.work().await;
    assert_eq!(world.places().len(), 4, "nobody waits for the clock to catch up");
    world.clock.pass(2 * HOUR);
    world.work().await;
    let (regular, backfill) = world.audit().await;
    assert_eq!(windows(&backfill), ["02-08:00:02/02-08:00:03 1"]);
    assert_eq!(regular.iter().map(|one| one.log_files.len()).collect::<Vec<_>>(), [1, 0, 0, 1]);
    world.close().await;
}

#[tokio::test]
async fn a_stop_makes_one_final_digest_once_log_files_have_come_so_far() {
    let world = World::new().await;
    world.clock.pass(600);
    world.enter("us-east-1", 0).await;
    world.change(|trail| trail.logging = false).await;
    world.clock.pass(60);
    // The file with the call that stopped the trail is on its way.
    assert_eq!(world.work().await.open, 1);
    world.clock.pass(5 * DAY);
    assert_eq!((world.work().await.open, world.places().len()), (1, 0));
    world.enter("us-east-1", 5 * DAY).await;
    world.all_delivered();
    assert_eq!(world.work().await.open, 0);
    let (regular, _) = world.audit().await;
    assert_eq!(windows(&regular), ["02-07:00:00/02-07:11:01 2"]);
    // Nothing follows, and a new start begins a new chain.
    world.clock.pass(DAY);
    world.change(|trail| trail.logging = true).await;
    world.enter("us-east-1", 0).await;
    world.clock.pass(HOUR + 2);
    world.work().await;
    let (regular, _) = world.audit().await;
    assert_eq!((regular.len(), &regular[1].previous_digest_s3_object), (2, &None));
    assert_eq!(windows(&regular)[1], "08-07:11:00/08-08:11:00 1");
    world.close().await;
}

#[tokio::test]
async fn a_trail_that_is_back_at_once_begins_where_it_ended() {
    let world = World::new().await;
    world.clock.pass(600);
    world.change(|trail| trail.log_file_validation = false).await;
    world.clock.pass(1);
    world.change(|trail| trail.log_file_validation = true).await;
    world.enter("us-east-1", 0).await;
    world.all_delivered();
    world.clock.pass(2);
    world.work().await;
    world.enter("us-east-1", 0).await;
    world.clock.pass(2 * HOUR);
    world.work().await;
    let (regular, _) = world.audit().await;
    let expected = ["02-07:00:00/02-07:10:02 1", "02-07:10:02/02-08:10:02 1", "02-08:10:02/02-09:10:02 0"];
    // The last window is not over yet.
    assert_eq!(windows(&regular), expected[..2]);
    assert_eq!(
        (&regular[0].previous_digest_s3_object, &regular[1].previous_digest_s3_object),
        (&None, &None)
    );
    world.close().await;
}

#[tokio::test]
async fn a_deleted_trail_ends_in_the_bucket_it_had() {
    let world = World::new().await;
    world.clock.pass(600);
    world.enter("us-east-1", 0).await;
    world.change(|trail| trail.s3_bucket = "last".to_owned()).await;
    world.delete().await;
    world.clock.pass(2);
    world.all_delivered();
    assert_eq!(world.work().await.open, 0);
    let (regular, _) = world.audit().await;
    assert_eq!((regular.len(), regular[0].digest_s3_bucket.as_str()), (1, "last"));
    world.close().await;
}

#[tokio::test]
async fn a_trail_that_is_gone_with_its_bucket_is_given_up_after_30_days() {
    let world = World::new().await;
    world.clock.pass(600);
    world.bucket.trouble.lock().unwrap().insert("logs".to_owned(), Trouble::Denies);
    world.delete().await;
    world.all_delivered();
    world.clock.pass(30 * DAY);
    let round = world.work().await;
    assert_eq!((round.open, round.failures.len()), (1, 1));
    world.clock.pass(1);
    assert_eq!((world.work().await.open, world.places().len()), (0, 0));
    world.close().await;
}

#[tokio::test]
async fn a_multi_region_trail_has_a_chain_in_each_region_and_wherever_files_come_from() {
    let world = World::new().await;
    world.change(|trail| trail.is_multi_region = true).await;
    world.enter("eu-west-1", 0).await;
    world.enter("cn-north-1", 0).await;
    world.clock.pass(HOUR + 2);
    world.work().await;
    let (regular, _) = world.audit().await;
    let seen = regions(&regular);
    assert_eq!((regular.len(), seen.len()), (18, 18));
    assert!(seen.contains("cn-north-1") && seen.contains("us-east-1"));
    let fingerprints: std::collections::BTreeSet<_> =
        regular.iter().map(|one| &one.digest_public_key_fingerprint).collect();
    assert_eq!(fingerprints.len(), 18, "Regions share no key");
    // Back to one Region: the other chains end.
    world.change(|trail| trail.is_multi_region = false).await;
    world.all_delivered();
    world.clock.pass(HOUR + 2);
    assert_eq!(world.work().await.open, 1);
    let (regular, _) = world.audit().await;
    assert_eq!(regular.len(), 36);
    world.clock.pass(HOUR + 2);
    world.work().await;
    assert_eq!(world.audit().await.0.len(), 37);
    world.close().await;
}

#[tokio::test]
async fn a_new_key_signs_from_its_rotation_on() {
    let world = World::new().await;
    world.clock.pass(HOUR + 2);
    world.work().await;
    let now = cairn_event::Clock::now(&*world.clock);
    let made = world.keys.rotate(&Region::us_east_1(), now).await.unwrap();
    world.clock.pass(HOUR);
    world.work().await;
    let (regular, _) = world.audit().await;
    assert_ne!(regular[0].digest_public_key_fingerprint, made.fingerprint);
    assert_eq!(regular[1].digest_public_key_fingerprint, made.fingerprint);
    world.close().await;
}

#[tokio::test]
async fn a_window_may_have_more_log_files_than_a_page_of_the_ledger() {
    let world = World::new().await;
    for _ in 0..3 {
        world.enter_many((ACCOUNT, "us-east-1"), 0, 900).await;
    }
    world.clock.pass(HOUR + 2);
    world.work().await;
    let (regular, _) = world.audit().await;
    assert_eq!(regular.iter().map(|one| one.log_files.len()).collect::<Vec<_>>(), [2_700]);
    world.close().await;
}
