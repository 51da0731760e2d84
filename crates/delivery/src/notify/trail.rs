//! The notifications of one trail: read receipts, publish, move on.

use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{DONE, Delivered, DeliveryKind, LiveTrail, ReceiptQuery, StoreError, TrailId};
use cairn_event::{AccountId, Region};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::message::{Batch, batches, message};
use super::progress::{Progress, ProgressError, Stored, change};
use super::telemetry::{failed, lag, notified};
use super::{Notification, Notifier, PublishError};
use crate::backoff::backoff;
use crate::product::Product;

/// A sleeping trail looks around at least this often.
const WAKE: Duration = Duration::from_secs(5);

/// The task of one trail.
#[derive(Debug)]
pub(super) struct TrailNotifier {
    shared: Arc<Notifier>,
    trail: TrailId,
    stored: Stored,
}

/// Notifications can't go on for now; they are tried again from where they stood.
#[derive(Debug, thiserror::Error)]
enum NotifyError {
    #[error("read the ledger")]
    Store(#[from] StoreError),
    #[error("keep the place in the ledger")]
    Progress(#[from] ProgressError),
    #[error("tell a topic of files of {account} in {region}")]
    Publish { account: AccountId, region: Region, source: PublishError },
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Again,
    Idle,
    Done,
}

impl TrailNotifier {
    pub(super) fn new(shared: Arc<Notifier>, trail: TrailId) -> Self {
        Self { shared, trail, stored: Stored::default() }
    }

    /// Notifies until `stop`, until the trail has no topic any more, or until a deleted one has told all.
    pub(super) async fn run(mut self, mut ledger: watch::Receiver<u64>, stop: CancellationToken) {
        let mut pause = backoff();
        let mut begun = false;
        while !stop.is_cancelled() {
            ledger.mark_unchanged();
            let outcome = if begun { self.step(&stop).await } else { self.begin().await };
            match outcome {
                Ok(Step::Done) => return,
                Ok(step) => {
                    begun = true;
                    pause.succeeded();
                    if step == Step::Idle {
                        tokio::select! {
                            () = stop.cancelled() => {}
                            _ = ledger.changed() => {}
                            () = tokio::time::sleep(WAKE) => {}
                        }
                    }
                }
                Err(error) => {
                    self.report(&error).await;
                    begun = false;
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(pause.failed()) => {}
                    }
                }
            }
        }
    }

    async fn begin(&mut self) -> Result<Step, NotifyError> {
        self.stored = Stored::read(&*self.shared.catalog, &self.trail).await?;
        Ok(if self.stored.progress.done { Step::Done } else { Step::Again })
    }

    async fn step(&mut self, stop: &CancellationToken) -> Result<Step, NotifyError> {
        let live = self.live();
        // Asked before the ledger is read: what it says then holds for everything that was entered.
        let complete = live.is_none() && self.is_delivered().await?;
        let topic = match &live {
            Some(trail) => trail.sns_topic_arn(),
            None => {
                self.stored = Stored::read(&*self.shared.catalog, &self.trail).await?;
                self.stored.progress.topic.clone()
            }
        };
        let Some(topic) = topic else { return Ok(Step::Done) };
        let after = Some(self.stored.progress.after);
        let page = self.shared.catalog.receipts(&ReceiptQuery { after, ..self.query() }).await?;
        self.report_lag(&page);
        if page.is_empty() && complete {
            self.keep(|progress| progress.done = true).await?;
            return Ok(Step::Done);
        }
        for batch in batches(&page) {
            if stop.is_cancelled() {
                break;
            }
            self.tell(&topic, batch).await?;
        }
        Ok(if page.is_empty() { Step::Idle } else { Step::Again })
    }

    /// Publishes one message; only then the place moves past its files.
    async fn tell(&mut self, topic_arn: &str, batch: Batch<'_>) -> Result<(), NotifyError> {
        let (Some(first), Some(last)) = (batch.first(), batch.last()) else { return Ok(()) };
        let (message, deduplication) = (message(batch), format!("receipt-{}", last.number));
        let (trail_arn, place) = (&self.trail.arn, (first.receipt.account, &first.receipt.region));
        let notification =
            Notification { trail_arn, topic_arn, message: &message, deduplication: &deduplication };
        let published = self.shared.topics.publish(notification).await;
        published.map_err(|source| NotifyError::Publish {
            account: place.0,
            region: place.1.clone(),
            source,
        })?;
        notified(trail_arn);
        let (now, kind) = (self.shared.clock.now(), DeliveryKind::Notifications);
        self.shared.catalog.record_delivery_success(&self.trail, place, kind, now).await?;
        self.keep(|progress| progress.after = progress.after.max(last.number)).await
    }

    /// Changes what is remembered. Where an operation on the trail was faster, what it wrote is kept.
    async fn keep(&mut self, apply: impl Fn(&mut Progress)) -> Result<(), NotifyError> {
        self.stored = change(&*self.shared.catalog, &self.trail, apply).await?;
        Ok(())
    }

    /// Returns the trail as it is now; `None` once it is deleted.
    fn live(&self) -> Option<Arc<LiveTrail>> {
        let snapshot = self.shared.catalog.current();
        snapshot.trail(&self.trail.arn).filter(|trail| *trail.id() == self.trail).map(Arc::clone)
    }

    /// Tells whether everything of a deleted trail is in the ledger.
    async fn is_delivered(&self) -> Result<bool, StoreError> {
        for product in Product::ALL {
            let cursor = self.shared.catalog.cursor(&product.cursor_name(&self.trail)).await?;
            if cursor.is_some_and(|position| position != DONE) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn query(&self) -> ReceiptQuery {
        ReceiptQuery::of(self.trail.clone())
    }

    async fn report(&self, error: &NotifyError) {
        let (code, place) = match error {
            NotifyError::Publish { account, region, source } => {
                (source.code.as_str(), Some((*account, region.clone())))
            }
            NotifyError::Store(_) | NotifyError::Progress(_) => ("InternalError", None),
        };
        let arn = &self.trail.arn;
        failed(arn, code);
        tracing::warn!(trail = %arn, code, error = error as &dyn std::error::Error, "notification deferred");
        let home = || self.live().map(|trail| (trail.account, trail.home_region.clone()));
        let Some((account, region)) = place.or_else(home) else { return };
        let place = (account, &region);
        let (now, kind) = (self.shared.clock.now(), DeliveryKind::Notifications);
        let noted = self.shared.catalog.record_delivery_failure(&self.trail, place, kind, now, code).await;
        if let Err(error) = noted {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(trail = %arn, error, "notification failure not noted");
        }
    }

    /// Tells how far notifications are behind: receipts not told of, as far as one page shows them.
    fn report_lag(&self, page: &[Delivered]) {
        let now = self.shared.clock.now();
        let seconds = page.first().map_or(0, |oldest| now.as_second() - oldest.at.as_second());
        lag(&self.trail.arn, page.len(), seconds.max(0));
    }
}
