//! A trail, its journal and catalog on a real disk, and a bucket in memory that fails when it is told to.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use cairn_catalog::contract::sample;
use cairn_catalog::{Catalog, Change, SqliteCatalog, Trail};
use cairn_event::{Clock, Entry, Ids, Origin};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, EmbeddedWriter, Options, Reader, Writer as _};
use jiff::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::service::Parts;
use crate::store::{Place, TileStore};
use crate::{Audit, EventProof, LogSummary, ProveError, PublicKey, TreeHead};
use crate::{FetchError, LogSource, Tree};

pub(super) struct World {
    pub(super) bucket: Arc<Bucket>,
    pub(super) shared: Arc<Tlog>,
    pub(super) trail: TrailId,
    catalog: Arc<dyn Catalog>,
    writer: EmbeddedWriter,
    /// What was recorded, by position: wanted by the trail or not.
    events: Vec<(String, bool)>,
    _directory: TempDir,
}

/// A call that will fail.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fault {
    /// After so many calls that succeed.
    pub(super) calls: u8,
    /// Whether it is done all the same.
    pub(super) done: bool,
}

#[derive(Debug, Default)]
pub(super) struct Bucket(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    objects: BTreeMap<String, Bytes>,
    checkpoints: Vec<(String, String)>,
    fault: Option<Fault>,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Options { bytes_max: 1 << 28, ..Options::default() }).await
    }

    pub(super) async fn with(options: Options) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let catalog = SqliteCatalog::open(&directory.path().join("catalog")).await.unwrap();
        let catalog: Arc<dyn Catalog> = Arc::new(catalog);
        let trail = Trail { log_file_validation: true, ..sample::trail("main") };
        let changes = vec![Change::PutAccount(sample::account()), Change::PutTrail(Box::new(trail))];
        let revision = catalog.commit(0, changes).await.unwrap();
        let trail = sample::trail_id(&*catalog, revision, "main").await;
        let journal = directory.path().join("journal");
        let (writer, reader, _) = EmbeddedJournal::open(&journal, options, Arc::new(DiskFileSystem)).unwrap();
        let bucket = Arc::new(Bucket::default());
        let shared = Tlog::new(Parts {
            interval: Duration::from_secs(3600),
            catalog: Arc::clone(&catalog),
            master: Arc::new(sample::master_key()),
            journal: Source::new(reader as Arc<dyn Reader>).unwrap(),
            intake: None,
            store: Arc::clone(&bucket) as Arc<dyn TileStore>,
            clock: Arc::new(Still),
            ids: Arc::new(Counting::default()),
        });
        let shared = Arc::new(shared);
        Self { bucket, shared, trail, catalog, writer, events: Vec::new(), _directory: directory }
    }

    /// Starts a process that keeps the log, again until the bucket lets it.
    pub(super) async fn log(&self) -> TrailLog {
        loop {
            let mut log = TrailLog::new(Arc::clone(&self.shared), self.trail.clone());
            if log.begin().await.is_ok() {
                return log;
            }
        }
    }

    /// Records events; of four, the default selectors want three.
    pub(super) fn record(&mut self, count: u64) -> Range<u64> {
        let begin = self.events.len() as u64;
        let revision = self.catalog.current().revision();
        let mut batch = Vec::new();
        for number in begin..begin + count {
            let wanted = number % 4 != 3;
            let category = if wanted { "Management" } else { "Data" };
            let event = format!(
                r#"{{"eventVersion":"1.11","eventTime":"2026-03-02T08:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"N{number}","awsRegion":"eu-west-1","eventCategory":"{category}","managementEvent":{wanted}}}"#,
            );
            let entry = Entry {
                revision,
                received_ms: received_ms(number),
                account: sample::account_id(),
                region: sample::region("eu-west-1"),
                origin: Origin::Call,
                event: event.clone().into_bytes(),
            };
            batch.push(entry.encode());
            self.events.push((event, wanted));
        }
        let batch: Vec<&[u8]> = batch.iter().map(Vec::as_slice).collect();
        self.writer.append(&batch).unwrap()
    }

    /// Reads and grows until nothing is left.
    pub(super) async fn settle(&self, log: &mut TrailLog) {
        loop {
            let step = match log.step().await.unwrap() {
                Step::Idle if !log.pending.is_empty() => log.flush().await.unwrap(),
                step => step,
            };
            match step {
                Step::Begin => *log = self.log().await,
                Step::Idle | Step::Done => return,
                Step::Again => {}
            }
        }
    }

    pub(super) async fn change(&self, change: impl FnOnce(&mut Trail)) {
        let snapshot = self.catalog.current();
        let mut trail = snapshot.trail(&self.trail.arn).unwrap().trail().clone();
        change(&mut trail);
        self.catalog.commit(snapshot.revision(), vec![Change::PutTrail(Box::new(trail))]).await.unwrap();
    }

    pub(super) async fn delete(&self) {
        let revision = self.catalog.current().revision();
        let gone = Change::DeleteTrail { arn: self.trail.arn.clone() };
        self.catalog.commit(revision, vec![gone]).await.unwrap();
    }

    /// Returns the positions of what the trail receives.
    pub(super) fn wanted(&self) -> Vec<u64> {
        let numbered = (0..).zip(&self.events);
        numbered.filter(|(_, (_, wanted))| *wanted).map(|(position, _)| position).collect()
    }

    pub(super) fn event(&self, position: u64) -> String {
        self.events[usize::try_from(position).unwrap()].0.clone()
    }

    pub(super) async fn logs(&self) -> Vec<LogSummary> {
        let snapshot = self.catalog.current();
        self.shared.logs(snapshot.trail(&self.trail.arn).unwrap()).await.unwrap()
    }

    pub(super) fn folder(&self, log: &TrailLog) -> String {
        log.log.as_ref().unwrap().body.folder.clone()
    }

    pub(super) async fn prove(&self, position: u64) -> Result<EventProof, ProveError> {
        let snapshot = self.catalog.current();
        let (event, _) = &self.events[usize::try_from(position).unwrap()];
        self.shared.prove(snapshot.trail(&self.trail.arn).unwrap(), position, event).await
    }

    /// Proves an event by nothing but its content and its time.
    pub(super) async fn prove_content(
        &self,
        position: u64,
        happened_ms: i64,
    ) -> Result<EventProof, ProveError> {
        let snapshot = self.catalog.current();
        let (event, _) = &self.events[usize::try_from(position).unwrap()];
        let trail = snapshot.trail(&self.trail.arn).unwrap();
        self.shared.prove_content(trail, event, happened_ms).await
    }

    /// Checks that each log that goes on holds together and is shown as it is, and that events are proved.
    pub(super) async fn check_events(&self, positions: &[u64]) {
        for position in positions.iter().step_by(7) {
            let proof = self.prove(*position).await.unwrap();
            let key = PublicKey::parse(&proof.public_key).unwrap();
            assert!(proof.verify(&key).is_ok(), "{position}");
        }
        for log in self.logs().await.iter().filter(|log| log.ended.is_none() && log.size > 0) {
            let head = open(log, log.checkpoint.as_deref().unwrap());
            let audit = Audit::run(Tree::new(&Folder(&self.bucket, log), &head), |_, _| ()).await.unwrap();
            assert_eq!((audit.faults, audit.entries), (vec![], log.size));
            let shown = self.bucket.object(&format!("{}{CHECKPOINT}", log.folder)).unwrap();
            assert_eq!(open(log, std::str::from_utf8(&shown).unwrap()), head, "the newest tree is shown");
        }
    }

    /// Checks that every checkpoint ever shown is a beginning of the one shown last, and none smaller than
    /// one before.
    pub(super) async fn check_history(&self) {
        for log in self.logs().await.iter().filter(|log| log.size > 0) {
            let newest = open(log, log.checkpoint.as_deref().unwrap());
            let mut size = 0;
            for shown in self.bucket.checkpoints(&format!("{}{CHECKPOINT}", log.folder)) {
                let shown = open(log, &shown);
                assert!(shown.size >= size, "{} after {size}", shown.size);
                size = shown.size;
                Tree::new(&Folder(&self.bucket, log), &newest).continues(&shown).await.unwrap();
            }
        }
    }
}

