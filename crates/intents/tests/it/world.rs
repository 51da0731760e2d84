//! A main journal with its intake and a journal of intents, on one disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cairn_catalog::{Catalog, SqliteCatalog};
use cairn_event::{Clock, Entry, Ids, Origin};
use cairn_intake::{Draft, Intake};
use cairn_intents::{
    EVENT_NAME, GapKeeper, Gaps, Intent, Intents, Limits, OpenIntentsError, Settled, Settler,
};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, EmbeddedReader, FileSystem, Options, Reader};
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use crate::sim::SimDisk;

/// Small enough that a few intents fill a segment.
pub(crate) fn small() -> Options {
    Options {
        segment_bytes: 8_192,
        bytes_max: 64 * 1024,
        frame_bytes_max: 6_000,
        reserve_bytes: 512,
        compression_level: 1,
        cache_bytes: 0,
    }
}

pub(crate) fn limits() -> Limits {
    Limits { open_max: 64, open_bytes_max: 64 * 1024, journal: small() }
}

/// A catalog that nothing is changed in, for as many worlds as one likes.
pub(crate) struct Settings {
    catalog: Arc<dyn Catalog>,
    _dir: TempDir,
}

impl Settings {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = SqliteCatalog::open(&dir.path().join("catalog")).await.unwrap();
        Self { catalog: Arc::new(catalog), _dir: dir }
    }
}

/// One life of a process.
pub(crate) struct World {
    pub(crate) main: Arc<EmbeddedReader>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) intents: Arc<Intents>,
    pub(crate) settler: Settler,
    pub(crate) gaps: Arc<Gaps>,
    pub(crate) keeper: GapKeeper,
}

#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-01-01T12:00:00Z".parse().unwrap()
    }
}

/// Ids from a number on; each life has its own.
#[derive(Debug)]
struct Counted(AtomicU64);

impl Ids for Counted {
    fn guid(&self) -> String {
        id(self.0.fetch_add(1, Ordering::Relaxed))
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

static LIVES: AtomicU64 = AtomicU64::new(1);

impl World {
    pub(crate) async fn good(disk: &SimDisk, settings: &Settings) -> Self {
        Self::open(disk, settings, &limits()).await.unwrap()
    }

    pub(crate) async fn open(
        disk: &SimDisk,
        settings: &Settings,
        limits: &Limits,
    ) -> Result<Self, OpenIntentsError> {
        Self::on(Arc::new(disk.clone()), Path::new("/"), settings, limits).await
    }

    pub(crate) async fn on_disk(dir: &Path, settings: &Settings) -> Self {
        Self::on(Arc::new(DiskFileSystem), dir, settings, &Limits::default()).await.unwrap()
    }

    async fn on(
        file_system: Arc<dyn FileSystem>,
        dir: &Path,
        settings: &Settings,
        limits: &Limits,
    ) -> Result<Self, OpenIntentsError> {
        let options =
            Options { segment_bytes: 80_000, bytes_max: 1 << 20, frame_bytes_max: 64_000, ..small() };
        let (writer, main, _) = EmbeddedJournal::open(&dir.join("main"), options, Arc::clone(&file_system))?;
        let reader = Arc::clone(&main) as Arc<dyn Reader>;
        let catalog = Arc::clone(&settings.catalog);
        let intake = Arc::new(Intake::start(Box::new(writer), reader, catalog, Arc::new(Noon)).unwrap());
        let intents =
            Intents::open(&dir.join("intents"), limits, Arc::clone(&file_system), Arc::clone(&main));
        let first = LIVES.fetch_add(1, Ordering::Relaxed) * 1_000_000_000;
        let outside: (Arc<dyn Clock>, Arc<dyn Ids>) = (Arc::new(Noon), Arc::new(Counted(first.into())));
        let (read, taken) = (Arc::clone(&main), Arc::clone(&intake));
        let gaps = Gaps::open(&dir.join("gaps"), &*file_system, read, taken, outside);
        if let Err(error) = gaps {
            if let Ok(intents) = intents {
                intents.close().await;
            }
            intake.close().await;
            return Err(OpenIntentsError::Thread(error));
        }
        if intents.is_err() {
            intake.close().await;
        }
        let (intents, (gaps, keeper)) = (intents?, gaps.map_err(OpenIntentsError::Thread)?);
        let settler = intents.settler(Arc::clone(&intake));
        Ok(Self { main, intake, intents: Arc::new(intents), settler, gaps, keeper })
    }

    /// Submits the event with the call's outcome.
    pub(crate) async fn record(&self, number: u64) -> Result<(), cairn_intake::IntakeError> {
        self.intake.submit(draft(number, "known")).await.map(|_admission| ())
    }

    /// Settles until nothing is left behind.
    pub(crate) async fn settle(&self) -> Settled {
        let settled = self.settler.settle().await.unwrap();
        assert_eq!(settled.left, 0);
        settled
    }

    /// Returns the events of the main journal that tell gaps: their ids and details.
    pub(crate) fn told(&self) -> Vec<(String, Value)> {
        let events = self.events().into_iter();
        let told = events.filter(|event| event["eventName"] == EVENT_NAME);
        told.map(|event| {
            (event["eventID"].as_str().unwrap().to_owned(), event["serviceEventDetails"].clone())
        })
        .collect()
    }

    /// Returns the outcomes in the main journal, by event id.
    pub(crate) fn outcomes(&self) -> BTreeMap<String, Vec<String>> {
        let mut outcomes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for event in self.events() {
            let (id, outcome) = (event["eventID"].as_str().unwrap(), event["errorMessage"].as_str().unwrap());
            outcomes.entry(id.to_owned()).or_default().push(outcome.to_owned());
        }
        outcomes
    }

    fn events(&self) -> Vec<Value> {
        let (mut events, mut next) = (Vec::new(), self.main.head());
        loop {
            let records = self.main.read(next, 4_096).unwrap();
            let Some((last, _)) = records.last() else { return events };
            next = last + 1;
            let entries = records.iter().map(|(_, bytes)| Entry::decode(bytes).unwrap());
            events.extend(entries.map(|entry| serde_json::from_slice::<Value>(&entry.event).unwrap()));
        }
    }

    /// Ends this life in good order.
    pub(crate) async fn close(self) {
        self.intents.close().await;
        self.intake.close().await;
    }

    /// Ends this life without any order; its files are as they are.
    pub(crate) async fn abandon(self) {
        // Both threads end although the disk may be dead, so that the next life finds the locks free.
        self.close().await;
    }
}

pub(crate) fn id(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn event(number: u64, outcome: &str) -> Vec<u8> {
    let padding = "x".repeat(usize::try_from(number % 7).unwrap() * 90);
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"Root"}},"eventTime":"2026-01-01T12:00:00Z","eventSource":"sqs.amazonaws.com","eventName":"CreateQueue","awsRegion":"us-east-1","errorMessage":"{outcome}","requestParameters":{{"padding":"{padding}"}},"eventID":"{}","eventCategory":"Management"}}"#,
        id(number)
    )
    .into_bytes()
}

pub(crate) fn intent(number: u64) -> Intent {
    let Draft { account, region, event, .. } = draft(number, "unknown");
    Intent { event_id: id(number), account, region, event }
}

fn draft(number: u64, outcome: &str) -> Draft {
    Draft {
        account: "111122223333".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        origin: Origin::Call,
        event: event(number, outcome),
        under: None,
    }
}
