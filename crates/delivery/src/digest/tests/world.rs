//! A catalog, a ledger, a bucket and a clock for the digests of one trail, and an auditor of what they make.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cairn_catalog::{
    Account, Catalog, Change, CursorMove, Delivery as Committed, MasterKey, Receipt, ReceiptQuery,
    SqliteCatalog, Trail, TrailId,
};
use cairn_digest::{Document, Place, PublicKey, sha256_hex, to_hex, verify};
use cairn_event::{AccountId, Clock, EventTime, Ids, Region};
use cairn_intake::Intake;
use cairn_journal::{DiskFileSystem, EmbeddedJournal, Options, Reader};
use cairn_projection::Source;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::super::trail::{Round, TrailDigests};
use crate::product::Product;
use crate::{
    Delivery, DeliveryConfig, DeliveryParts, Folder, LogBucket, LogFilePut, Put, PutError, SigningKeys,
};

pub(super) const ACCOUNT: &str = "123456789012";
const ARN: &str = "arn:aws:cloudtrail:us-east-1:123456789012:trail/main";

pub(super) struct World {
    pub(super) catalog: Arc<dyn Catalog>,
    pub(super) bucket: Arc<Memory>,
    pub(super) clock: Arc<Hand>,
    pub(super) delivery: Arc<Delivery>,
    pub(super) keys: Arc<SigningKeys>,
    intake: Arc<Intake>,
    files: AtomicU64,
    _dir: TempDir,
}

/// A clock that a test moves.
#[derive(Debug)]
pub(super) struct Hand(Mutex<Timestamp>);

/// Buckets in memory, by bucket and key.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) objects: Mutex<BTreeMap<(String, String), Object>>,
    /// What happens to puts, by bucket or by what a key begins with.
    pub(super) trouble: Mutex<BTreeMap<String, Trouble>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) body: Vec<u8>,
    pub(super) metadata: BTreeMap<String, String>,
}

/// What a bucket does instead of taking a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It says no.
    Denies,
    /// It takes the file, and the answer is lost.
    LosesAnswers,
}

#[derive(Debug, Default)]
struct Counted(AtomicU64);

impl Ids for Counted {
    fn guid(&self) -> String {
        unreachable!("digests need no ids")
    }

    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        for (byte, counted) in bytes.iter_mut().zip(count.to_le_bytes()) {
            *byte = counted;
        }
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

impl Hand {
    pub(super) fn pass(&self, seconds: i64) {
        *self.0.lock().unwrap() += SignedDuration::from_secs(seconds);
    }
}

#[async_trait]
impl LogBucket for Memory {
    async fn put_once(&self, put: LogFilePut<'_>) -> Result<Put, PutError> {
        assert_eq!(put.folder, Folder::Digest);
        let refused = || PutError::Refused { code: "AccessDenied".to_owned() };
        let is_meant = |place: &str| place == put.trail.s3_bucket || put.key.starts_with(place);
        let trouble =
            self.trouble.lock().unwrap().iter().find(|(place, _)| is_meant(place)).map(|(_, is)| *is);
        if trouble == Some(Trouble::Denies) {
            return Err(refused());
        }
        let metadata = put.metadata.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let object = Object { body: put.body.to_vec(), metadata: metadata.collect() };
        let place = (put.trail.s3_bucket.clone(), put.key.to_owned());
        let mut objects = self.objects.lock().unwrap();
        let outcome = match objects.get(&place) {
            Some(there) if *there == object => Ok(Put::AlreadyThere),
            Some(_) => Err(PutError::Different),
            None => {
                objects.insert(place, object);
                Ok(Put::Created)
            }
        };
        if trouble == Some(Trouble::LosesAnswers) { outcome.and(Err(refused())) } else { outcome }
    }
}

impl World {
    /// A world at 2026-03-02T07:00:00Z with a trail that logs and validates over one Region.
    pub(super) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(Hand(Mutex::new("2026-03-02T07:00:00Z".parse().unwrap())));
        let catalog = SqliteCatalog::open(&dir.path().join("catalog.sqlite3")).await.unwrap();
        let catalog: Arc<dyn Catalog> = Arc::new(catalog);
        let account = Account {
            id: ACCOUNT.parse().unwrap(),
            alias: None,
            name: None,
            email: None,
            created: clock.now(),
        };
        let changes = vec![Change::PutAccount(account), Change::PutTrail(Box::new(trail()))];
        catalog.commit(0, changes).await.unwrap();
        let journal = dir.path().join("journal");
        let (writer, reader, _) =
            EmbeddedJournal::open(&journal, Options::default(), Arc::new(DiskFileSystem)).unwrap();
        let reader: Arc<dyn Reader> = reader;
        let hand = Arc::clone(&clock) as Arc<dyn Clock>;
        let writer = Box::new(writer);
        let intake = Intake::start(writer, Arc::clone(&reader), Arc::clone(&catalog), Arc::clone(&hand));
        let (intake, bucket) = (Arc::new(intake.unwrap()), Arc::new(Memory::default()));
        let master = Arc::new(MasterKey::new(&[7; MasterKey::LEN]).unwrap());
        let keys = Arc::new(SigningKeys::new(Arc::clone(&catalog), master, Arc::new(Counted::default())));
        let config = DeliveryConfig {
            interval: "60s".parse().unwrap(),
            aggregation_window: "5m".parse().unwrap(),
            digest_interval: "1h".parse().unwrap(),
        };
        let parts = DeliveryParts {
            catalog: Arc::clone(&catalog),
            journal: Source::new(reader).unwrap(),
            intake: Arc::clone(&intake),
            bucket: Arc::clone(&bucket) as Arc<dyn LogBucket>,
            keys: Arc::clone(&keys),
            clock: hand,
        };
        let delivery = Arc::new(Delivery::new(config, parts));
        let files = AtomicU64::new(0);
        let world = Self { catalog, bucket, clock, delivery, keys, intake, files, _dir: dir };
        world.notice().await;
        world
    }

