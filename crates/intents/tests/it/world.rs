//! A main journal with its intake and a journal of intents, on one disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cairn_catalog::{Catalog, SqliteCatalog};
use cairn_event::{Clock, Entry, EventView, Origin};
use cairn_intake::{Draft, Intake};
use cairn_intents::{Intent, Intents, Limits, OpenIntentsError, Settled, Settler};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, EmbeddedReader, FileSystem, Options, Reader};
use jiff::Timestamp;
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
}

#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-01-01T12:00:00Z".parse().unwrap()
    }
}

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
        let intents = Intents::open(&dir.join("intents"), limits, file_system, Arc::clone(&main));
        if intents.is_err() {
            intake.close().await;
        }
        let intents = intents?;
        let settler = intents.settler(Arc::clone(&intake));
        Ok(Self { main, intake, intents: Arc::new(intents), settler })
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

    /// Returns the outcomes in the main journal, by event id.
    pub(crate) fn outcomes(&self) -> BTreeMap<String, Vec<String>> {
        let mut outcomes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut next = self.main.head();
        loop {
            let records = self.main.read(next, 4_096).unwrap();
            let Some((last, _)) = records.last() else { return outcomes };
            next = last + 1;
            for (_, bytes) in records {
                let entry = Entry::decode(&bytes).unwrap();
                let event = EventView::parse(&entry.event).unwrap();
                let outcome = event.error_message.unwrap().into_owned();
                outcomes.entry(event.event_id.into_owned()).or_default().push(outcome);
            }
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
