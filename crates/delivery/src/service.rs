//! Delivery as a whole: one task for each product of a trail, started and ended as trails come and go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{Catalog, TrailId};
use cairn_event::Clock;
use cairn_intake::Intake;
use cairn_projection::Source;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bucket::LogBucket;
use crate::product::{DONE, Product};
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
}

/// Everything that delivery stands on.
pub struct Delivery {
    pub(crate) config: DeliveryConfig,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) journal: Source,
    pub(crate) intake: Arc<Intake>,
    pub(crate) bucket: Arc<dyn LogBucket>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Delivery {
    /// Sets delivery up; nothing runs yet.
    pub fn new(
        config: DeliveryConfig,
        catalog: Arc<dyn Catalog>,
        journal: Source,
        intake: Arc<Intake>,
        bucket: Arc<dyn LogBucket>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { config, catalog, journal, intake, bucket, clock }
    }

    /// Delivers until `stop`; what was taken is finished first.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        let mut running: BTreeMap<String, JoinHandle<()>> = BTreeMap::new();
        loop {
            running.retain(|_, task| !task.is_finished());
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