    /// Changes the trail as a call would, noticed at once.
    pub(super) async fn change(&self, change: impl FnOnce(&mut Trail)) {
        let snapshot = self.catalog.current();
        let mut trail = snapshot.trail(ARN).unwrap().trail().clone();
        change(&mut trail);
        self.commit(vec![Change::PutTrail(Box::new(trail))]).await;
    }

    pub(super) async fn delete(&self) {
        self.commit(vec![Change::DeleteTrail { arn: ARN.to_owned() }]).await;
    }

    /// Makes a revision, noticed at once.
    pub(super) async fn commit(&self, changes: Vec<Change>) {
        self.catalog.commit(self.catalog.current().revision(), changes).await.unwrap();
        self.notice().await;
    }

    pub(super) async fn notice(&self) {
        self.delivery.digests.notice.take_in().await.unwrap();
    }

    pub(super) fn id(&self) -> TrailId {
        TrailId { arn: ARN.to_owned(), created: 1 }
    }

    /// Enters a log file of a Region into the ledger, delivered `ago` seconds before now.
    pub(super) async fn enter(&self, region: &str, ago: i64) {
        self.enter_many((ACCOUNT, region), ago, 1).await;
    }

    /// Enters log files of an account and Region, as one delivery.
    pub(super) async fn enter_many(&self, place: (&str, &str), ago: i64, count: u64) {
        let first = self.files.fetch_add(count, Ordering::Relaxed);
        let receipts = (first..first + count).map(|number| self.receipt(place, number)).collect();
        let expected = self.catalog.cursor("test").await.unwrap();
        let cursor = CursorMove { name: "test".to_owned(), expected, to: first + count };
        let delivered_at = self.clock.now() - SignedDuration::from_secs(ago);
        self.catalog.deliver(Committed { cursor, receipts, delivered_at, state: None }).await.unwrap();
    }

    fn receipt(&self, (account, region): (&str, &str), number: u64) -> Receipt {
        Receipt {
            trail: self.id(),
            account: account.parse().unwrap(),
            region: region.parse().unwrap(),
            bucket: "logs".to_owned(),
            key: format!("log-{number:05}"),
            sha256: [7; 32],
            bytes: 1,
            events: 1,
            oldest_event: EventTime::from_epoch_seconds(1_000),
            newest_event: EventTime::from_epoch_seconds(2_000),
            first_position: number,
            last_position: number,
        }
    }

    /// Tells digests that log files have come to the journal's end.
    pub(super) fn all_delivered(&self) {
        self.delivery.progress.reached(Product::LogFiles, &self.id(), u64::MAX, &BTreeMap::new());
    }

    pub(super) fn task(&self) -> TrailDigests {
        TrailDigests::new(Arc::clone(&self.delivery), self.id())
    }

    /// Does what there is to do, as a task that has just begun; returns the last look.
    pub(super) async fn work(&self) -> Round {
        let mut task = self.task();
        let stop = CancellationToken::new();
        loop {
            let round = task.round(&stop).await.unwrap();
            if round.steps == 0 {
                return round;
            }
        }
    }

    /// Returns where the digests are, in the order of their ends.
    pub(super) fn places(&self) -> Vec<(String, String)> {
        let objects = self.bucket.objects.lock().unwrap();
        let mut places: Vec<(String, String)> = objects.keys().cloned().collect();
        places.sort_by_key(|(_, key)| key.rsplit('_').find(|part| part.contains('T')).map(str::to_owned));
        places
    }

    pub(super) fn read(&self, place: &(String, String)) -> (Document, Vec<u8>, Object) {
        let object = self.bucket.objects.lock().unwrap()[place].clone();
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(&object.body[..]).read_to_end(&mut bytes).unwrap();
        (Document::parse(&bytes).unwrap(), bytes, object)
    }

