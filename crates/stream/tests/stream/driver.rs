//! The driver: order, repetition, giving up, stopping, and that streams do not wait for one another.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cairn_catalog::{DONE, Snapshot, StateChange};
use cairn_event::Entry;
use cairn_stream::{
    Batch, Fate, Limits, Parcel, PutError, Rejected, Seen, Sink, StreamHealth, Streams, Taken,
};
use serde_json::json;

use crate::world::{World, eventually};

const DAY: Duration = Duration::from_hours(24);

/// What a destination answers to a message, by its id.
type Answer = Option<Fate>;

/// A destination that keeps what it takes.
#[derive(Debug)]
struct Kept {
    name: &'static str,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    down: bool,
    answers: Vec<(&'static str, Answer)>,
    accepted: Vec<String>,
    given_up: Vec<(String, &'static str)>,
    noted: Vec<Option<String>>,
    batches: Vec<usize>,
}

impl Kept {
    fn new(name: &'static str) -> (Self, Arc<Mutex<State>>) {
        let state = Arc::new(Mutex::new(State::default()));
        (Self { name, state: Arc::clone(&state) }, state)
    }
}

#[async_trait]
impl Sink for Kept {
    type Lane = ();
    type Message = String;

    fn name(&self) -> &str {
        self.name
    }

    fn limits(&self) -> Limits {
        Limits { messages_max: 3, bytes_max: 1_000, span_max: None, in_flight_max: 1 }
    }

    fn concerns(&self, _snapshot: &Snapshot, _entry: &Entry) -> bool {
        true
    }

    fn take(&self, seen: &Seen<'_>) -> Taken<(), String> {
        match seen.event.event_id.as_ref() {
            id if id.starts_with("unwanted") => Taken::NotWanted,
            id if id.starts_with("huge") => Taken::Dropped("too-large"),
            id => Taken::Message(Parcel { lane: (), bytes: 1, time_ms: 0, message: id.to_owned() }),
        }
    }

    async fn put(&self, batch: Batch<'_, (), String>) -> Result<Vec<Rejected>, PutError> {
        let mut state = self.state.lock().unwrap();
        if state.down {
            return Err(PutError::of("Down"));
        }
        state.batches.push(batch.messages.len());
        let mut rejected = Vec::new();
        for (index, id) in batch.messages.iter().enumerate() {
            let answer = state.answers.iter().position(|(of, _)| of == *id);
            match answer.and_then(|place| state.answers.remove(place).1) {
                Some(fate) => rejected.push(Rejected { index, fate }),
                None => state.accepted.push((*id).clone()),
            }
        }
        Ok(rejected)
    }

    async fn give_up(&self, (): &(), lost: &[&String], reason: &'static str) -> Result<(), PutError> {
        let mut state = self.state.lock().unwrap();
        state.given_up.extend(lost.iter().map(|id| ((*id).clone(), reason)));
        Ok(())
    }

    async fn note(&self, (): &(), error: Option<&str>) {
        self.state.lock().unwrap().noted.push(error.map(str::to_owned));
    }
}

fn only(world: &World, sink: Kept) -> Streams {
    let mut streams = Streams::new(world.shared.clone());
    streams.follow(sink);
    streams
}

/// Records events and waits for the stream to have begun, so that they are its to carry.
async fn record(world: &World, ids: &[&str]) {
    for id in ids {
        world.record(id, &json!({})).await;
    }
}

async fn begun(world: &World, name: &'static str) {
    eventually("the stream has a cursor", async || world.cursor(name).await.is_some()).await;
}

async fn accepted(state: &Arc<Mutex<State>>, ids: &[&str]) {
    eventually("all is accepted", async || state.lock().unwrap().accepted.len() >= ids.len()).await;
    assert_eq!(state.lock().unwrap().accepted, ids);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wanted_arrives_in_order_and_the_cursor_follows() {
    let world = World::new(DAY).await;
    record(&world, &["before"]).await;
    let (sink, state) = Kept::new("webhook/a");
    let running = world.run(only(&world, sink));
    begun(&world, "webhook/a").await;
    record(&world, &["1", "unwanted", "2", "huge", "3", "4"]).await;
    accepted(&state, &["1", "2", "3", "4"]).await;
    eventually("the cursor is committed", async || world.cursor("webhook/a").await == Some(7)).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_stay_within_the_limits() {
    let world = World::new(DAY).await;
    let (sink, state) = Kept::new("webhook/a");
    state.lock().unwrap().down = true;
    let running = world.run(only(&world, sink));
    begun(&world, "webhook/a").await;
    let ids: Vec<String> = (0..8).map(|number| number.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    record(&world, &ids).await;
    state.lock().unwrap().down = false;
    accepted(&state, &ids).await;
    assert!(state.lock().unwrap().batches.iter().all(|size| *size <= 3));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_rejected_goes_again() {
    let world = World::new(DAY).await;
    let (sink, state) = Kept::new("webhook/a");
    let retry = || Some(Fate::Retry("ThrottlingException".to_owned()));
    state.lock().unwrap().answers =
        vec![("1", retry()), ("1", retry()), ("2", Some(Fate::GiveUp("refused")))];
    let running = world.run(only(&world, sink));
    begun(&world, "webhook/a").await;
    record(&world, &["0", "1", "2", "3"]).await;
    eventually("all but one are accepted", async || state.lock().unwrap().accepted.len() == 3).await;
    running.stop().await;
    let state = state.lock().unwrap();
    let mut sorted = state.accepted.clone();
    sorted.sort();
    assert_eq!(sorted, ["0", "1", "3"], "each once");
    assert_eq!(state.given_up, [("2".to_owned(), "refused")]);
    assert!(state.noted.contains(&Some("ThrottlingException".to_owned())), "{:?}", state.noted);
    assert_eq!(state.noted.last(), Some(&None));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_over_an_outage_and_a_restart() {
    let world = World::new(DAY).await;
    let (sink, state) = Kept::new("webhook/a");
    let running = world.run(only(&world, sink));
    begun(&world, "webhook/a").await;
    record(&world, &["0"]).await;
    accepted(&state, &["0"]).await;
    state.lock().unwrap().down = true;
    record(&world, &["1", "2"]).await;
    eventually("the outage is told", async || {
        state.lock().unwrap().noted.last() == Some(&Some("Down".to_owned()))
    })
    .await;
    running.stop().await;
    let world = world.again().await;
    record(&world, &["3"]).await;
    let (sink, later) = Kept::new("webhook/a");
    let running = world.run(only(&world, sink));
    accepted(&later, &["1", "2", "3"]).await;
    running.stop().await;
    assert_eq!(world.cursor("webhook/a").await, Some(4), "a stop commits what arrived");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_destination_delays_no_other() {
    let world = World::new(DAY).await;
    let ((dead, dead_state), (sound, sound_state)) = (Kept::new("webhook/dead"), Kept::new("webhook/sound"));
    dead_state.lock().unwrap().down = true;
    let mut streams = Streams::new(world.shared.clone());
    streams.follow(dead);
    streams.follow(sound);
    let running = world.run(streams);
    begun(&world, "webhook/dead").await;
    begun(&world, "webhook/sound").await;
    record(&world, &["0", "1"]).await;
    accepted(&sound_state, &["0", "1"]).await;
    assert!(dead_state.lock().unwrap().accepted.is_empty());
    dead_state.lock().unwrap().down = false;
    accepted(&dead_state, &["0", "1"]).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_grows_too_old_is_given_up_and_the_rest_goes_on() {
    let world = World::new(Duration::from_millis(600)).await;
    let (sink, state) = Kept::new("webhook/a");
    state.lock().unwrap().down = true;
    let running = world.run(only(&world, sink));
    begun(&world, "webhook/a").await;
    record(&world, &["0"]).await;
    let expired = ("0".to_owned(), "expired");
    eventually("it is given up", async || state.lock().unwrap().given_up.contains(&expired)).await;
    state.lock().unwrap().down = false;
    record(&world, &["1"]).await;
    accepted(&state, &["1"]).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_journal_could_not_keep_is_passed_over() {
    let world = World::new(DAY).await;
    let (sink, _) = Kept::new("webhook/a");
    let running = world.run(only(&world, sink));
    begun(&world, "webhook/a").await;
    running.stop().await;
    // The journal is compressed: only what does not repeat fills its segments.
    let mut state = 1_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{state:016x}")
    };
    for number in 0..24 {
        let text: String = (0..12_000).map(|_| noise()).collect();
        world.record(&number.to_string(), &json!({"requestParameters": {"text": text}})).await;
    }
    let reader = world.shared.journal.reader();
    let head = reader.trim(20).unwrap();
    assert!(head > 0, "something is trimmed");
    let (sink, state) = Kept::new("webhook/a");
    let running = world.run(only(&world, sink));
    let left: Vec<String> = (head..24).map(|number| number.to_string()).collect();
    accepted(&state, &left.iter().map(String::as_str).collect::<Vec<_>>()).await;
    running.stop().await;
    assert_eq!(world.cursor("webhook/a").await, Some(24));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_configured_no_more_holds_no_journal_and_begins_anew() {
    let world = World::new(DAY).await;
    let (sink, _) = Kept::new("webhook/a");
    let running = world.run(only(&world, sink));
    begun(&world, "webhook/a").await;
    running.stop().await;
    let running = world.run(Streams::new(world.shared.clone()));
    eventually("the cursor is ended", async || world.cursor("webhook/a").await == Some(DONE)).await;
    running.stop().await;
    record(&world, &["meanwhile"]).await;
    let (sink, state) = Kept::new("webhook/a");
    let running = world.run(only(&world, sink));
    eventually("it begins at the end", async || world.cursor("webhook/a").await == Some(1)).await;
    record(&world, &["later"]).await;
    accepted(&state, &["later"]).await;
    running.stop().await;
}

async fn health(world: &World) -> StreamHealth {
    world.shared.tallies.of(&*world.shared.catalog, "webhook/a").await.unwrap()
}

/// What came of events, without their bytes, which the sink counts as one each.
async fn counted(world: &World) -> (u64, Vec<(String, u64)>) {
    let day = health(world).await.book.last_day(world.shared.clock.now());
    assert_eq!(day.bytes, day.events);
    (day.events, day.given_up.into_iter().collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_told_and_what_came_of_it_outlives_a_restart() {
    let world = World::new(DAY).await;
    assert_eq!(health(&world).await, StreamHealth::default(), "nothing is known of what never ran");
    let (sink, state) = Kept::new("webhook/a");
    let running = world.run(only(&world, sink));
    begun(&world, "webhook/a").await;
    record(&world, &["0", "huge", "unwanted"]).await;
    accepted(&state, &["0"]).await;
    eventually("it is counted", async || counted(&world).await.0 == 1).await;
    state.lock().unwrap().down = true;
    let begun_ms = world.shared.clock.now().as_millisecond();
    record(&world, &["1", "2"]).await;
    eventually("the failure is told", async || {
        health(&world).await.book.failure.is_some_and(|known| known.lasts)
    })
    .await;
    let told = health(&world).await;
    assert!(told.waiting >= 1 && told.waits_since.unwrap().as_millisecond() >= begun_ms, "{told:?}");
    assert_eq!(told.book.failure.unwrap().code, "Down");
    running.stop().await;

    let world = world.again().await;
    let kept = health(&world).await;
    assert_eq!((kept.next, kept.waiting), (None, 0), "it does not run");
    assert!(kept.book.succeeded_at.is_some() && kept.book.failure.as_ref().unwrap().lasts, "{kept:?}");
    assert_eq!(counted(&world).await, (1, vec![("too-large".to_owned(), 1)]));
    let (sink, later) = Kept::new("webhook/a");
    let running = world.run(only(&world, sink));
    accepted(&later, &["1", "2"]).await;
    eventually("the failure is over", async || !health(&world).await.book.failure.unwrap().lasts).await;
    let told = health(&world).await;
    assert_eq!((told.waiting, told.waits_since), (0, None));
    assert!(told.book.last_day(world.shared.clock.now()).failed_tries >= 1);
    running.stop().await;
    assert_eq!(counted(&world).await, (3, vec![("too-large".to_owned(), 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_again_is_counted_once() {
    let world = World::new(DAY).await;
    let (sink, state) = Kept::new("webhook/a");
    // The first is taken; the cursor can't pass it before the second, so that a restart puts both again.
    let stuck = |_| ("1", Some(Fate::Retry("Down".to_owned())));
    state.lock().unwrap().answers = (0..1_000).map(stuck).collect();
    let running = world.run(only(&world, sink));
    begun(&world, "webhook/a").await;
    record(&world, &["0", "1"]).await;
    eventually("one is stuck", async || health(&world).await.book.failure.is_some()).await;
    running.stop().await;
    let world = world.again().await;
    let (sink, later) = Kept::new("webhook/a");
    let running = world.run(only(&world, sink));
    eventually("both are there", async || later.lock().unwrap().accepted.last() == Some(&"1".to_owned()))
        .await;
    eventually("nothing waits", async || world.cursor("webhook/a").await == Some(2)).await;
    running.stop().await;
    assert_eq!(counted(&world).await, (2, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_good_is_told_with_its_reason_and_holds_nothing_up() {
    let world = World::new(DAY).await;
    let (sink, state) = Kept::new("webhook/a");
    state.lock().unwrap().answers = vec![("0", Some(Fate::GiveUp("refused-400")))];
    let running = world.run(only(&world, sink));
    begun(&world, "webhook/a").await;
    record(&world, &["0", "1"]).await;
    accepted(&state, &["1"]).await;
    running.stop().await;
    assert_eq!(counted(&world).await, (1, vec![("refused-400".to_owned(), 1)]));
    let failure = health(&world).await.book.failure.unwrap();
    assert_eq!((failure.code.as_str(), failure.lasts), ("refused-400", false));
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_that_nobody_understands_hold_no_event_back() {
    let world = World::new(DAY).await;
    let change = StateChange { name: "stream/webhook/a".to_owned(), expected: None, body: "?".to_owned() };
    world.shared.catalog.set_state(change).await.unwrap();
    assert!(world.shared.tallies.of(&*world.shared.catalog, "webhook/a").await.is_err());
    let (sink, state) = Kept::new("webhook/a");
    let running = world.run(only(&world, sink));
    begun(&world, "webhook/a").await;
    record(&world, &["0"]).await;
    accepted(&state, &["0"]).await;
    running.stop().await;
    assert_eq!(counted(&world).await, (1, vec![]));
}
