//! Log files of an organization trail: whose events they hold, and where they lie, as accounts come and go.

#![expect(clippy::unwrap_used, reason = "what this test builds on is tested elsewhere")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cairn_catalog::contract::sample::{self, ORGANIZATION};
use cairn_catalog::{
    Account, Catalog, Change, DeliveryStatus, EXCLUSION_TAG, MasterKey, Member, SqliteCatalog, Tag, Trail,
};
use cairn_delivery::{
    Delivery, DeliveryConfig, DeliveryParts, LogBucket, LogFilePut, Put, PutError, SigningKeys, cursor_name,
    owed_from,
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

/// A bucket in memory, with folders that it refuses.
#[derive(Debug, Default)]
struct Memory {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    /// What begins with a key here is answered with the code.
    refused: Mutex<BTreeMap<String, &'static str>>,
    /// Whether puts are never answered, though they are done.
    hangs: AtomicBool,
    tries: AtomicUsize,
    /// The revision of the last put.
    revision: AtomicU64,
}

impl Memory {
    fn refuse(&self, folder: &str, code: &'static str) {
        self.refused.lock().unwrap().insert(folder.to_owned(), code);
    }

    fn take_again(&self, folder: &str) {
        assert!(self.refused.lock().unwrap().remove(folder).is_some());
    }
}

#[async_trait]
impl LogBucket for Memory {
    async fn put_once(&self, put: LogFilePut<'_>) -> Result<Put, PutError> {
        self.tries.fetch_add(1, Ordering::Relaxed);
        self.revision.store(put.revision, Ordering::Relaxed);
        let code = self
            .refused
            .lock()
            .unwrap()
            .iter()
            .find(|(folder, _)| put.key.starts_with(*folder))
            .map(|(_, code)| *code);
        if let Some(code) = code {
            return Err(PutError::Refused { code: code.to_owned() });
        }
        let before = self.objects.lock().unwrap().insert(put.key.to_owned(), put.body.to_vec());
        if self.hangs.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        match before {
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
        self.submit(account, event).await;
    }

    /// Records an Insights event about calls of an account.
    async fn insight(&self, account: &str, name: &str) {
        let event = format!(
            r#"{{"eventVersion":"1.09","eventTime":"2026-03-02T08:00:00Z","awsRegion":"eu-west-1","eventID":"{name}","eventType":"AwsCloudTrailInsight","recipientAccountId":"{account}","insightDetails":{{"state":"Start","eventSource":"ec2.amazonaws.com","eventName":"{name}","insightType":"ApiCallRateInsight","sourceEventCategory":"Management"}},"eventCategory":"Insight"}}"#
        );
        self.submit(account, event).await;
    }

    async fn submit(&self, account: &str, event: String) {
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

    /// Returns how log files of an account are told to go.
    async fn status(&self, account: &str) -> DeliveryStatus {
        let trail = self.catalog.current().trail(&trail().arn).unwrap().id().clone();
        let region: Region = "eu-west-1".parse().unwrap();
        self.catalog.status(&trail, (id(account), &region)).await.unwrap().log_files
    }

    async fn error(&self, account: &str) -> Option<String> {
        self.status(account).await.error
    }

    /// Lets every account call once, in a window of its own.
    async fn round(&self, number: usize, accounts: &[&str]) {
        for account in accounts {
            self.call(account, &format!("Call{number}Of{account}")).await;
        }
        self.pass(60);
    }

    /// Stops delivery and begins it anew.
    async fn restart(&mut self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        (self.stop, self.tasks) = (CancellationToken::new(), TaskTracker::new());
        self.deliver();
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
async fn every_accounts_insights_are_in_a_folder_of_its_own_and_are_owed_where_it_is_denied() {
    let world = World::new().await;
    let insights = serde_json::from_str(r#"[{"InsightType": "ApiCallRateInsight"}]"#).unwrap();
    let looking = Trail { insights, ..trail() };
    world.insight(SHOP, "BeforeAnybodyLooked").await;
    world.commit(vec![Change::PutTrail(Box::new(looking))]).await;
    let denied = format!("AWSLogs/{ORGANIZATION}/{SHOP}/CloudTrail-Insight/");
    world.bucket.refuse(&denied, "AccessDenied");
    for account in [OWNER, SHOP, LAB] {
        world.insight(account, "CreateTags").await;
    }
    world.call(SHOP, "CreateTags").await;
    world.pass(120);
    world.deliver();
    let keys = || world.bucket.objects.lock().unwrap().keys().cloned().collect::<Vec<String>>();
    let folder =
        |account: &str, kind: &str| format!("AWSLogs/{ORGANIZATION}/{account}/{kind}/eu-west-1/2026/03/02/");
    let (owners, shops) = (folder(OWNER, "CloudTrail-Insight"), folder(SHOP, "CloudTrail-Insight"));
    world.until("what is not denied", async || keys().len() == 2).await;
    assert!(
        keys()[0].starts_with(&folder(SHOP, "CloudTrail")) && keys()[1].starts_with(&owners),
        "{:?}",
        keys()
    );
    world.until("a failure", async || world.error(SHOP).await.as_deref() == Some("AccessDenied")).await;
    world.bucket.take_again(&denied);
    world.until("what was owed", async || keys().len() == 3).await;
    let key = keys().into_iter().find(|key| key.starts_with(&shops)).unwrap();
    assert!(key.starts_with(&format!("{shops}{SHOP}_CloudTrail-Insight_eu-west-1_20260302T0805Z_")), "{key}");
    let mut text = String::new();
    let body = world.bucket.objects.lock().unwrap()[&key].clone();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&body[..]), &mut text).unwrap();
    assert!(text.contains("CreateTags") && !text.contains("BeforeAnybodyLooked"), "{text}");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bucket_denies_to_one_account_is_owed_and_holds_up_no_other() {
    let mut world = World::new().await;
    let all = [OWNER, SHOP, LAB];
    world.commit(join(LAB)).await;
    let denied = format!("AWSLogs/{ORGANIZATION}/{SHOP}/");
    world.bucket.refuse(&denied, "AccessDenied");
    world.deliver();
    for number in 0..3 {
        world.round(number, &all).await;
        let others = 2 * (number + 1);
        world.until("others' files", async || world.delivered().len() >= others).await;
    }
    world.until("a failure", async || world.error(SHOP).await.is_some()).await;
    assert_eq!(world.error(SHOP).await.as_deref(), Some("AccessDenied"));
    for account in [OWNER, LAB] {
        let status = world.status(account).await;
        assert!(status.error.is_none() && status.succeeded_at.is_some(), "{account}: {status:?}");
    }
    assert!(world.delivered().iter().all(|call| !call.contains(SHOP)), "{:#?}", world.delivered());
    // What is owed is kept in the journal, and remembered.
    let trail = world.catalog.current().trail(&trail().arn).unwrap().id().clone();
    let cursor = world.catalog.cursor(&cursor_name(&trail)).await.unwrap().unwrap();
    let owed = owed_from(&*world.catalog).await.unwrap();
    assert!(owed.is_some_and(|from| from <= 1) && cursor >= 7, "{owed:?}, {cursor}");
    world.restart().await;
    world.round(3, &all).await;
    world.until("others' files", async || world.delivered().len() >= 8).await;
    world.bucket.take_again(&denied);
    world.until("what was owed", async || world.delivered().len() >= 12).await;
    world.until("nothing is owed", async || owed_from(&*world.catalog).await.unwrap().is_none()).await;
    assert_eq!(world.error(SHOP).await, None);
    // One file of each account in each window, as if nothing had been denied.
    world.round(4, &all).await;
    world.until("later files", async || world.delivered().len() >= 15).await;
    assert_eq!(world.bucket.objects.lock().unwrap().len(), 15);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_owed_follows_its_trail_to_another_prefix_and_nothing_is_there_twice() {
    let world = World::new().await;
    world.bucket.refuse(&format!("AWSLogs/{ORGANIZATION}/{SHOP}/"), "AccessDenied");
    world.deliver();
    world.round(0, &[OWNER, SHOP]).await;
    world.until("a failure", async || world.error(SHOP).await.is_some()).await;
    world
        .commit(vec![Change::PutTrail(Box::new(Trail { s3_prefix: Some("moved".to_owned()), ..trail() }))])
        .await;
    let expected: BTreeSet<String> = [
        format!("Call0Of{OWNER} in AWSLogs/{ORGANIZATION}"),
        format!("Call0Of{SHOP} in moved/AWSLogs/{ORGANIZATION}"),
    ]
    .into();
    world.until("the file of the other prefix", async || world.delivered().len() >= 2).await;
    assert_eq!(world.delivered(), expected);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_was_put_in_part_is_not_put_again_where_its_trail_moved() {
    let world = World::new().await;
    world.bucket.refuse(&format!("AWSLogs/{ORGANIZATION}/{SHOP}/"), "SlowDown");
    world.deliver();
    world.round(0, &[OWNER, SHOP]).await;
    world.until("a failure", async || world.error(SHOP).await.is_some()).await;
    assert_eq!(world.delivered().len(), 1);
    world
        .commit(vec![Change::PutTrail(Box::new(Trail { s3_prefix: Some("moved".to_owned()), ..trail() }))])
        .await;
    world.until("the rest", async || world.error(SHOP).await.is_none()).await;
    let keys: Vec<String> = world.bucket.objects.lock().unwrap().keys().cloned().collect();
    assert!(keys.len() == 2 && keys[0].contains(OWNER) && keys[1].starts_with("moved/"), "{keys:#?}");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_told_of_a_bucket_that_is_gone_and_nothing_is_owed() {
    let world = World::new().await;
    world.commit(join(LAB)).await;
    world.bucket.refuse("", "NoSuchBucket");
    world.deliver();
    world.round(0, &[SHOP, LAB]).await;
    for account in [OWNER, SHOP, LAB] {
        world.until("a failure", async || world.error(account).await.is_some()).await;
        assert_eq!(world.error(account).await.as_deref(), Some("NoSuchBucket"), "{account}");
    }
    assert_eq!(owed_from(&*world.catalog).await.unwrap(), None);
    world.bucket.take_again("");
    world.until("the files", async || world.delivered().len() == 2).await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_put_and_commit_repeats_the_same_keys_though_members_leave_meanwhile() {
    let world = World::new().await;
    world.bucket.hangs.store(true, Ordering::Relaxed);
    world.deliver();
    world.round(0, &[OWNER, SHOP]).await;
    world.until("the puts", async || world.delivered().len() == 2).await;
    let before = world.bucket.objects.lock().unwrap().clone();
    // That delivery is never answered; another takes over from what it committed.
    world.bucket.hangs.store(false, Ordering::Relaxed);
    world.commit(vec![Change::DeleteMember { account: id(SHOP) }]).await;
    world.commit(vec![Change::PutTrail(Box::new(Trail { organization: None, ..trail() }))]).await;
    let tries = world.bucket.tries.load(Ordering::Relaxed);
    world.deliver();
    world.until("success", async || world.status(SHOP).await.succeeded_at.is_some()).await;
    assert_eq!(world.bucket.tries.load(Ordering::Relaxed), tries + 2);
    assert_eq!(*world.bucket.objects.lock().unwrap(), before);
    // A policy that asks for the trail's organization is told of the one that it had.
    let routed_by = world.catalog.snapshot(world.bucket.revision.load(Ordering::Relaxed)).await.unwrap();
    assert_eq!(routed_by.trail(&trail().arn).unwrap().organization.as_deref(), Some(ORGANIZATION));
    assert!(routed_by.member(id(OWNER)).is_some());
    world.stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_folders_that_are_denied_a_few_are_tried_at_a_time() {
    let world = World::new().await;
    let members: Vec<String> = (0..60).map(|at| format!("{:012}", 700_000_000_000_u64 + at)).collect();
    world.commit(members.iter().flat_map(|account| join(account)).collect()).await;
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    world.bucket.refuse("", "AccessDenied");
    world.deliver();
    world.round(0, &members).await;
    world
        .until("a try of each and a few again", async || world.bucket.tries.load(Ordering::Relaxed) > 60)
        .await;
    let tries = world.bucket.tries.load(Ordering::Relaxed);
    assert!(tries <= 60 + 3 * 16, "{tries}");
    world.bucket.take_again("");
    world.until("all files", async || world.delivered().len() == 60).await;
    world.until("nothing is owed", async || owed_from(&*world.catalog).await.unwrap().is_none()).await;
    world.close().await;
}