    /// Verifies every digest and every chain, and that each log file in the ledger is in one digest; returns
    /// the documents of the regular ones, then of the backfill ones, in the order of their ends.
    pub(super) async fn audit(&self) -> (Vec<Document>, Vec<Document>) {
        let (regular, backfill) = self.digests();
        let files = regular.iter().chain(&backfill).flat_map(|document| &document.log_files);
        let mut listed: Vec<String> = files.map(|file| file.s3_object.clone()).collect();
        let mut entered = Vec::new();
        let mut query = ReceiptQuery::of(self.id());
        loop {
            let page = self.catalog.receipts(&query).await.unwrap();
            let Some(last) = page.last() else { break };
            query.after = Some(last.number);
            entered.extend(page.into_iter().map(|delivered| delivered.receipt.key));
        }
        listed.sort();
        assert_eq!(listed, entered, "each log file in one digest");
        (regular, backfill)
    }

    /// The same, with log files that are in no digest yet.
    pub(super) fn digests(&self) -> (Vec<Document>, Vec<Document>) {
        let (mut regular, mut backfill) = (Vec::new(), Vec::new());
        let mut followed = BTreeSet::new();
        for place in self.places() {
            let (document, bytes, object) = self.read(&place);
            self.check_signature(&place, &document, &bytes, &object);
            let is_backfill = place.1.ends_with("_backfill.json.gz");
            if let Some(before) = self.check_link(&document, is_backfill) {
                assert!(followed.insert(before), "two digests follow the same one: {place:?}");
            }
            if is_backfill { &mut backfill } else { &mut regular }.push(document);
        }
        (regular, backfill)
    }

    fn check_signature(&self, place: &(String, String), document: &Document, bytes: &[u8], object: &Object) {
        assert_eq!((&document.digest_s3_bucket, &document.digest_s3_object), (&place.0, &place.1));
        let snapshot = self.catalog.current();
        let region: Region = region_of(&place.1).parse().unwrap();
        let keys = snapshot.signing_keys(&region);
        let key = keys.iter().find(|key| key.fingerprint == document.digest_public_key_fingerprint).unwrap();
        let at = match object.metadata.get("backfill-generation-timestamp") {
            Some(generated) => generated.parse::<Timestamp>().unwrap(),
            None => document.digest_end_time.parse().unwrap(),
        };
        assert!(
            key.valid_from <= at && at < key.valid_until,
            "{at}: {} to {}",
            key.valid_from,
            key.valid_until
        );
        let der =
            base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &key.public_key).unwrap();
        let signature = &object.metadata["signature"];
        verify(Place::of(document), bytes, signature, &PublicKey::from_pkcs1(der)).unwrap();
        assert_eq!(object.metadata["signature-algorithm"], "SHA256withRSA");
    }

    /// Checks what a digest says of the one before, and returns where that is; `None` where a chain begins.
    fn check_link(&self, document: &Document, is_backfill: bool) -> Option<(String, String)> {
        let Some(key) = document.previous_digest_s3_object.clone() else {
            let previous = (&document.previous_digest_hash_value, &document.previous_digest_signature);
            assert_eq!(previous, (&None, &None));
            return None;
        };
        let place = (document.previous_digest_s3_bucket.clone().unwrap(), key);
        let (before, bytes, object) = self.read(&place);
        assert_eq!(region_of(&place.1), region_of(&document.digest_s3_object));
        assert_eq!(before.aws_account_id, document.aws_account_id);
        assert_eq!(document.previous_digest_hash_value, Some(sha256_hex(&bytes)));
        assert_eq!(document.previous_digest_signature.as_ref(), object.metadata.get("signature"));
        match is_backfill {
            true => assert!(document.digest_end_time > before.digest_end_time),
            false => assert_eq!(document.digest_start_time, before.digest_end_time, "windows abut"),
        }
        Some(place)
    }

    pub(super) async fn close(self) {
        self.intake.close().await;
        self.catalog.close().await;
    }
}

pub(super) fn regions(documents: &[Document]) -> BTreeSet<String> {
    documents.iter().map(|document| region_of(&document.digest_s3_object).to_owned()).collect()
}

fn region_of(key: &str) -> &str {
    key.split_once("/CloudTrail-Digest/").unwrap().1.split('/').next().unwrap()
}

fn trail() -> Trail {
    serde_json::from_value(serde_json::json!({
        "arn": ARN, "name": "main", "account": ACCOUNT.parse::<AccountId>().unwrap(),
        "home_region": "us-east-1", "s3_bucket": "logs",
        "include_global_service_events": true, "is_multi_region": false, "log_file_validation": true,
        "recursive_logging": true, "logging": true,
        "created_at": "2026-03-02T07:00:00Z", "created_at_position": 0,
    }))
    .unwrap()
}

/// What a document says of a log file's content.
pub(super) fn hash() -> String {
    to_hex(&[7; 32])
}
