//! Delivery as a whole: one task for each product of a trail and one for its digests, started and ended as
//! trails come and go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{Catalog, DONE, TrailId};
use cairn_event::Clock;
use cairn_intake::Intake;
use cairn_projection::Source;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bucket::LogBucket;
use crate::digest::{Digests, NoticeError, TrailDigests};
use crate::lag::Lags;
use crate::product::Product;
use crate::progress::Progress;
use crate::signing_keys::SigningKeys;
use crate::trail::TrailDelivery;
use crate::window::Interval;

/// How often the list of trails is looked at; a trail's first file is late by at most this.
const TRAILS_CHECK: Duration = Duration::from_millis(500);

/// How delivery is set up.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryConfig {
    /// The length of a delivery window.
    pub interval: Interval,
    /// The length of the window that data events are summed up over.
    pub aggregation_window: Interval,
    /// The length of the window that a digest covers; whole seconds.
    pub digest_interval: Interval,
}

/// What delivery is made of.
#[derive(Debug)]
pub struct DeliveryParts {
    /// Trails, cursors, receipts and the heads of digest chains.
    pub catalog: Arc<dyn Catalog>,
    /// Where events come from.
    pub journal: Source,
    /// The journal's writer, which says what can still come.
    pub intake: Arc<Intake>,
    /// Where files go.
    pub bucket: Arc<dyn LogBucket>,
    /// The keys that sign digests.
    pub keys: Arc<SigningKeys>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Everything that delivery stands on.
pub struct Delivery {
    pub(crate) config: DeliveryConfig,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) journal: Source,
    pub(crate) intake: Arc<Intake>,
    pub(crate) bucket: Arc<dyn LogBucket>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) progress: Progress,
    pub(crate) lags: Lags,
    pub(crate) digests: Digests,
}

impl Delivery {
    /// Sets delivery up; nothing runs yet.
    pub fn new(config: DeliveryConfig, parts: DeliveryParts) -> Self {
        let DeliveryParts { catalog, journal, intake, bucket, keys, clock } = parts;
        let digests = Digests::new(Arc::clone(&catalog), Arc::clone(&clock), keys);
        let (progress, lags) = (Progress::default(), Lags::default());
        Self { config, catalog, journal, intake, bucket, clock, progress, lags, digests }
    }

    /// Tells how far each trail's log files have come.
    pub fn lags(&self) -> Lags {
        self.lags.clone()
    }

    /// Delivers until `stop`; what was taken is finished first.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        let mut running: BTreeMap<String, JoinHandle<()>> = BTreeMap::new();
        let mut digesting: BTreeMap<TrailId, JoinHandle<()>> = BTreeMap::new();
        let mut listed = None;
        loop {
            running.retain(|_, task| !task.is_finished());
            let tasks_before = digesting.len();
            digesting.retain(|_, task| !task.is_finished());
            // A chain may have begun anew just before its trail's task ended.
            listed = listed.filter(|_| digesting.len() == tasks_before);
            if let Some(chained) = self.chained(&mut listed).await {
                for trail in chained {
                    digesting.entry(trail.clone()).or_insert_with(|| {
                        tasks.spawn(TrailDigests::new(Arc::clone(&self), trail).run(stop.clone()))
                    });
                }
            }
            for (product, trail) in self.wanted().await {
                running.entry(product.cursor_name(&trail)).or_insert_with(|| {
                    let task = TrailDelivery::new(Arc::clone(&self), product, trail);
                    tasks.spawn(task.run(stop.clone()))
                });
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(TRAILS_CHECK) => {}
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    /// Lists the trails that may have digests to come besides those that were listed after so many changes.
    async fn chained(&self, listed: &mut Option<u64>) -> Option<BTreeSet<TrailId>> {
        let open = async {
            self.digests.notice.take_in().await?;
            let changes = Some(self.digests.notice.changes());
            if changes == *listed {
                return Ok(None);
            }
            let changed = listed.and_then(|listed| self.digests.notice.trails_since(listed));
            let open = match changed {
                // A task that finds nothing to come ends at once.
                Some(changed) => changed,
                None => self.digests.notice.open_trails().await?,
            };
            *listed = changes;
            Ok::<_, NoticeError>(Some(open))
        };
        match open.await {
            Ok(open) => open,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "digest chains could not be listed");
                None
            }
        }
    }

    /// Lists every trail that may still have something to deliver: those that exist, and those that were
    /// deleted before everything they had selected was delivered. Aggregation has a cursor from its first
    /// configuration on.
    async fn wanted(&self) -> BTreeSet<(Product, TrailId)> {
        let snapshot = self.catalog.current();
        let trails = snapshot.trails().map(|trail| (Product::LogFiles, trail.id().clone()));
        let mut wanted: BTreeSet<(Product, TrailId)> = trails.collect();
        match self.catalog.cursors().await {
            Ok(cursors) => {
                let open = cursors.iter().filter(|cursor| cursor.position != DONE);
                wanted.extend(open.filter_map(|cursor| Product::parse_cursor_name(&cursor.name)));
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "delivery cursors could not be listed"
                );
            }
        }
        wanted
    }
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery").field("config", &self.config).finish_non_exhaustive()
    }
}
