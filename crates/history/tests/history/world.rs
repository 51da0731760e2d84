//! A journal, a catalog, a clock and a history over them, in one directory.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use cairn_catalog::{Catalog, SqliteCatalog};
use cairn_event::{Clock, Entry, Origin, Region};
use cairn_history::{FoundEvent, History, HistoryConfig, HistoryStats, LookupInput, OpenError, Query};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, EmbeddedWriter, Options, Position, Reader, Writer};
use cairn_projection::Source;
use jiff::Timestamp;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const ACCOUNT: &str = "123456789012";

/// How long a condition may take to come true on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// What outlives a restart of the history.
pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) head_events_max: usize,
    writer: EmbeddedWriter,
    source: Source,
    catalogs: u32,
    catalog: Arc<dyn Catalog>,
}

/// A history that runs.
pub(crate) struct Alive {
    pub(crate) history: History,
    shutdown: CancellationToken,
    tasks: TaskTracker,
}

impl World {
    pub(crate) async fn new(head_events_max: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = Options {
            segment_bytes: 16 << 20,
            bytes_max: 1 << 30,
            reserve_bytes: 1 << 16,
            ..Options::default()
        };
        let journal = EmbeddedJournal::open(&dir.path().join("journal"), options, Arc::new(DiskFileSystem));
        let (writer, reader, _recovery) = journal.unwrap();
        let reader: Arc<dyn Reader> = reader;
        let source = Source::new(reader).unwrap();
        let clock = Arc::new(SetClock(AtomicI64::new(NOW)));
        let catalog = Arc::new(SqliteCatalog::open(&dir.path().join("catalog-0.db")).await.unwrap());
        Self { dir, clock, head_events_max, writer, source, catalogs: 0, catalog }
    }

    pub(crate) fn set_time(&self, seconds: i64) {
        self.clock.0.store(seconds, Ordering::SeqCst);
    }

    /// Appends events as one frame.
    pub(crate) fn append(&mut self, entries: &[Entry]) -> Position {
        let encoded: Vec<Vec<u8>> = entries.iter().map(Entry::encode).collect();
        let slices: Vec<&[u8]> = encoded.iter().map(Vec::as_slice).collect();
        self.writer.append(&slices).unwrap().end - 1
    }

    pub(crate) fn history_dir(&self) -> PathBuf {
        self.dir.path().join("history")
    }

    pub(crate) fn catalog(&self) -> &Arc<dyn Catalog> {
        &self.catalog
    }

    /// Forgets everything the catalog knows, as if its last commits had never happened.
    pub(crate) async fn forget_catalog(&mut self) {
        self.catalogs += 1;
        let path = self.dir.path().join(format!("catalog-{}.db", self.catalogs));
        self.catalog = Arc::new(SqliteCatalog::open(&path).await.unwrap());
    }

    pub(crate) async fn open(&self) -> Result<Alive, OpenError> {
        let config = HistoryConfig {
            head_events_max: self.head_events_max,
            reconcile_every: Duration::from_millis(20),
            ..HistoryConfig::new(self.history_dir())
        };
        let clock: Arc<dyn Clock> = Arc::<SetClock>::clone(&self.clock);
        let catalog = Arc::clone(&self.catalog);
        let (history, service) = History::open(config, catalog, self.source.clone(), clock, [3; 32]).await?;
        let (shutdown, tasks) = (CancellationToken::new(), TaskTracker::new());
        drop(tasks.spawn(service.run(shutdown.clone())));
        tasks.close();
        Ok(Alive { history, shutdown, tasks })
    }
}

impl Alive {
    /// Waits until the statistics are as wanted.
    pub(crate) async fn until(&self, what: &str, wanted: impl Fn(HistoryStats) -> bool) {
        let waiting = async {
            while !wanted(self.history.stats()) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let stats = || self.history.stats();
        tokio::time::timeout(DEADLINE, waiting).await.unwrap_or_else(|_| panic!("{what}: {:?}", stats()));
    }

    pub(crate) async fn wait_for(&self, position: Position) {
        let waiting = self.history.wait_for(position);
        tokio::time::timeout(DEADLINE, waiting).await.expect("an event is indexed in time");
    }

    /// Follows a lookup to its end.
    pub(crate) fn all(&self, now: i64, attribute: Option<(&str, &str)>) -> Vec<FoundEvent> {
        self.all_since(None, now, None, attribute)
    }

    pub(crate) fn all_since(
        &self,
        start: Option<i64>,
        now: i64,
        category: Option<&str>,
        attribute: Option<(&str, &str)>,
    ) -> Vec<FoundEvent> {
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let attributes: Vec<(&str, &str)> = attribute.into_iter().collect();
            let input = LookupInput {
                account: ACCOUNT.parse().unwrap(),
                region: &Region::us_east_1(),
                attributes: &attributes,
                start: start.map(|start| Timestamp::from_second(start).unwrap()),
                end: None,
                category,
                max_results: None,
                next_token: token.as_deref(),
            };
            let query = Query::parse(input).unwrap();
            let page = self.history.lookup(&query, Timestamp::from_second(now).unwrap()).unwrap();
            found.extend(page.events);
            match page.next_token {
                Some(next) => token = Some(next),
                None => return found,
            }
        }
    }

    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        tokio::time::timeout(DEADLINE, self.tasks.wait()).await.expect("the history stops in time");
    }
}

/// An event of our account.
pub(crate) fn entry(event: Vec<u8>) -> Entry {
    Entry {
        revision: 1,
        received_ms: NOW * 1000,
        account: ACCOUNT.parse().unwrap(),
        region: Region::us_east_1(),
        origin: Origin::Call,
        event,
    }
}

/// A small event.
pub(crate) fn made(number: u64, seconds: i64) -> Entry {
    let time = Timestamp::from_second(seconds).unwrap();
    let (user, bucket) = (number % 7, number % 11);
    entry(
        format!(
            r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","userName":"user-{user}"}},"eventTime":"{time}","eventSource":"s3.amazonaws.com","eventName":"CreateBucket","awsRegion":"us-east-1","requestParameters":{{"bucketName":"bucket-{bucket}"}},"eventID":"id-{number}","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"eventCategory":"Management"}}"#
        )
        .into_bytes(),
    )
}
