//! Notifications over a real catalog, with a topic that can be told to refuse.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use cairn_catalog::contract::sample;
use cairn_catalog::{Change, CursorMove, DONE, Delivery, SqliteCatalog, Trail};
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::product::Product;

/// How long a condition may take to come true on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        sample::instant(100)
    }
}

/// Takes every message, except for the topic `refusing` while that refuses.
#[derive(Debug, Default)]
struct Mailbox {
    messages: Mutex<Vec<(String, String)>>,
    mended: AtomicBool,
}

#[async_trait]
impl Topics for Mailbox {
    async fn publish(&self, notification: Notification<'_>) -> Result<(), PublishError> {
        if notification.topic_arn.ends_with(":refusing") && !self.mended.load(Ordering::SeqCst) {
            return Err(PublishError { code: "AuthorizationError".to_owned() });
        }
        let message = (notification.topic_arn.to_owned(), notification.message.to_owned());
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).push(message);
        Ok(())
    }
}

impl Mailbox {
    /// Returns the keys that a topic was told of, in the order of telling.
    fn keys(&self, topic: &str) -> Vec<String> {
        let messages = self.messages.lock().unwrap();
        let told = messages.iter().filter(|(arn, _)| arn.ends_with(&format!(":{topic}")));
        let keys = told.flat_map(|(_, message)| {
            let message: Value = serde_json::from_str(message).unwrap();
            message["s3ObjectKey"].as_array().unwrap().clone()
        });
        keys.map(|key| key.as_str().unwrap().to_owned()).collect()
    }
}

struct World {
    catalog: Arc<dyn Catalog>,
    mailbox: Arc<Mailbox>,
    running: Option<(CancellationToken, JoinHandle<()>)>,
    tasks: TaskTracker,
    _dir: TempDir,
}

impl World {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap();
        catalog.commit(0, vec![Change::PutAccount(sample::account())]).await.unwrap();
        Self {
            catalog: Arc::new(catalog),
            mailbox: Arc::default(),
            running: None,
            tasks: TaskTracker::new(),
            _dir: dir,
        }
    }

    fn start(&mut self) {
        let (catalog, topics) = (Arc::clone(&self.catalog), Arc::clone(&self.mailbox));
        let notifier = Arc::new(Notifier::new(catalog, topics, Arc::new(FixedClock)));
        let stop = CancellationToken::new();
        self.running = Some((stop.clone(), self.tasks.spawn(notifier.run(stop))));
    }

    async fn stop(&mut self) {
        let (stop, task) = self.running.take().unwrap();
        stop.cancel();
        tokio::time::timeout(DEADLINE, task).await.unwrap().unwrap();
    }

    async fn put(&self, name: &str, topic: Option<&str>) -> TrailId {
        let trail = Trail { sns_topic: topic.map(str::to_owned), ..sample::trail(name) };
        let revision = self.commit(Change::PutTrail(Box::new(trail))).await;
        sample::trail_id(&*self.catalog, revision, name).await
    }

    async fn commit(&self, change: Change) -> Revision {
        let based_on = self.catalog.current().revision();
        self.catalog.commit(based_on, vec![change]).await.unwrap()
    }

    /// Enters the file of one position into the ledger; returns its key.
    async fn deliver(&self, trail: &TrailId, position: u64) -> String {
        let name = Product::LogFiles.cursor_name(trail);
        let expected = self.catalog.cursor(&name).await.unwrap();
        let receipt = sample::receipt(trail, "eu-west-1", position, position);
        let key = receipt.key.clone();
        let cursor = CursorMove { name, expected, to: position + 1 };
        let delivery =
            Delivery { cursor, receipts: vec![receipt], delivered_at: sample::instant(50), state: None };
        self.catalog.deliver(delivery).await.unwrap();
        key
    }

    async fn wait_for(&self, what: &str, topic: &str, keys: &[String]) {
        let waiting = async {
            while self.mailbox.keys(topic).len() < keys.len() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let outcome = tokio::time::timeout(DEADLINE, waiting).await;
        assert!(outcome.is_ok(), "{what}: {:?}", self.mailbox.keys(topic));
        assert_eq!(self.mailbox.keys(topic), keys, "{what}");
    }

    async fn status(&self, trail: &TrailId) -> cairn_catalog::DeliveryStatus {
        let region = sample::region("eu-west-1");
        self.catalog.status(trail, (sample::account_id(), &region)).await.unwrap().notifications
    }
}

