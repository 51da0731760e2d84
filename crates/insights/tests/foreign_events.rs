//! Whatever imports and other systems put into the journal: insights count it or pass it by, come to the journal's
//! end, open again afterwards, and tell nothing that is no Insights event.
//!
//! `CAIRN_FUZZ_ITERATIONS` says how many events each test makes; `CAIRN_FUZZ_SEED` where to begin.

#![expect(clippy::unwrap_used, reason = "what this test builds on is tested elsewhere")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cairn_catalog::contract::sample;
use cairn_catalog::{Catalog, Change, SqliteCatalog, Trail};
use cairn_event::{Category, Clock, Entry, EventView, Origin, RECORD_BYTES_MAX, Region};
use cairn_insights::{Insights, InsightsConfig, Parts};
use cairn_intake::{Draft, Intake};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, Options, Reader};
use cairn_projection::Source;
use jiff::{SignedDuration, Timestamp};
use mutator::{Dice, iterations};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

#[expect(dead_code, reason = "events are drawn here, not mutated from seeds")]
#[path = "../../event/tests/fuzz/mutator.rs"]
mod mutator;
#[expect(dead_code, reason = "it does not matter here which file an event is from")]
#[path = "../../event/tests/corpus/reader.rs"]
mod reader;

const NOW: &str = "2026-03-02T00:00:00Z";

/// What the bytes of an event are changed to: what its readers branch on.
const PIECES: &[&str] = &[
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    ",",
    "{}",
    "[]",
    "null",
    "true",
    "\"eventTime\":\"2026-03-01T00:00:00Z\",",
    "\"eventCategory\":\"Data\",",
    "\"errorCode\":\"AccessDenied\",",
    "99999999999999999999",
    "\u{e9}",
];

