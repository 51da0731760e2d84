//! A journal, a catalog, a clock and insights over them, in one directory.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use cairn_catalog::contract::sample;
use cairn_catalog::{
    Catalog, Change, InsightSelector, InsightType, Revision, SourceEventCategory, SqliteCatalog, Trail,
};
use cairn_event::{AccountId, Category, Clock, Entry, EventTime, EventView, Origin, Region};
use cairn_insights::{Health, Insights, InsightsConfig, Parts};
use cairn_intake::{Draft, Intake};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, Options, Reader, Writer};
use cairn_projection::Source;
use jiff::Timestamp;
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A minute's beginning, in seconds: 2026-03-02T08:00:00Z, a Monday.
pub(crate) const BEGIN: i64 = 1_772_438_400;

/// How long a condition may take to come true on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// A call.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is independent of the other")]
pub(crate) struct Call {
    pub(crate) name: &'static str,
    pub(crate) user: &'static str,
    pub(crate) read_only: bool,
    pub(crate) error: Option<&'static str>,
    /// Of an object, in a data event.
    pub(crate) data: bool,
    pub(crate) origin: Origin,
}

impl Call {
    pub(crate) fn named(name: &'static str) -> Self {
        Self { name, user: "ana", read_only: false, error: None, data: false, origin: Origin::Call }
    }

    fn event(&self, at: i64) -> Vec<u8> {
        let time = EventTime::from_epoch_seconds(at);
        let Self { name, user, read_only, .. } = self;
        let error = self.error.map_or(String::new(), |code| format!(r#""errorCode":"{code}","#));
        let (category, management) = if self.data { ("Data", false) } else { ("Management", true) };
        let resources = r#""resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::photos/a"}],"#;
        let resources = if self.data { resources } else { "" };
        format!(
            r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::123456789012:user/{user}"}},"eventTime":"{time}","eventSource":"s3.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1",{error}{resources}"userAgent":"cli","readOnly":{read_only},"eventType":"AwsApiCall","managementEvent":{management},"eventCategory":"{category}"}}"#
        )
        .into_bytes()
    }
}

pub(crate) fn account() -> AccountId {
    sample::account_id()
}

pub(crate) fn region() -> Region {
    sample::region("eu-west-1")
}

/// A trail that looks for all insights.
pub(crate) fn trail() -> Trail {
    let of = |insight_type| InsightSelector {
        insight_type,
        event_categories: Some(vec![SourceEventCategory::Management, SourceEventCategory::Data]),
    };
    Trail {
        insights: vec![of(InsightType::ApiCallRateInsight), of(InsightType::ApiErrorRateInsight)],
        ..sample::trail("main")
    }
}

/// What outlives a restart of insights.
pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) reader: Arc<dyn Reader>,
    source: Source,
}

/// Insights that run.
pub(crate) struct Alive {
    pub(crate) insights: Insights,
    shutdown: CancellationToken,
    tasks: TaskTracker,
}

impl World {
    /// A world with a past: `calls(minute)` of each of its minutes, which end at [`BEGIN`], are in the journal.
    pub(crate) async fn with_past(minutes: i64, calls: impl Fn(i64) -> Vec<Call>) -> Self {
        Self::of(tempfile::tempdir().unwrap(), minutes, calls, trail()).await
    }