/// When an event is received: one a minute.
pub(super) fn received_ms(number: u64) -> i64 {
    i64::try_from(number).unwrap() * 60_000
}

fn open(log: &LogSummary, checkpoint: &str) -> TreeHead {
    PublicKey::parse(&log.public_key).unwrap().open(checkpoint).unwrap()
}

impl Bucket {
    pub(super) fn fail(&self, fault: Fault) {
        self.0.lock().unwrap().fault = Some(fault);
    }

    pub(super) fn mend(&self) {
        self.0.lock().unwrap().fault = None;
    }

    pub(super) fn plant(&self, key: &str, body: &[u8]) {
        self.0.lock().unwrap().objects.insert(key.to_owned(), Bytes::copy_from_slice(body));
    }

    pub(super) fn object(&self, key: &str) -> Option<Bytes> {
        self.0.lock().unwrap().objects.get(key).cloned()
    }

    fn checkpoints(&self, key: &str) -> Vec<String> {
        let state = self.0.lock().unwrap();
        state.checkpoints.iter().filter(|(place, _)| place == key).map(|(_, note)| note.clone()).collect()
    }

    pub(super) fn checkpoint_sizes(&self) -> Vec<u64> {
        let state = self.0.lock().unwrap();
        state.checkpoints.iter().map(|(_, note)| note.lines().nth(1).unwrap().parse().unwrap()).collect()
    }

