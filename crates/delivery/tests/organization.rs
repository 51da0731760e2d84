//! Log files of an organization trail: whose events they hold, and where they lie, as accounts come and go.

#![expect(clippy::unwrap_used, reason = "what this test builds on is tested elsewhere")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cairn_catalog::contract::sample::{self, ORGANIZATION};
use cairn_catalog::{Account, Catalog, Change, EXCLUSION_TAG, MasterKey, Member, SqliteCatalog, Tag, Trail};
use cairn_delivery::{
    Delivery, DeliveryConfig, DeliveryParts, LogBucket, LogFilePut, Put, PutError, SigningKeys,
};
use cairn_event::{AccountId, Clock, Ids, Origin, Region};
use cairn_intake::{Draft, Intake};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, Options, Reader};
use cairn_projection::Source;
use jiff::Timestamp;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const OWNER: &str = "123456789012";
const SHOP: &str = "111122223333";
const LAB: &str = "444455556666";

#[derive(Debug)]
struct Hand(Mutex<Timestamp>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// The trail does not validate: nothing is made that needs an id.
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

/// A bucket in memory, with folders that it denies.
#[derive(Debug, Default)]
struct Memory {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    denied: Mutex<BTreeSet<String>>,
}

#[async_trait]
impl LogBucket for Memory {
    async fn put_once(&self, put: LogFilePut<'_>) -> Result<Put, PutError> {
        if self.denied.lock().unwrap().iter().any(|folder| put.key.starts_with(folder)) {
            return Err(PutError::Refused { code: "AccessDenied".to_owned() });
        }
        let mut objects = self.objects.lock().unwrap();
        match objects.insert(put.key.to_owned(), put.body.to_vec()) {
            None => Ok(Put::Created),
            Some(before) if before == put.body => Ok(Put::AlreadyThere),
            Some(_) => panic!("{} was put twice, and not the same", put.key),
        }
    }
}

struct World {
    catalog: Arc<dyn Catalog>,
    reader: Arc<dyn Reader>,
    intake: Arc<Intake>,
    clock: Arc<Hand>,
    bucket: Arc<Memory>,
    stop: CancellationToken,
    tasks: TaskTracker,
    _dir: TempDir,
}

fn id(account: &str) -> AccountId {
    account.parse().unwrap()
}

fn join(account: &str) -> Vec<Change> {
    let entity = Account { id: id(account), ..sample::account() };
    vec![Change::PutAccount(entity), Change::PutMember(Box::new(sample::member(id(account))))]
}

fn trail() -> Trail {
    Trail { organization: Some(ORGANIZATION.to_owned()), ..sample::trail("main") }
}

impl World {
    /// An organization of two accounts and its trail, delivered in windows of a minute.
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(Hand(Mutex::new("2026-03-02T08:00:00.5Z".parse().unwrap())));
        let catalog: Arc<dyn Catalog> =
            Arc::new(SqliteCatalog::open(&dir.path().join("catalog.sqlite3")).await.unwrap());
        let mut changes = vec![Change::PutOrganization(Box::new(sample::organization()))];
        changes.extend(join(OWNER));
        changes.extend(join(SHOP));
        changes.push(Change::PutTrail(Box::new(trail())));
        catalog.commit(0, changes).await.unwrap();
        let journal = dir.path().join("journal");
        let opened = EmbeddedJournal::open(&journal, Options::default(), Arc::new(DiskFileSystem));
        let (writer, reader, _) = opened.unwrap();
        let reader: Arc<dyn Reader> = reader;
        let hand = Arc::clone(&clock) as Arc<dyn Clock>;
        let intake = Intake::start(Box::new(writer), Arc::clone(&reader), Arc::clone(&catalog), hand);
        let (intake, bucket) = (Arc::new(intake.unwrap()), Arc::new(Memory::default()));
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        Self { catalog, reader, intake, clock, bucket, stop, tasks, _dir: dir }
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
            keys: Arc::new(SigningKeys::new(Arc::clone(&self.catalog), master, Arc::new(NoIds))),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
        };
        self.tasks.spawn(Arc::new(Delivery::new(config, parts)).run(self.stop.clone()));
    }

    async fn commit(&self, changes: Vec<Change>) {
        self.catalog.commit(self.catalog.current().revision(), changes).await.unwrap();
    }

    /// Records a call of an account.
    async fn call(&self, account: &str, name: &str) {
        let event = format!(
            r#"{{"eventVersion":"1.11","eventTime":"2026-03-02T08:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1","eventCategory":"Management","managementEvent":true,"readOnly":true,"recipientAccountId":"{account}"}}"#
        );
        let region: Region = "eu-west-1".parse().unwrap();
        let draft = Draft {
            account: id(account),
            region,
            origin: Origin::Call,
            event: event.into_bytes(),
            under: None,
        };
        self.intake.submit(draft).await.unwrap();
    }

    fn pass(&self, seconds: i64) {
        *self.clock.0.lock().unwrap() += jiff::SignedDuration::from_secs(seconds);
    }

    /// Lists what was called, each with the folder above its account's.
    fn delivered(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for (key, body) in &*self.bucket.objects.lock().unwrap() {
            let mut text = String::new();
            let mut gzip = flate2::read::GzDecoder::new(&body[..]);
            std::io::Read::read_to_string(&mut gzip, &mut text).unwrap();
            let file: serde_json::Value = serde_json::from_str(&text).unwrap();
            for record in file["Records"].as_array().unwrap() {
                let account = record["recipientAccountId"].as_str().unwrap();
                let (above, _) = key.split_once(&format!("/{account}/CloudTrail/")).unwrap();
                assert!(all.insert(format!("{} in {above}", record["eventName"].as_str().unwrap())), "{key}");
            }
        }
        all
    }

    async fn until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
        while !is_so().await {
            assert!(tokio::time::Instant::now() < deadline, "{what}: {:#?}", self.delivered());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.intake.close().await;
        self.catalog.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accounts_calls_are_delivered_from_its_joining_to_its_leaving_and_not_while_it_is_excluded() {
    let world = World::new().await;
    world.call(OWNER, "OfOwner").await;
    world.call(SHOP, "OfShop").await;
    world.call(LAB, "OfStranger").await;
    world.commit(join(LAB)).await;
    world.call(LAB, "OfMember").await;
    let tags = vec![Tag { key: EXCLUSION_TAG.to_owned(), value: Some("main".to_owned()) }];
    world.commit(vec![Change::PutMember(Box::new(Member { tags, ..sample::member(id(SHOP)) }))]).await;
    world.call(SHOP, "OfExcluded").await;
    world.commit(vec![Change::DeleteMember { account: id(LAB) }]).await;
    world.call(LAB, "OfOneThatLeft").await;
    // All of one window: the trail becomes its owner's alone, and the organization's again.
    world.commit(vec![Change::PutTrail(Box::new(Trail { organization: None, ..trail() }))]).await;
    world.call(OWNER, "OfOrdinary").await;
    world.call(SHOP, "OfNobody").await;
    world.commit(vec![Change::PutTrail(Box::new(trail()))]).await;
    world.call(OWNER, "OfOwnerAgain").await;
    world.pass(120);
    world.deliver();
    let here = format!("AWSLogs/{ORGANIZATION}");
    let expected: BTreeSet<String> = [
        format!("OfOwner in {here}"),
        format!("OfShop in {here}"),
        format!("OfMember in {here}"),
        "OfOrdinary in AWSLogs".to_owned(),
        format!("OfOwnerAgain in {here}"),
    ]
    .into();
    world.until("what was called", async || world.delivered().len() >= expected.len()).await;
    assert_eq!(world.delivered(), expected);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bucket_denies_to_one_account_is_told_to_that_one_and_comes_later() {
    let world = World::new().await;
    let denied = format!("AWSLogs/{ORGANIZATION}/{SHOP}/");
    world.bucket.denied.lock().unwrap().insert(denied.clone());
    for account in [OWNER, SHOP] {
        world.call(account, &format!("Of{account}")).await;
    }
    world.commit(join(LAB)).await;
    world.call(LAB, "OfLab").await;
    world.pass(120);
    world.deliver();
    let trail = world.catalog.current().trail(&trail().arn).unwrap().id().clone();
    let region: Region = "eu-west-1".parse().unwrap();
    let status =
        async |account: &str| world.catalog.status(&trail, (id(account), &region)).await.unwrap().log_files;
    world.until("a failure", async || status(SHOP).await.error.is_some()).await;
    assert_eq!(status(SHOP).await.error.as_deref(), Some("AccessDenied"));
    for account in [OWNER, LAB] {
        let status = status(account).await;
        assert!(status.error.is_none() && status.succeeded_at.is_some(), "{account}: {status:?}");
    }
    assert_eq!(world.delivered().len(), 2);
    // It is tried again, and what is in the ledger stays as it is.
    world.bucket.denied.lock().unwrap().remove(&denied);
    world.until("the last file", async || status(SHOP).await.error.is_none()).await;
    assert_eq!(world.delivered().len(), 3);
    world.close().await;
}
