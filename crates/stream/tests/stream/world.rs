//! A server without a socket: catalog, journal, intake and streams; time is real.

use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::contract::sample;
use cairn_catalog::{Account, Catalog, Change, SqliteCatalog, Trail, TrailId, TrailStatus};
use cairn_event::{AccountId, Clock, Origin, Region};
use cairn_intake::{Admission, Draft, Intake};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, Options, Reader};
use cairn_projection::Source;
use cairn_stream::{Streams, Surroundings, Tallies};
use jiff::Timestamp;
use serde_json::json;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const GROUP: &str = "arn:aws:logs:eu-west-1:123456789012:log-group:audit:*";
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/logs";

/// How long a condition may take to come true on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

#[derive(Debug)]
struct RealClock;

impl Clock for RealClock {
    #[expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "this is the tests' clock")]
    fn now(&self) -> Timestamp {
        std::time::SystemTime::now().try_into().unwrap()
    }
}

pub(crate) struct World {
    pub(crate) shared: Surroundings,
    dir: TempDir,
}

/// Streams that run.
pub(crate) struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl World {
    /// One account.
    pub(crate) async fn new(give_up_after: Duration) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let world = Self::open(dir, give_up_after).await;
        world.account(ACCOUNT).await;
        world
    }

    /// Makes an account.
    pub(crate) async fn account(&self, id: &str) {
        let (id, created) = (id.parse().unwrap(), self.shared.clock.now());
        let account = Account { id, alias: None, name: None, email: None, created };
        self.change(Change::PutAccount(account)).await;
    }

    /// Makes accounts, and an organization of [`ACCOUNT`]'s with these as its members.
    pub(crate) async fn organization(&self, members: &[&str]) {
        let made = sample::organization();
        let own = Change::PutMember(Box::new(sample::member(account())));
        let now = self.shared.catalog.current().revision();
        let changes = vec![Change::PutOrganization(Box::new(made)), own];
        self.shared.catalog.commit(now, changes).await.unwrap();
        for id in members {
            self.account(id).await;
            self.change(Change::PutMember(Box::new(sample::member(id.parse().unwrap())))).await;
        }
    }

    async fn open(dir: TempDir, give_up_after: Duration) -> Self {
        let catalog = SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap();
        let catalog: Arc<dyn Catalog> = Arc::new(catalog);
        let options = Options {
            // Small, so that something can be trimmed.
            segment_bytes: 1 << 20,
            frame_bytes_max: 600_000,
            bytes_max: 1 << 30,
            reserve_bytes: 1 << 16,
            ..Options::default()
        };
        let files = Arc::new(DiskFileSystem);
        let opened = EmbeddedJournal::open(&dir.path().join("journal"), options, files);
        let (writer, reader, _) = opened.unwrap();
        let reader: Arc<dyn Reader> = reader;
        let journal = Source::new(Arc::clone(&reader)).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(RealClock);
        let (stamping, told) = (Arc::clone(&catalog), Arc::clone(&clock));
        let intake = Arc::new(Intake::start(Box::new(writer), reader, stamping, told).unwrap());
        Self {
            shared: Surroundings {
                catalog,
                journal,
                intake,
                clock,
                give_up_after,
                tallies: Tallies::default(),
            },
            dir,
        }
    }

    /// Ends in good order and opens the same directory again.
    pub(crate) async fn again(self) -> Self {
        self.shared.intake.close().await;
        self.shared.catalog.close().await;
        let (dir, give_up_after) = (self.dir, self.shared.give_up_after);
        drop(self.shared);
        Self::open(dir, give_up_after).await
    }

    pub(crate) fn run(&self, streams: Streams) -> Running {
        let stop = CancellationToken::new();
        let task = TaskTracker::new().spawn(streams.run(stop.clone()));
        Running { stop, task }
    }

    /// Makes or changes a trail.
    pub(crate) async fn put(&self, trail: &Trail) -> TrailId {
        self.change(Change::PutTrail(Box::new(trail.clone()))).await;
        self.shared.catalog.current().trail(&trail.arn).unwrap().id().clone()
    }

    pub(crate) async fn change(&self, change: Change) {
        let now = self.shared.catalog.current().revision();
        self.shared.catalog.commit(now, vec![change]).await.unwrap();
    }

    /// Records an event; `more` are further members. Returns its position.
    pub(crate) async fn record(&self, id: &str, more: &serde_json::Value) -> u64 {
        self.record_in(ACCOUNT, id, more).await
    }

    /// Records an event of any account.
    pub(crate) async fn record_in(&self, account: &str, id: &str, more: &serde_json::Value) -> u64 {
        let mut event = json!({
            "eventTime": self.shared.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "eventSource": "cloudtrail.amazonaws.com",
            "eventName": "DeleteTrail",
            "awsRegion": "eu-west-1",
            "eventID": id,
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "eventCategory": "Management",
        });
        for (name, value) in more.as_object().unwrap() {
            event[name] = value.clone();
        }
        let region: Region = event["awsRegion"].as_str().unwrap().parse().unwrap();
        let event = event.to_string().into_bytes();
        let account = account.parse().unwrap();
        let draft = Draft { account, region, origin: Origin::Call, event, under: None };
        match self.shared.intake.submit(draft).await.unwrap() {
            Admission::Recorded(position) => position,
            Admission::NotSelected => panic!("no trail wants {id}"),
        }
    }

    pub(crate) async fn status(&self, trail: &TrailId) -> TrailStatus {
        self.shared.catalog.status(trail, (account(), &region("eu-west-1"))).await.unwrap()
    }

    pub(crate) async fn cursor(&self, name: &str) -> Option<u64> {
        self.shared.catalog.cursor(name).await.unwrap()
    }
}

impl Running {
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// Ends as a crash does: nobody looks for new accounts any more, and nothing is said about it.
    pub(crate) async fn crash(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
        self.stop.cancel();
    }
}

/// Waits until a condition is true.
pub(crate) async fn eventually(what: &str, condition: impl AsyncFn() -> bool) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(DEADLINE, waiting).await.unwrap_or_else(|_| panic!("in time: {what}"));
}

pub(crate) fn account() -> AccountId {
    ACCOUNT.parse().unwrap()
}

pub(crate) fn region(name: &str) -> Region {
    name.parse().unwrap()
}

/// A multi-Region trail at home in eu-west-1 that logs, with a log group.
pub(crate) fn trail(name: &str) -> Trail {
    Trail {
        cw_logs_group: Some(GROUP.to_owned()),
        cw_logs_role: Some(ROLE.to_owned()),
        ..sample::trail(name)
    }
}

/// A trail that looks for unusual numbers of calls.
pub(crate) fn looking(name: &str) -> Trail {
    let selectors = json!([{"InsightType": "ApiCallRateInsight"}]);
    Trail { insights: serde_json::from_value(selectors).unwrap(), ..trail(name) }
}

/// What makes an Insights event of an event: many calls of an action of EC2.
pub(crate) fn insight(name: &str) -> serde_json::Value {
    json!({
        "eventSource": null, "eventName": null, "readOnly": null, "managementEvent": null, "awsRegion": "us-west-2",
        "eventType": "AwsCloudTrailInsight", "eventCategory": "Insight", "sharedEventID": "shared",
        "insightDetails": {"state": "Start", "eventSource": "ec2.amazonaws.com", "eventName": name,
            "insightType": "ApiCallRateInsight", "sourceEventCategory": "Management"},
    })
}
