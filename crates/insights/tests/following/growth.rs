//! Insights that caused insights would grow without end.

use cairn_event::Origin;
use proptest::prelude::*;
use proptest::sample::Index;
use tokio::runtime::Runtime;

use crate::world::{Call, World};

/// Minutes before the last ones, with two calls each.
const USUAL: usize = 26 * 60;

/// The calls of a minute that went well, and those that failed.
type Minute = (usize, usize);

/// Returns what is told of calls in the last minutes, as it stands in the journal, with forged Insights events beside.
async fn told(last: &[Minute], forged: &[(String, Origin)]) -> Vec<String> {
    let world = World::with_past(i64::try_from(USUAL + last.len()).unwrap(), |minute| {
        let at = usize::try_from(minute).unwrap().checked_sub(USUAL);
        let (well, failed) = at.map_or((2, 0), |at| last[at]);
        let call = Call::named("DeleteBucket");
        let denied = Call { error: Some("AccessDenied"), ..call.clone() };
        [vec![call; well], vec![denied; failed]].concat()
    })
    .await;
    for (id, origin) in forged {
        world.forge(id, *origin).await;
    }
    let alive = world.open().await;
    // Long enough for what was told to be counted, if it were.
    for minute in (0..20).step_by(2) {
        world.at((minute + 2) * 60 + 16);
        alive.closed((minute + 1) * 60).await;
    }
    alive.until(|health| health.waiting == 0).await;
    assert!(alive.insights.health().series <= 2, "Insights events are counted");
    alive.stop().await;
    world.insights().into_iter().map(|(event, origin)| format!("{origin:?} {event}")).collect()
}

fn ids(told: &[String]) -> Vec<String> {
    let event = |told: &String| told.split_once(' ').unwrap().1.parse::<serde_json::Value>().unwrap();
    told.iter().map(|told| event(told)["eventID"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_imported_event_with_the_id_of_an_insight_keeps_it_from_nobody() {
    let calls = [(90, 0), (90, 0), (2, 0), (2, 0), (2, 0), (2, 0)];
    let alone = told(&calls, &[]).await;
    assert_eq!(alone.len(), 2, "{alone:?}");
    let forged: Vec<_> = ids(&alone).into_iter().map(|id| (id, Origin::Import)).collect();
    assert_eq!(told(&calls, &forged).await, alone);
}

fn minute() -> impl Strategy<Value = Minute> {
    let calls = || prop_oneof![4 => 0..4_usize, 1 => 40..100_usize];
    (calls(), calls())
}

fn origin() -> impl Strategy<Value = Origin> {
    prop_oneof![Just(Origin::Call), Just(Origin::Delivery), Just(Origin::Import)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_insights_events_there_are_calls_alone_say_what_is_told(
        last in proptest::collection::vec(minute(), 1..20),
        again in proptest::collection::vec(any::<Index>(), 0..4),
        others in proptest::collection::vec(("[0-9a-f]{8}", origin()), 0..300),
    ) {
        let runtime = Runtime::new().unwrap();
        let alone = runtime.block_on(told(&last, &[]));
        // A start and an end for each minute, of calls and of errors, at the most.
        prop_assert!(alone.len() <= 4 * last.len());
        let ids = ids(&alone);
        let again = again.iter().filter(|_| !ids.is_empty()).map(|which| (which.get(&ids).clone(), Origin::Import));
        let forged: Vec<_> = again.chain(others).collect();
        prop_assert_eq!(runtime.block_on(told(&last, &forged)), alone);
    }
}