#[derive(Debug)]
struct Hand(Mutex<Timestamp>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A journal that insights follow; nothing else does.
struct World {
    catalog: Arc<dyn Catalog>,
    reader: Arc<dyn Reader>,
    intake: Arc<Intake>,
    clock: Arc<Hand>,
    insights: Insights,
    stop: CancellationToken,
    tasks: TaskTracker,
    dir: TempDir,
}

impl World {
    /// Begins with a trail that logs everything and looks for everything.
    async fn begin() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(Hand(Mutex::new(NOW.parse().unwrap())));
        let catalog: Arc<dyn Catalog> =
            Arc::new(SqliteCatalog::open(&dir.path().join("catalog.sqlite3")).await.unwrap());
        let insights = json!([
            {"InsightType": "ApiCallRateInsight", "EventCategories": ["Management", "Data"]},
            {"InsightType": "ApiErrorRateInsight", "EventCategories": ["Management", "Data"]},
        ]);
        let selectors = json!({"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]});
        let trail = Trail {
            insights: serde_json::from_value(insights).unwrap(),
            selectors: serde_json::from_value(selectors).unwrap(),
            ..sample::trail("main")
        };
        let changes = vec![Change::PutAccount(sample::account()), Change::PutTrail(Box::new(trail))];
        catalog.commit(0, changes).await.unwrap();
        let journal = dir.path().join("journal");
        let opened = EmbeddedJournal::open(&journal, Options::default(), Arc::new(DiskFileSystem));
        let (writer, reader, _) = opened.unwrap();
        let reader: Arc<dyn Reader> = reader;
        let hand = Arc::clone(&clock) as Arc<dyn Clock>;
        let intake = Intake::start(Box::new(writer), Arc::clone(&reader), Arc::clone(&catalog), hand);
        let intake = Arc::new(intake.unwrap());
        let (insights, stop, tasks) = follow(&dir, &catalog, &reader, &intake, &clock).await;
        Self { catalog, reader, intake, clock, insights, stop, tasks, dir }
    }

    async fn submit(&self, event: Vec<u8>, origin: Origin) {
        let region: Region = "eu-west-1".parse().unwrap();
        let draft = Draft { account: sample::account().id, region, origin, event, under: None };
        self.intake.submit(draft).await.unwrap();
    }

    fn pass(&self, time: SignedDuration) {
        *self.clock.0.lock().unwrap() += time;
    }

    /// Waits until everything is counted, built and told.
    async fn settled(&self) {
        let settled = async {
            loop {
                self.pass(SignedDuration::from_secs(10));
                let tail = self.reader.tail();
                let is_so = self.insights.wait_for(|health| {
                    health.next >= tail && health.waiting == 0 && health.stale == 0 && health.closed.is_some()
                });
                if tokio::time::timeout(Duration::from_millis(500), is_so).await.is_ok() {
                    return;
                }
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(120), settled).await;
        assert!(
            in_time.is_ok(),
            "not counted: {:?}, the tail is {}",
            self.insights.health(),
            self.reader.tail()
        );
    }

    /// Ends insights and opens them again.
    async fn again(&mut self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        (self.insights, self.stop, self.tasks) =
            follow(&self.dir, &self.catalog, &self.reader, &self.intake, &self.clock).await;
    }

    /// Returns the ids of all Insights events that insights told; each is a sound event.
    fn told(&self) -> Vec<String> {
        let mut ids = Vec::new();
        for position in self.reader.head()..self.reader.tail() {
            let entry = Entry::decode(&self.reader.get(position).unwrap().unwrap()).unwrap();
            let event = EventView::parse(&entry.event).unwrap();
            // What was made up has another type.
            if event.category() == Category::Insight && event.event_type == "AwsCloudTrailInsight" {
                assert!(entry.event.len() <= RECORD_BYTES_MAX, "{}", entry.event.len());
                let record: Value = serde_json::from_slice(&entry.event).unwrap();
                let details = &record["insightDetails"];
                assert!(
                    details["eventName"].is_string() && details["insightContext"]["statistics"].is_object()
                );
                ids.push(event.event_id.into_owned());
            }
        }
        ids
    }

    async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.intake.close().await;
        self.catalog.close().await;
    }
}

async fn follow(
    dir: &TempDir,
    catalog: &Arc<dyn Catalog>,
    reader: &Arc<dyn Reader>,
    intake: &Arc<Intake>,
    clock: &Arc<Hand>,
) -> (Insights, CancellationToken, TaskTracker) {
    let parts = Parts {
        catalog: Arc::clone(catalog),
        source: Source::new(Arc::clone(reader)).unwrap(),
        intake: Arc::clone(intake),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
    };
    let (insights, service) =
        Insights::open(InsightsConfig::new(dir.path().join("insights")), parts).await.unwrap();
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    tasks.spawn(service.run(stop.clone()));
    (insights, stop, tasks)
}

/// Makes an event that is odd in some of its members.
fn event(dice: &mut Dice, number: usize) -> Value {
    let long = "x".repeat(1 + dice.roll(600));
    let huge = "y".repeat(40_000);
    let odd: &[&str] = &["", " ", "\u{0}", "\"", "\u{202e}\u{1f98a}", "null", "../..", "'; --", &long];
    let times = [
        "2026-03-01T23:59:30Z",
        "2026-03-02T00:00:00Z",
        "2026-02-27T12:00:00Z",
        "2025-03-02T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2038-01-19T03:14:08Z",
    ];
    let mut pick =
        |usual: &str| if dice.roll(6) == 0 { odd[dice.roll(odd.len())].to_owned() } else { usual.to_owned() };
    let (source, name, agent, arn, code) = (
        pick("ec2.amazonaws.com"),
        pick("RunInstances"),
        pick("aws-cli/2"),
        pick("arn:aws:iam::123456789012:user/maya"),
        pick("AccessDenied"),
    );
    let category =
        ["Management", "Management", "Management", "Data", "Insight", "NetworkActivity", "Other", ""]
            [dice.roll(8)];
    let identity = match dice.roll(6) {
        0 => json!(null),
        1 => json!({"type": "AssumedRole", "arn": arn, "sessionContext": {"sessionIssuer": {"arn": arn}}}),
        2 => json!({"type": "AWSService", "invokedBy": arn}),
        3 => {
            json!({"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/", "sessionContext": {}})
        }
        _ => json!({"type": "IAMUser", "arn": arn, "accountId": "123456789012", "userName": "maya"}),
    };
    let mut event = json!({
        "eventVersion": "1.11", "userIdentity": identity, "eventTime": times[dice.roll(times.len())],
        "eventSource": source, "eventName": name, "awsRegion": "eu-west-1", "sourceIPAddress": "192.0.2.7",
        "userAgent": if dice.roll(50) == 0 { huge } else { agent }, "requestParameters": null, "eventID": number.to_string(),
        "eventType": "AwsApiCall", "readOnly": dice.roll(3) == 0, "recipientAccountId": "123456789012",
        "resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::b/k"}],
        "managementEvent": category == "Management", "eventCategory": category,
    });
    if dice.roll(3) == 0 {
        event["errorCode"] = code.into();
    }
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_events_are_counted_or_passed_by_and_hold_nothing_up() {
    let mut world = World::begin().await;
    let mut dice = Dice::new();
    for number in 0..iterations(6_000) {
        let mut bytes = event(&mut dice, number).to_string().into_bytes();
        if dice.roll(3) == 0 {
            dice.mutate(&mut bytes, PIECES);
        }
        let origin = [Origin::Import, Origin::Call, Origin::Delivery][dice.roll(3)];
        world.submit(bytes, origin).await;
        if dice.roll(100) == 0 {
            world.pass(SignedDuration::from_secs([1, 60, 600, -60, 86_400][dice.roll(5)]));
        }
    }
    world.settled().await;
    let told = world.told();
    assert_eq!(told.len(), told.iter().collect::<BTreeSet<_>>().len(), "something is told twice");
    let before = world.insights.health();
    world.again().await;
    world.settled().await;
    assert!(world.insights.health().closed >= before.closed, "{before:?}, {:?}", world.insights.health());
    let after = world.told();
    assert_eq!(after.len(), after.iter().collect::<BTreeSet<_>>().len(), "a restart tells something again");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn real_events_of_many_makers_and_years_are_counted() {
    let Some(samples) = reader::samples().unwrap() else { return };
    let world = World::begin().await;
    for sample in samples {
        // Some samples are no event by themselves.
        if EventView::parse(&sample.bytes).is_ok() {
            world.submit(sample.bytes, Origin::Import).await;
        }
    }
    world.settled().await;
    assert!(world.insights.health().series > 100, "{:?}", world.insights.health());
    let told = world.told();
    assert_eq!(told.len(), told.iter().collect::<BTreeSet<_>>().len(), "something is told twice");
    world.close().await;
}