    /// Does something, unless it is time to fail.
    fn call(&self, deed: impl FnOnce(&mut State) -> Result<(), TileError>) -> Result<(), TileError> {
        let mut state = self.0.lock().unwrap();
        match state.fault {
            Some(Fault { calls: 0, done }) => {
                state.fault = None;
                if done {
                    deed(&mut state)?;
                }
                Err(TileError::Refused { code: "SlowDown".to_owned() })
            }
            Some(Fault { calls, done }) => {
                state.fault = Some(Fault { calls: calls - 1, done });
                deed(&mut state)
            }
            None => deed(&mut state),
        }
    }
}

#[async_trait]
impl TileStore for Bucket {
    async fn get(&self, place: Place<'_>) -> Result<Option<Bytes>, TileError> {
        Ok(self.object(place.key))
    }

    async fn put_once(&self, place: Place<'_>, body: Bytes) -> Result<(), TileError> {
        self.call(|state| match state.objects.get(place.key) {
            Some(there) if *there != body => Err(TileError::Different),
            Some(_) => Ok(()),
            None => {
                state.objects.insert(place.key.to_owned(), body);
                Ok(())
            }
        })
    }

    async fn overwrite(&self, place: Place<'_>, body: Bytes) -> Result<(), TileError> {
        self.call(|state| {
            let note = String::from_utf8(body.to_vec()).unwrap();
            state.checkpoints.push((place.key.to_owned(), note));
            state.objects.insert(place.key.to_owned(), body);
            Ok(())
        })
    }
}

#[derive(Debug)]
struct Folder<'a>(&'a Bucket, &'a LogSummary);

#[async_trait]
impl LogSource for Folder<'_> {
    async fn fetch(&self, path: &str) -> Result<Option<Bytes>, FetchError> {
        Ok(self.0.object(&format!("{}{path}", self.1.folder)))
    }
}

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// Bytes that differ each time, which is all the randomness that a test needs.
#[derive(Debug, Default)]
struct Counting(Mutex<u8>);

impl Ids for Counting {
    fn guid(&self) -> String {
        unreachable!("logs need no GUIDs")
    }

    fn fill(&self, bytes: &mut [u8]) {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        bytes.fill(*count);
    }
}