    pub(crate) async fn of(
        dir: TempDir,
        minutes: i64,
        calls: impl Fn(i64) -> Vec<Call>,
        trail: Trail,
    ) -> Self {
        let catalog: Arc<dyn Catalog> =
            Arc::new(SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap());
        let changes = vec![Change::PutAccount(sample::account()), Change::PutTrail(Box::new(trail))];
        catalog.commit(0, changes).await.unwrap();
        let options = Options {
            segment_bytes: 16 << 20,
            bytes_max: 1 << 30,
            reserve_bytes: 1 << 16,
            ..Options::default()
        };
        let journal = EmbeddedJournal::open(&dir.path().join("journal"), options, Arc::new(DiskFileSystem));
        let (mut writer, reader, _recovery) = journal.unwrap();
        let mut entries: Vec<Vec<u8>> = Vec::new();
        for minute in 0..minutes {
            let at = BEGIN + (minute - minutes) * 60;
            for (number, call) in calls(minute).into_iter().enumerate() {
                let at = at + i64::try_from(number).unwrap() % 60;
                entries.push(entry(call.origin, at * 1000, call.event(at)).encode());
            }
            // A frame for many: each is a sync.
            if entries.len() > 2_000 || minute + 1 == minutes {
                writer.append(&entries.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
                entries.clear();
            }
        }
        let reader: Arc<dyn Reader> = reader;
        let clock = Arc::new(SetClock(AtomicI64::new(BEGIN * 1000)));
        let hand = Arc::<SetClock>::clone(&clock);
        let intake =
            Intake::start(Box::new(writer), Arc::clone(&reader), Arc::clone(&catalog), hand).unwrap();
        let source = Source::new(Arc::clone(&reader)).unwrap();
        Self { dir, clock, catalog, intake: Arc::new(intake), reader, source }
    }

    /// Moves the clock to so many seconds after the beginning.
    pub(crate) fn at(&self, seconds: i64) {
        self.clock.0.store((BEGIN + seconds) * 1000, Ordering::SeqCst);
    }

    /// Returns the parts that insights stand on.
    pub(crate) fn parts(&self) -> Parts {
        Parts {
            catalog: Arc::clone(&self.catalog),
            source: self.source.clone(),
            intake: Arc::clone(&self.intake),
            clock: Arc::<SetClock>::clone(&self.clock),
        }
    }

    pub(crate) fn config(&self) -> InsightsConfig {
        InsightsConfig {
            look_every: Duration::from_millis(10),
            ..InsightsConfig::new(self.dir.path().join("insights"))
        }
    }

    pub(crate) async fn open(&self) -> Alive {
        let (insights, service) = Insights::open(self.config(), self.parts()).await.unwrap();
        let (shutdown, tasks) = (CancellationToken::new(), TaskTracker::new());
        drop(tasks.spawn(service.run(shutdown.clone())));
        tasks.close();
        Alive { insights, shutdown, tasks }
    }

    /// Records calls now that were made at so many seconds after the beginning.
    pub(crate) async fn record(&self, call: &Call, times: u32, made_at: i64) {
        self.record_under(None, call, times, made_at).await;
    }

    /// Records them under a revision that is not the newest.
    pub(crate) async fn record_under(&self, under: Option<Revision>, call: &Call, times: u32, made_at: i64) {
        let submitting = (0..times).map(|_| {
            self.intake.submit(Draft {
                account: account(),
                region: region(),
                origin: call.origin,
                event: call.event(BEGIN + made_at),
                under,
            })
        });
        for admission in futures_util::future::join_all(submitting).await {
            admission.unwrap();
        }
    }

    /// Records calls now that were made in each of so many minutes before the beginning.
    pub(crate) async fn import(&self, call: &Call, a_minute: u32, minutes: i64) {
        self.import_between(call, a_minute, -minutes..0).await;
    }

    /// Records calls now that were made in each of these minutes.
    pub(crate) async fn import_between(&self, call: &Call, a_minute: u32, minutes: Range<i64>) {
        let calls = minutes.map(|minute| self.record(call, a_minute, minute * 60));
        futures_util::future::join_all(calls).await;
    }

    /// Records an Insights event that is none of ours, and tells so.
    pub(crate) async fn forge(&self, id: &str, origin: Origin) {
        let time = EventTime::from_epoch_seconds(BEGIN);
        let event = format!(
            r#"{{"eventVersion":"1.09","eventTime":"{time}","awsRegion":"eu-west-1","eventID":"{id}","eventType":"AwsCloudTrailInsight","recipientAccountId":"123456789012","sharedEventID":"forged","insightDetails":{{"state":"Start","eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","insightType":"ApiCallRateInsight"}},"eventCategory":"Insight"}}"#
        );
        let (event, account, region) = (event.into_bytes(), account(), region());
        self.intake.submit(Draft { account, region, origin, event, under: None }).await.unwrap();
    }

    /// Lets minutes pass from the one that begins so many seconds after the beginning: each has its calls, and is
    /// waited for to be closed.
    pub(crate) async fn pass(&self, alive: &Alive, from: i64, calls: &[&[(&Call, u32)]]) {
        let mut minute = from;
        for calls in calls {
            self.at(minute + 30);
            for (call, times) in *calls {
                self.record(call, *times, minute + 30).await;
            }
            minute += 60;
            self.at(minute + 16);
            alive.closed(minute - 60).await;
        }
    }

    /// Lists the Insights events in the journal but for those that were forged, each with where it came from.
    pub(crate) fn insights(&self) -> Vec<(Value, Origin)> {
        let mut found = Vec::new();
        let mut from = self.reader.head();
        while from < self.reader.tail() {
            let read = self.reader.read(from, 1 << 20).unwrap();
            from = read.last().unwrap().0 + 1;
            for (_, bytes) in read {
                let entry = Entry::decode(&bytes).unwrap();
                let event: Value = serde_json::from_slice(&entry.event).unwrap();
                if event["eventCategory"] == "Insight" && event["sharedEventID"] != "forged" {
                    found.push((event, entry.origin));
                }
            }
        }
        found
    }

    /// Has the store forget that records were sent, as a kill does between the two: nothing was read since.
    pub(crate) async fn forget_sending(&self) {
        let first_sent = (self.reader.head()..self.reader.tail()).find(|position| {
            let entry = Entry::decode(&self.reader.get(*position).unwrap().unwrap()).unwrap();
            EventView::parse(&entry.event).unwrap().category() == Category::Insight
        });
        let options = SqliteConnectOptions::new().filename(self.config().dir.join("insights.sqlite3"));
        let mut store = options.connect().await.unwrap();
        sqlx::query("UPDATE records SET sent = 0").execute(&mut store).await.unwrap();
        let resume = sqlx::query("UPDATE position SET resume = min(resume, $1)");
        resume.bind(i64::try_from(first_sent.unwrap()).unwrap()).execute(&mut store).await.unwrap();
        store.close().await.unwrap();
    }

    /// Tells the Insights events in short.
    pub(crate) fn told(&self) -> Vec<String> {
        self.insights().iter().map(|(event, origin)| tell(event, *origin)).collect()
    }
}

fn tell(event: &Value, origin: Origin) -> String {
    let details = &event["insightDetails"];
    let statistics = &details["insightContext"]["statistics"];
    let seconds = event["eventTime"].as_str().unwrap().parse::<EventTime>().unwrap().epoch_seconds() - BEGIN;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let imported = if origin == Origin::Import { " imported" } else { "" };
    format!(
        "{} {}{} at {} for {}: {}, not {}{imported}",
        text(&details["state"]),
        text(&details["eventName"]),
        details["errorCode"].as_str().map_or(String::new(), |code| format!(" {code}")),
        seconds / 60,
        statistics["insightDuration"],
        statistics["insight"]["average"],
        statistics["baseline"]["average"],
    )
}

impl Alive {
    /// Waits until the minute that begins so many seconds after the beginning is closed, and all records are sent.
    pub(crate) async fn closed(&self, seconds: i64) {
        let minute = u32::try_from((BEGIN + seconds) / 60).unwrap();
        self.until(|health| health.closed.is_some_and(|closed| closed.number() >= minute)).await;
    }

    pub(crate) async fn until(&self, mut wanted: impl FnMut(&Health) -> bool) {
        let waiting = self.insights.wait_for(|health| wanted(health));
        let waited = tokio::time::timeout(DEADLINE, waiting).await;
        assert!(waited.is_ok(), "{:?}", self.insights.health());
    }

    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        tokio::time::timeout(DEADLINE, self.tasks.wait()).await.expect("insights stop in time");
    }
}

fn entry(origin: Origin, received_ms: i64, event: Vec<u8>) -> Entry {
    Entry { revision: 1, received_ms, account: account(), region: region(), origin, event }
}
