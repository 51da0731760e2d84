//! EventBridge: what goes, once, and in which form.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cairn_catalog::contract::sample;
use cairn_catalog::{Change, Tag, Trail};
use cairn_event::{AccountId, Region};
use cairn_stream::{
    AWS_SOURCE_PREFIX, AccountBuses, BusEntry, BusRules, EventBuses, PutError, Reach, ReadOnlyEvents, Streams,
};
use serde_json::{Value, json};

use crate::world::{World, account, eventually, insight, looking, region, trail};

/// Buses that keep what they take and refuse what they are told to.
#[derive(Debug, Default)]
struct Buses {
    /// Refused once, by event id, with a code.
    refuse: Mutex<Vec<(&'static str, &'static str)>>,
    calls: Mutex<Vec<usize>>,
    taken: Mutex<Vec<(AccountId, Region, BusEntry)>>,
    /// The account whose buses are dead.
    dead: Mutex<Option<AccountId>>,
}

#[async_trait]
impl EventBuses for Buses {
    async fn put_events(
        &self,
        (account, region): (AccountId, &Region),
        entries: &[&BusEntry],
    ) -> Result<Vec<Option<String>>, PutError> {
        if *self.dead.lock().unwrap() == Some(account) {
            return Err(PutError::of("AccessDenied"));
        }
        self.calls.lock().unwrap().push(entries.len());
        let mut codes = Vec::new();
        for entry in entries {
            let id = detail(entry)["eventID"].as_str().unwrap().to_owned();
            let mut refuse = self.refuse.lock().unwrap();
            let refused = refuse.iter().position(|(of, _)| *of == id).map(|place| refuse.remove(place));
            if refused.is_none() {
                self.taken.lock().unwrap().push((account, region.clone(), (*entry).clone()));
            }
            codes.push(refused.map(|(_, code)| code.to_owned()));
        }
        Ok(codes)
    }
}

