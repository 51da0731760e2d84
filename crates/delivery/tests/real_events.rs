//! Real events through the whole path: parse, admit, journal, route, log file, and back, byte for byte; and
//! the data events among them counted.

#![expect(clippy::unwrap_used, reason = "what this test builds on is tested elsewhere")]

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cairn_catalog::{Account, Catalog, Change, MasterKey, SqliteCatalog, Trail};
use cairn_delivery::{
    Delivery, DeliveryConfig, DeliveryParts, Folder, LogBucket, LogFilePut, Put, PutError, SigningKeys,
    begin_aggregation,
};
use cairn_event::{AccountId, Category, Clock, Entry, EventView, Ids, Origin, Region};
use cairn_intake::{Admission, Draft, Intake};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, Options, Reader};
use cairn_projection::Source;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

#[path = "../../event/tests/corpus/reader.rs"]
mod reader;

/// A clock that a test moves.
#[derive(Debug)]
struct Hand(Mutex<Timestamp>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A bucket in memory that tells when something was put.
#[derive(Debug, Default)]
struct Memory {
    objects: Mutex<BTreeMap<String, Bytes>>,
    changed: Notify,
}

#[async_trait]
impl LogBucket for Memory {
    async fn put_once(&self, put: LogFilePut<'_>) -> Result<Put, PutError> {
        let mut objects = self.objects.lock().unwrap();
        assert!(put.key.contains(&format!("/{}/", put.folder.as_str())), "{}", put.key);
        assert!(objects.insert(put.key.to_owned(), put.body).is_none(), "{} was put twice", put.key);
        self.changed.notify_one();
        Ok(Put::Created)
    }
}

/// The trail of this test does not validate: nothing is made that needs an id.
#[derive(Debug)]
struct NoIds;

impl Ids for NoIds {
    fn guid(&self) -> String {
        unreachable!("no id is needed")
    }

    fn fill(&self, _: &mut [u8]) {
        unreachable!("no nonce is needed")
    }
}

#[derive(Deserialize)]
struct LogFile<'a> {
    #[serde(rename = "Records", borrow)]
    records: Vec<&'a RawValue>,
}

const ACCOUNT: &str = "123456789012";
const SELECTORS: &str = r#"{"EventSelectors":[{"DataResources":[
    {"Type":"AWS::S3::Object","Values":["arn:aws:s3"]},{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]}]}"#;

fn trail() -> Trail {
    let arn = format!("arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/main");
    serde_json::from_value(serde_json::json!({
        "arn": arn, "name": "main", "account": ACCOUNT, "home_region": "us-east-1", "s3_bucket": "logs",
        "include_global_service_events": true, "is_multi_region": true, "log_file_validation": false,
        "recursive_logging": true, "logging": true,
        "aggregation": ["API_ACTIVITY", "USER_ACTIONS"],
        "selectors": serde_json::from_str::<serde_json::Value>(SELECTORS).unwrap(),
        "created_at": "2026-01-01T00:00:00Z", "created_at_position": 0,
    }))
    .unwrap()
}

/// Reads every record of every delivered file of a folder.
fn delivered(bucket: &Memory, folder: Folder) -> Vec<String> {
    let mut records = Vec::new();
    let folder = format!("/{}/", folder.as_str());
    let objects = bucket.objects.lock().unwrap();
    for (_, body) in objects.iter().filter(|(key, _)| key.contains(&folder)) {
        let mut text = String::new();
        flate2::read::GzDecoder::new(&body[..]).read_to_string(&mut text).unwrap();
        let file: LogFile<'_> = serde_json::from_str(&text).unwrap();
        records.extend(file.records.iter().map(|record| record.get().to_owned()));
    }
    records.sort();
    records
}

/// Counts data events as the aggregated events of their names should.
fn named(events: &[String]) -> BTreeMap<(String, String), u64> {
    let mut counts = BTreeMap::new();
    for event in events.iter().map(|event| EventView::parse(event.as_bytes()).unwrap()) {
        if event.category() == Category::Data {
            let (source, name) = (event.event_source.into_owned(), event.event_name.into_owned());
            *counts.entry((source, name)).or_default() += 1;
        }
    }
    counts
}

/// Adds up what aggregated events of a dimension say.
fn counted(bucket: &Memory, dimension: &str) -> BTreeMap<(String, String), u64> {
    let mut counts = BTreeMap::new();
    for event in delivered(bucket, Folder::Aggregated) {
        let event: serde_json::Value = serde_json::from_str(&event).unwrap();
        let primary = &event["summary"]["primaryDimension"];
        if primary["dimension"] == dimension {
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            let key = (text(&event["eventSource"]), text(&primary["statistics"][0]["name"]));
            *counts.entry(key).or_default() += primary["statistics"][0]["value"].as_u64().unwrap();
        }
    }
    counts
}