#[tokio::test]
async fn each_file_is_told_of_once_and_in_order_across_a_restart() {
    let mut world = World::new().await;
    let trail = world.put("main", Some("files")).await;
    let mut keys = vec![world.deliver(&trail, 1).await];
    world.start();
    world.wait_for("delivered before the start", "files", &keys).await;
    keys.push(world.deliver(&trail, 2).await);
    world.wait_for("delivered while running", "files", &keys).await;
    world.stop().await;
    keys.push(world.deliver(&trail, 3).await);
    world.start();
    world.wait_for("after a restart", "files", &keys).await;
    let topic = "arn:aws:sns:eu-west-1:123456789012:files";
    assert!(world.mailbox.messages.lock().unwrap().iter().all(|(arn, _)| arn == topic));
    let status = world.status(&trail).await;
    assert_eq!((status.succeeded_at, status.error), (Some(sample::instant(100)), None));
    world.stop().await;
}

#[tokio::test]
async fn a_topic_that_refuses_holds_up_nobody_and_is_told_once_it_is_mended() {
    let mut world = World::new().await;
    let (bad, good) = (world.put("bad", Some("refusing")).await, world.put("good", Some("files")).await);
    world.start();
    let late = vec![world.deliver(&bad, 1).await, world.deliver(&bad, 2).await];
    let keys = vec![world.deliver(&good, 3).await];
    world.wait_for("the other trail", "files", &keys).await;
    let failing = async {
        while world.status(&bad).await.error.as_deref() != Some("AuthorizationError") {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(DEADLINE, failing).await.expect("the status shows the topic's code");
    assert!(world.mailbox.keys("refusing").is_empty());
    world.mailbox.mended.store(true, Ordering::SeqCst);
    world.wait_for("mended", "refusing", &late).await;
    world.stop().await;
    assert_eq!(world.status(&bad).await.error, None);
}

#[tokio::test]
async fn a_trail_that_gets_a_topic_is_told_of_later_files_alone() {
    let mut world = World::new().await;
    let trail = world.put("main", None).await;
    world.start();
    world.deliver(&trail, 1).await;
    let live = world.catalog.current().trail(&trail.arn).map(Arc::clone).unwrap();
    begin_notifications(&*world.catalog, &live).await.unwrap();
    let keys = vec![world.deliver(&trail, 2).await];
    assert_eq!(world.put("main", Some("files")).await, trail);
    world.wait_for("what came after", "files", &keys).await;
    world.stop().await;
}

#[tokio::test]
async fn a_deleted_trails_last_files_are_told_of_even_after_a_restart() {
    let mut world = World::new().await;
    let trail = world.put("main", Some("files")).await;
    let first = world.deliver(&trail, 1).await;
    world.start();
    world.wait_for("while it lives", "files", std::slice::from_ref(&first)).await;
    world.stop().await;
    let live = world.catalog.current().trail(&trail.arn).map(Arc::clone).unwrap();
    hold_notifications(&*world.catalog, &live).await.unwrap();
    world.commit(Change::DeleteTrail { arn: trail.arn.clone() }).await;
    world.start();
    let keys = vec![first, world.deliver(&trail, 2).await];
    world.wait_for("its last file", "files", &keys).await;
    assert_eq!(progress::held(&*world.catalog).await.unwrap(), std::slice::from_ref(&trail));
    let name = Product::LogFiles.cursor_name(&trail);
    world.catalog.advance(CursorMove { name, expected: Some(3), to: DONE }).await.unwrap();
    let ending = async {
        while !progress::held(&*world.catalog).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(DEADLINE, ending).await.expect("nothing is left to tell");
    world.stop().await;
}
