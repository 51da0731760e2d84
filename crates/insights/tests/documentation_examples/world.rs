//! A journal, a trail, insights and delivery, at a time that the test moves; the bucket is in memory.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cairn_anomaly::Minute;
use cairn_catalog::contract::sample;
use cairn_catalog::{Catalog, Change, MasterKey, SqliteCatalog, Trail};
use cairn_delivery::{
    Delivery, DeliveryConfig, DeliveryParts, LogBucket, LogFilePut, Put, PutError, SigningKeys,
};
use cairn_event::{AccountId, Clock, Ids, Origin, Region};
use cairn_insights::{Insights, InsightsConfig, Parts};
use cairn_intake::{Draft, Intake};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, Options, Reader};
use cairn_projection::Source;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::calls::Call;

/// A clock that the test moves.
#[derive(Debug)]
pub(crate) struct Hand(Mutex<Timestamp>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Numbers instead of chance: a signing key's id is the same in every run.
#[derive(Debug, Default)]
struct Numbers(AtomicU64);

impl Ids for Numbers {
    fn guid(&self) -> String {
        format!("00000000-0000-4000-8000-{:012}", self.0.fetch_add(1, Ordering::Relaxed))
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// A bucket in memory.
#[derive(Debug, Default)]
struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

#[async_trait]
impl LogBucket for Memory {
    async fn put_once(&self, put: LogFilePut<'_>) -> Result<Put, PutError> {
        match self.0.lock().unwrap().insert(put.key.to_owned(), put.body.to_vec()) {
            None => Ok(Put::Created),
            Some(before) if before == put.body => Ok(Put::AlreadyThere),
            Some(_) => panic!("{} was put twice, and not the same", put.key),
        }
    }
}

pub(crate) struct World {
    catalog: Arc<dyn Catalog>,
    reader: Arc<dyn Reader>,
    intake: Arc<Intake>,
    clock: Arc<Hand>,
    bucket: Arc<Memory>,
    insights: Insights,
    stop: CancellationToken,
    tasks: TaskTracker,
    _dir: TempDir,
}

impl World {
    /// Begins at a time, with an account and no trail.
    pub(crate) async fn begin(at: Timestamp) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(Hand(Mutex::new(at)));
        let catalog: Arc<dyn Catalog> =
            Arc::new(SqliteCatalog::open(&dir.path().join("catalog.sqlite3")).await.unwrap());
        catalog.commit(0, vec![Change::PutAccount(sample::account())]).await.unwrap();
        let journal = dir.path().join("journal");
        let opened = EmbeddedJournal::open(&journal, Options::default(), Arc::new(DiskFileSystem));
        let (writer, reader, _) = opened.unwrap();
        let reader: Arc<dyn Reader> = reader;
        let hand = Arc::clone(&clock) as Arc<dyn Clock>;
        let intake =
            Intake::start(Box::new(writer), Arc::clone(&reader), Arc::clone(&catalog), Arc::clone(&hand));
        let (intake, bucket) = (Arc::new(intake.unwrap()), Arc::new(Memory::default()));
        let parts = Parts {
            catalog: Arc::clone(&catalog),
            source: Source::new(Arc::clone(&reader)).unwrap(),
            intake: Arc::clone(&intake),
            clock: hand,
        };
        // The clock runs faster here than any machine.
        let still_after = Duration::MAX;
        let config = InsightsConfig { still_after, ..InsightsConfig::new(dir.path().join("insights")) };
        let (insights, service) = Insights::open(config, parts).await.unwrap();
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(service.run(stop.clone()));
        let world = Self { catalog, reader, intake, clock, bucket, insights, stop, tasks, _dir: dir };
        world.deliver();
        world
    }

    fn deliver(&self) {
        let master = Arc::new(MasterKey::new(&[7; MasterKey::LEN]).unwrap());
        let config = DeliveryConfig {
            interval: "60s".parse().unwrap(),
            aggregation_window: "5m".parse().unwrap(),
            digest_interval: "1h".parse().unwrap(),
        };
        let parts = DeliveryParts {
            catalog: Arc::clone(&self.catalog),
            journal: Source::new(Arc::clone(&self.reader)).unwrap(),
            intake: Arc::clone(&self.intake),
            bucket: Arc::clone(&self.bucket) as Arc<dyn LogBucket>,
            keys: Arc::new(SigningKeys::new(Arc::clone(&self.catalog), master, Arc::new(Numbers::default()))),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
        };
        self.tasks.spawn(Arc::new(Delivery::new(config, parts)).run(self.stop.clone()));
    }

    /// Makes the trail `main`, which logs, looks for unusual calls and validates its files.
    pub(crate) async fn log(&self) {
        let insights = serde_json::from_str(r#"[{"InsightType":"ApiCallRateInsight"}]"#).unwrap();
        let trail = Trail {
            insights,
            log_file_validation: true,
            created_at: self.clock.now(),
            started_at: Some(self.clock.now()),
            created_at_position: self.reader.tail(),
            ..sample::trail("main")
        };
        let changes = vec![Change::PutTrail(Box::new(trail))];
        self.catalog.commit(self.catalog.current().revision(), changes).await.unwrap();
    }

    /// Lets a minute pass in which calls are made.
    pub(crate) async fn minute(&self, calls: Vec<Call>) {
        let begin = self.clock.now();
        self.pass(SignedDuration::from_secs(30));
        let region: Region = "eu-west-1".parse().unwrap();
        let drafts = calls.iter().enumerate().map(|(number, call)| Draft {
            account: account(),
            region: region.clone(),
            origin: Origin::Call,
            event: call.event(begin, number),
            under: None,
        });
        futures_util::future::try_join_all(drafts.map(|draft| self.intake.submit(draft))).await.unwrap();
        self.pass(SignedDuration::from_secs(30));
    }

    /// Lets a minute pass in which calls are made, and waits until insights has judged the one before.
    pub(crate) async fn live_minute(&self, calls: Vec<Call>) {
        self.minute(calls).await;
        let judged = Minute::of_epoch_seconds(self.clock.now().as_second()).minus(2);
        self.settled(judged).await;
    }

    /// Waits until insights has judged a minute and sent what it found.
    async fn settled(&self, judged: Minute) {
        let is_settled =
            self.insights.wait_for(|health| health.closed >= Some(judged) && health.waiting == 0);
        let in_time = tokio::time::timeout(Duration::from_secs(20), is_settled).await;
        assert!(in_time.is_ok(), "{judged:?} is not judged: {:?}", self.insights.health());
    }

    fn pass(&self, time: SignedDuration) {
        *self.clock.0.lock().unwrap() += time;
    }

    /// Returns the files that lie in a folder, unpacked, with their keys.
    pub(crate) fn folder(&self, folder: &str) -> Vec<(String, String)> {
        let objects = self.bucket.0.lock().unwrap();
        let within = objects.iter().filter(|(key, _)| key.contains(&format!("/{folder}/")));
        within.map(|(key, body)| (key.clone(), unpacked(body))).collect()
    }

    pub(crate) async fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
        while !is_so() {
            assert!(tokio::time::Instant::now() < deadline, "not within a minute: {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.intake.close().await;
        self.catalog.close().await;
    }
}

fn account() -> AccountId {
    sample::account().id
}

fn unpacked(body: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(body).read_to_string(&mut text).unwrap();
    text
}