impl Buses {
    fn ids(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        let mut ids: Vec<String> =
            taken.iter().map(|(_, _, entry)| detail(entry)["eventID"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    }

    fn ids_of(&self, account: &str) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        let of = taken.iter().filter(|(of, _, _)| of.as_str() == account);
        let mut ids: Vec<String> =
            of.map(|(_, _, entry)| detail(entry)["eventID"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    }
}

fn detail(entry: &BusEntry) -> Value {
    serde_json::from_str(&entry.detail).unwrap()
}

fn rules(read_only: ReadOnlyEvents) -> BusRules {
    BusRules { source_prefix: AWS_SOURCE_PREFIX.to_owned(), read_only }
}

async fn begin(rules: BusRules) -> (World, Arc<Buses>, crate::world::Running) {
    let world = World::new(Duration::from_hours(1)).await;
    let buses = Arc::new(Buses::default());
    let mut streams = Streams::new(world.shared.clone());
    streams.follow(AccountBuses::new(account(), rules, Arc::clone(&buses) as Arc<dyn EventBuses>));
    let running = world.run(streams);
    eventually("it has begun", async || world.cursor("eventbridge/123456789012").await.is_some()).await;
    (world, buses, running)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_goes_once_and_only_while_a_trail_selects_it() {
    let (world, buses, running) = begin(rules(ReadOnlyEvents::LeftOut)).await;
    world.record("no-trail", &json!({})).await;
    world.put(&trail("one")).await;
    world.put(&trail("two")).await;
    world.record("two-trails", &json!({"awsRegion": "us-west-2"})).await;
    world.record("reads", &json!({"readOnly": true})).await;
    for name in ["one", "two"] {
        world.put(&Trail { logging: false, ..trail(name) }).await;
    }
    world.record("stopped", &json!({})).await;
    world.put(&trail("one")).await;
    world.record("last", &json!({})).await;
    eventually("the last has arrived", async || buses.ids().contains(&"last".to_owned())).await;
    running.stop().await;
    assert_eq!(buses.ids(), ["last", "two-trails"]);
    let taken = buses.taken.lock().unwrap();
    let (_, at, entry) = taken.iter().find(|(_, _, one)| detail(one)["eventID"] == "two-trails").unwrap();
    assert_eq!((at, entry.source.as_str()), (&region("us-west-2"), "aws.cloudtrail"));
    assert_eq!(entry.detail_type, "AWS API Call via CloudTrail");
    assert_eq!(entry.time.to_string(), detail(entry)["eventTime"].as_str().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_reads_goes_where_it_is_asked_for() {
    let rules = BusRules { source_prefix: "cairn.".to_owned(), read_only: ReadOnlyEvents::Sent };
    let (world, buses, running) = begin(rules).await;
    world.put(&trail("one")).await;
    world.record("reads", &json!({"readOnly": true})).await;
    eventually("it has arrived", async || buses.ids() == ["reads"]).await;
    running.stop().await;
    assert_eq!(buses.taken.lock().unwrap()[0].2.source, "cairn.cloudtrail");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insight_goes_to_the_bus_of_its_account_while_a_trail_looks_for_it() {
    // What only reads is left out; insights read nothing and write nothing, and are not.
    let (world, buses, running) = begin(rules(ReadOnlyEvents::LeftOut)).await;
    world.put(&trail("plain")).await;
    world.record("nobody-looks", &insight("CreateTags")).await;
    let key = "cairn:insights-mute:tags".to_owned();
    let tags = vec![Tag { key, value: Some("name=DeleteTags".to_owned()) }];
    world.put(&Trail { tags, ..looking("looks") }).await;
    world.record("muted", &insight("DeleteTags")).await;
    world.record("wanted", &insight("CreateTags")).await;
    eventually("it has arrived", async || !buses.ids().is_empty()).await;
    running.stop().await;
    assert_eq!(buses.ids(), ["wanted"]);
    let taken = buses.taken.lock().unwrap();
    let (of, at, entry) = &taken[0];
    assert_eq!((*of, at), (account(), &region("us-west-2")));
    assert_eq!((entry.source.as_str(), entry.detail_type), ("aws.cloudtrail", "AWS Insight via CloudTrail"));
    assert_eq!(detail(entry)["insightDetails"]["eventName"], "CreateTags");
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_entries_go_again_and_too_large_ones_never() {
    let (world, buses, running) = begin(rules(ReadOnlyEvents::LeftOut)).await;
    *buses.refuse.lock().unwrap() = vec![
        ("4", "ThrottlingException"),
        ("4", "InternalFailure"),
        ("7", "NotAuthorizedForSource"),
        ("9", "MalformedDetail"),
    ];
    world.put(&trail("one")).await;
    world.record("huge", &json!({"requestParameters": {"x": "y".repeat(262_144)}})).await;
    for number in 0..30 {
        world.record(&number.to_string(), &json!({})).await;
    }
    eventually("29 arrive", async || buses.ids().len() == 29).await;
    running.stop().await;
    let mut wanted: Vec<String> = (0..30).filter(|one| *one != 9).map(|one| one.to_string()).collect();
    wanted.sort();
    assert_eq!(buses.ids(), wanted);
    assert!(buses.calls.lock().unwrap().iter().all(|entries| *entries <= 10));
}

fn following(world: &World, buses: &Arc<Buses>, reach: Reach) -> Streams {
    let mut streams = Streams::new(world.shared.clone());
    streams.follow_accounts(cairn_stream::Buses {
        rules: rules(ReadOnlyEvents::LeftOut),
        buses: Arc::clone(buses) as Arc<dyn EventBuses>,
        reach,
    });
    streams
}

#[tokio::test(flavor = "multi_thread")]
async fn each_account_has_its_own_bus_from_its_first_event_on() {
    let [member, later] = ["111122223333", "444455556666"];
    let world = World::new(Duration::from_hours(1)).await;
    world.organization(&[member]).await;
    let main = Trail { organization: Some(sample::ORGANIZATION.to_owned()), ..trail("main") };
    world.put(&main).await;
    world.record_in(member, "before", &json!({})).await;
    let buses = Arc::new(Buses::default());
    *buses.dead.lock().unwrap() = Some(member.parse().unwrap());
    let running = world.run(following(&world, &buses, Reach::All));
    eventually("it has begun", async || world.cursor("eventbridge/111122223333").await.is_some()).await;
    world.record_in(member, "member", &json!({})).await;
    world.account(later).await;
    world.record_in(later, "no-trail", &json!({})).await;
    world.change(Change::PutMember(Box::new(sample::member(later.parse().unwrap())))).await;
    world.record_in(later, "first", &json!({})).await;
    world.record("own", &json!({})).await;
    eventually("others don't wait for a dead bus", async || buses.ids() == ["first", "own"]).await;
    *buses.dead.lock().unwrap() = None;
    eventually("nothing is lost", async || buses.ids() == ["first", "member", "own"]).await;
    world.change(Change::DeleteMember { account: member.parse().unwrap() }).await;
    world.record_in(member, "left", &json!({})).await;
    world.record("last", &json!({})).await;
    eventually("the last has arrived", async || buses.ids().contains(&"last".to_owned())).await;
    running.stop().await;
    assert_eq!(buses.ids_of(crate::world::ACCOUNT), ["last", "own"]);
    assert_eq!(buses.ids_of(member), ["member"]);
    assert_eq!(buses.ids_of(later), ["first"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_event_of_an_account_made_just_before_a_crash_is_not_lost() {
    let [new, newer] = ["111122223333", "444455556666"];
    let world = World::new(Duration::from_hours(1)).await;
    world.organization(&[]).await;
    world.put(&Trail { organization: Some(sample::ORGANIZATION.to_owned()), ..trail("main") }).await;
    world.record("before", &json!({})).await;
    let buses = Arc::new(Buses::default());
    let running = world.run(following(&world, &buses, Reach::All));
    eventually("it has begun", async || world.cursor("eventbridge/123456789012").await.is_some()).await;
    let mark = world.cursor("eventbridge/accounts").await;
    running.crash().await;
    let join = async |id: &str, event| {
        world.account(id).await;
        world.change(Change::PutMember(Box::new(sample::member(id.parse().unwrap())))).await;
        world.record_in(id, event, &json!({})).await;
    };
    join(new, "first").await;
    let running = world.run(following(&world, &buses, Reach::All));
    eventually("the first has arrived", async || buses.ids() == ["first"]).await;
    running.crash().await;
    join(newer, "second").await;
    let running = world.run(following(&world, &buses, Reach::All));
    eventually("so has that of the next", async || buses.ids_of(newer) == ["second"]).await;
    running.stop().await;
    assert_eq!(world.cursor("eventbridge/accounts").await, mark);
    assert!(!buses.ids().contains(&"before".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn buses_that_are_not_reached_get_nothing_and_hold_no_journal() {
    let member = "111122223333";
    let world = World::new(Duration::from_hours(1)).await;
    world.organization(&[member]).await;
    world.put(&Trail { organization: Some(sample::ORGANIZATION.to_owned()), ..trail("main") }).await;
    let buses = Arc::new(Buses::default());
    let running = world.run(following(&world, &buses, Reach::All));
    eventually("it has begun", async || world.cursor("eventbridge/111122223333").await.is_some()).await;
    running.stop().await;
    let running = world.run(following(&world, &buses, Reach::One(account())));
    let ended = async || world.cursor("eventbridge/111122223333").await == Some(cairn_catalog::DONE);
    eventually("its cursor is ended", ended).await;
    world.record_in(member, "member", &json!({})).await;
    world.record("own", &json!({})).await;
    eventually("the own has arrived", async || buses.ids() == ["own"]).await;
    running.stop().await;
    let running = world.run(following(&world, &buses, Reach::All));
    eventually("it begins anew", async || {
        world.cursor("eventbridge/111122223333").await != Some(cairn_catalog::DONE)
    })
    .await;
    world.record_in(member, "again", &json!({})).await;
    eventually("it has arrived", async || buses.ids() == ["again", "own"]).await;
    running.stop().await;
}
