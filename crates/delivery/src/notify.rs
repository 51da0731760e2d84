//! Notifications: a message on the trail's topic for each batch of files that is in its bucket
//! (reference §4.6).
//!
//! They are derived from the ledger of receipts, each trail's from a place of its own, so nobody else waits
//! for a topic that refuses, and a message is sent only of what can be read. The place moves after the topic
//! has taken the message: a crash in between repeats the message, and none is lost.

mod message;
mod progress;
mod telemetry;
mod trail;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cairn_catalog::{Catalog, Revision, StoreError, TrailId};
use cairn_event::Clock;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use progress::{begin_notifications, hold_notifications, notified_up_to};
use trail::TrailNotifier;

/// How often the ledger's end and the list of trails are looked at; a notification is late by at most this.
const CHECK: Duration = Duration::from_millis(500);

/// A message on its way to a topic.
#[derive(Debug, Clone, Copy)]
pub struct Notification<'a> {
    /// The ARN of the trail whose files it tells of.
    pub trail_arn: &'a str,
    /// The ARN of the topic.
    pub topic_arn: &'a str,
    /// The message's body.
    pub message: &'a str,
    /// Tells the message from every other one; the same when it is sent again.
    pub deduplication: &'a str,
}

/// A topic did not take a message. It is sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("publish a notification: the topic answered {code}")]
pub struct PublishError {
    /// The error code, as `GetTrailStatus` shows it.
    pub code: String,
}

/// Takes notifications to topics.
#[async_trait]
pub trait Topics: Send + Sync + Debug {
    /// Publishes a message; it is the topic's once this returns.
    ///
    /// # Errors
    /// See [`PublishError`].
    async fn publish(&self, notification: Notification<'_>) -> Result<(), PublishError>;
}

/// Notifications of all trails: a task for each trail with a topic, started and ended as trails come and go.
#[derive(Debug)]
pub struct Notifier {
    catalog: Arc<dyn Catalog>,
    topics: Arc<dyn Topics>,
    clock: Arc<dyn Clock>,
}

impl Notifier {
    /// Sets notifications up; nothing runs yet.
    pub fn new(catalog: Arc<dyn Catalog>, topics: Arc<dyn Topics>, clock: Arc<dyn Clock>) -> Self {
        Self { catalog, topics, clock }
    }

    /// Notifies until `stop`; a message on its way is finished first.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        let (news, ledger) = watch::channel(0);
        let mut running: BTreeMap<TrailId, JoinHandle<()>> = BTreeMap::new();
        let mut held = Held::default();
        loop {
            let before = running.len();
            running.retain(|_, task| !task.is_finished());
            held.stale |= running.len() < before;
            match self.look(&news, &mut held).await {
                Ok(wanted) => {
                    for trail in wanted {
                        running.entry(trail).or_insert_with_key(|trail| {
                            let task = TrailNotifier::new(Arc::clone(&self), trail.clone());
                            tasks.spawn(task.run(ledger.clone(), stop.clone()))
                        });
                    }
                }
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "notifications could not be looked for");
                }
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(CHECK) => {}
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    /// Spreads the news of the ledger's end, and lists the trails that may have something to tell: those
    /// with a topic, and those that were deleted before everything was told.
    async fn look(
        &self,
        news: &watch::Sender<u64>,
        held: &mut Held,
    ) -> Result<BTreeSet<TrailId>, StoreError> {
        let last = self.catalog.last_receipt().await?;
        news.send_if_modified(|known| std::mem::replace(known, last) != last);
        let snapshot = self.catalog.current();
        if held.stale || held.revision != Some(snapshot.revision()) {
            held.trails = progress::held(&*self.catalog).await?;
            (held.stale, held.revision) = (false, Some(snapshot.revision()));
        }
        let told = snapshot.trails().filter(|trail| trail.sns_topic.is_some());
        Ok(told.map(|trail| trail.id().clone()).chain(held.trails.iter().cloned()).collect())
    }
}

/// The deleted trails that still have something to tell, as last read.
#[derive(Debug, Default)]
struct Held {
    trails: Vec<TrailId>,
    revision: Option<Revision>,
    stale: bool,
}

#[cfg(test)]
mod tests;