/// Opens a journal and its writer.
fn intake_in(
    directory: &Path,
    catalog: &Arc<dyn Catalog>,
    clock: &Arc<Hand>,
) -> (Arc<dyn Reader>, Arc<Intake>) {
    let journal = directory.join("journal");
    let opened = EmbeddedJournal::open(&journal, Options::default(), Arc::new(DiskFileSystem));
    let (writer, reader, _) = opened.unwrap();
    let reader: Arc<dyn Reader> = reader;
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    let intake = Intake::start(Box::new(writer), Arc::clone(&reader), Arc::clone(catalog), clock);
    (reader, Arc::new(intake.unwrap()))
}

/// Delivers until all `expected` events, and counts, are in the bucket.
async fn deliver(
    bucket: &Arc<Memory>,
    catalog: &Arc<dyn Catalog>,
    (reader, intake): (&Arc<dyn Reader>, &Arc<Intake>),
    clock: &Arc<Hand>,
    expected: usize,
) {
    let config = DeliveryConfig {
        interval: "60s".parse().unwrap(),
        aggregation_window: "5m".parse().unwrap(),
        digest_interval: "1h".parse().unwrap(),
    };
    let master = Arc::new(MasterKey::new(&[7; MasterKey::LEN]).unwrap());
    let stop = CancellationToken::new();
    let parts = DeliveryParts {
        catalog: Arc::clone(catalog),
        journal: Source::new(Arc::clone(reader)).unwrap(),
        intake: Arc::clone(intake),
        bucket: Arc::clone(bucket) as Arc<dyn LogBucket>,
        keys: Arc::new(SigningKeys::new(Arc::clone(catalog), master, Arc::new(NoIds))),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
    };
    let delivery = Arc::new(Delivery::new(config, parts));
    let running = tokio_util::task::TaskTracker::new().spawn(delivery.run(stop.clone()));
    *clock.0.lock().unwrap() = "2026-03-02T08:05:00Z".parse().unwrap();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    let complete = || {
        let logged = delivered(bucket, Folder::CloudTrail).len();
        logged >= expected && !delivered(bucket, Folder::Aggregated).is_empty()
    };
    while !complete() {
        tokio::time::timeout_at(deadline, bucket.changed.notified()).await.unwrap();
    }
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn real_events_reach_log_files_byte_for_byte() {
    let Some(samples) = reader::samples().unwrap() else { return };
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(Hand(Mutex::new("2026-03-02T08:00:00.5Z".parse().unwrap())));
    let catalog: Arc<dyn Catalog> =
        Arc::new(SqliteCatalog::open(&directory.path().join("catalog.sqlite3")).await.unwrap());
    let account: AccountId = ACCOUNT.parse().unwrap();
    let made = Account { id: account, alias: None, name: None, email: None, created: clock.now() };
    let changes = vec![Change::PutAccount(made), Change::PutTrail(Box::new(trail()))];
    catalog.commit(0, changes).await.unwrap();
    let (reader, intake) = intake_in(directory.path(), &catalog, &clock);
    let id = catalog.current().trail(&trail().arn).unwrap().id().clone();
    begin_aggregation(&*catalog, &id, reader.tail()).await.unwrap();

    let (mut recorded, mut expected, mut kept_out, mut unreadable) = (0, Vec::new(), 0, 0);
    for sample in &samples {
        let Ok(view) = EventView::parse(&sample.bytes) else {
            unreadable += 1;
            continue;
        };
        let region: Region = view.aws_region.parse().unwrap_or_else(|_| Region::us_east_1());
        let snapshot = catalog.current();
        if snapshot.route(&view, account, &region, Origin::Call).next().is_some() {
            expected.push(String::from_utf8(sample.bytes.clone()).unwrap());
        }
        let event = sample.bytes.clone();
        let draft = Draft { account, region, origin: Origin::Call, event, under: None };
        match intake.submit(draft).await.unwrap() {
            Admission::Recorded(position) => {
                let bytes = reader.get(position).unwrap().unwrap();
                assert_eq!(Entry::decode(&bytes).unwrap().event, sample.bytes, "{}", sample.file);
                recorded += 1;
            }
            Admission::NotSelected => {
                assert_ne!(view.category(), Category::Management, "{}", sample.file);
                kept_out += 1;
            }
        }
    }
    expected.sort();

    let bucket = Arc::new(Memory::default());
    deliver(&bucket, &catalog, (&reader, &intake), &clock, expected.len()).await;
    assert_eq!(delivered(&bucket, Folder::CloudTrail), expected);
    let names = counted(&bucket, "eventName");
    assert_eq!(names, named(&expected));
    let total = |counts: &BTreeMap<(String, String), u64>| counts.values().sum::<u64>();
    assert_eq!(total(&counted(&bucket, "userIdentity")), total(&names), "every event has a caller");
    println!(
        "{} real events: {recorded} recorded and read back, {} delivered in {} files, {} data events counted, {kept_out} selected by nobody, {unreadable} no events",
        samples.len(),
        expected.len(),
        bucket.objects.lock().unwrap().len(),
        total(&names),
    );
    intake.close().await;
    catalog.close().await;
}
