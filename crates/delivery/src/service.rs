//! Delivery as a whole: one task a trail, started and ended as trails come and go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{Catalog, CursorError, CursorMove, LiveTrail, TrailId};
use cairn_event::Clock;
use cairn_intake::Intake;
use cairn_projection::Source;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bucket::LogBucket;
use crate::trail::TrailDelivery;
use crate::window::Interval;

/// How often the list of trails is looked at; a trail's first file is late by at most this.
const TRAILS_CHECK: Duration = Duration::from_millis(500);

/// How delivery is set up.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryConfig {
    /// The length of a delivery window.
    pub interval: Interval,
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

/// Returns the name of a trail's cursor.
pub fn cursor_name(trail: &TrailId) -> String {
    format!("{CURSOR_PREFIX}{}/{}", trail.created, trail.arn)
}

/// Gives a trail its cursor, if it has none yet. Until then nobody knows after its deletion that it was: a
/// trail that comes and goes between two looks at the list would never deliver.
///
/// # Errors
/// The cursor could not be stored.
pub async fn enroll(catalog: &dyn Catalog, trail: &LiveTrail) -> Result<(), CursorError> {
    let (name, to) = (cursor_name(trail.id()), trail.created_at_position);
    match catalog.advance(CursorMove { name, expected: None, to }).await {
        Ok(()) | Err(CursorError::Moved { .. }) => Ok(()),
        Err(error @ (CursorError::Refused(_) | CursorError::Store(_))) => Err(error),
    }
}

/// Where the cursor of a trail stands that is deleted and delivered: beyond every position.
pub const DONE: u64 = i64::MAX.unsigned_abs();

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
            for trail in self.wanted().await {
                let name = cursor_name(&trail);
                running.entry(name).or_insert_with_key(|name| {
                    let task = TrailDelivery::new(Arc::clone(&self), name.clone(), trail);
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
    /// deleted before everything they had selected was delivered.
    async fn wanted(&self) -> BTreeSet<TrailId> {
        let mut wanted: BTreeSet<TrailId> =
            self.catalog.current().trails().map(|trail| trail.id().clone()).collect();
        match self.catalog.cursors().await {
            Ok(cursors) => {
                let open = cursors.iter().filter(|cursor| cursor.position != DONE);
                wanted.extend(open.filter_map(|cursor| parse_cursor_name(&cursor.name)));
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

fn parse_cursor_name(name: &str) -> Option<TrailId> {
    let (created, arn) = name.strip_prefix(CURSOR_PREFIX)?.split_once('/')?;
    Some(TrailId { arn: arn.to_owned(), created: created.parse().ok()? })
}

const CURSOR_PREFIX: &str = "delivery/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_name_can_be_read_back() {
        let arn = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/main".to_owned();
        let trail = TrailId { arn, created: 7 };
        assert_eq!(parse_cursor_name(&cursor_name(&trail)), Some(trail));
        assert_eq!(parse_cursor_name("history"), None);
    }
}
