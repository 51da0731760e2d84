//! Logs as a whole: one task for each trail that has one, started and ended as trails come and go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{Catalog, CursorError, CursorMove, DONE, LiveTrail, MasterKey, TrailId};
use cairn_event::{Clock, Ids};
use cairn_intake::Intake;
use cairn_projection::Source;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::follow::TrailLog;
use crate::store::TileStore;

/// How often the list of trails is looked at.
const TRAILS_CHECK: Duration = Duration::from_millis(500);

/// What the names of the logs' cursors begin with.
pub const CURSORS: &str = "tlog/";

/// Everything that logs stand on.
pub struct Tlog {
    pub(crate) interval: Duration,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) master: Arc<MasterKey>,
    pub(crate) journal: Source,
    /// Tells when nothing more can come before a time; none where nothing is written.
    pub(crate) intake: Option<Arc<Intake>>,
    pub(crate) store: Arc<dyn TileStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
}

/// What logs are made with.
#[derive(Debug)]
pub struct Parts {
    /// How long an event waits at most before it is in its trail's log.
    pub interval: Duration,
    /// Where states and cursors are kept.
    pub catalog: Arc<dyn Catalog>,
    /// What the logs' keys are sealed under.
    pub master: Arc<MasterKey>,
    /// Where events come from.
    pub journal: Source,
    /// The journal's writer.
    pub intake: Option<Arc<Intake>>,
    /// Where tiles go.
    pub store: Arc<dyn TileStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for keys.
    pub ids: Arc<dyn Ids>,
}

impl Tlog {
    /// Sets the logs up; nothing runs yet.
    pub fn new(parts: Parts) -> Self {
        let Parts { interval, catalog, master, journal, intake, store, clock, ids } = parts;
        Self { interval, catalog, master, journal, intake, store, clock, ids }
    }

    /// Keeps logs until `stop`; what was begun is finished first.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        let mut running: BTreeMap<TrailId, JoinHandle<()>> = BTreeMap::new();
        loop {
            running.retain(|_, task| !task.is_finished());
            for trail in self.wanted().await {
                running.entry(trail.clone()).or_insert_with(|| {
                    tasks.spawn(TrailLog::new(Arc::clone(&self), trail).run(stop.clone()))
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

    /// Lists every trail that may still have something to log: those that are validated, and those that ever
    /// were.
    async fn wanted(&self) -> BTreeSet<TrailId> {
        let snapshot = self.catalog.current();
        let validated = snapshot.trails().filter(|trail| trail.log_file_validation);
        let mut wanted: BTreeSet<TrailId> = validated.map(|trail| trail.id().clone()).collect();
        match self.catalog.cursors().await {
            Ok(cursors) => {
                let open = cursors.iter().filter(|cursor| cursor.position != DONE);
                wanted.extend(open.filter_map(|cursor| parse_cursor_name(&cursor.name)));
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "log cursors could not be listed");
            }
        }
        wanted
    }
}

/// Gives a validated trail's log its cursor, if it has none yet: a trail that comes and goes between two looks
/// at the list would never be logged.
///
/// # Errors
/// The cursor could not be stored.
pub async fn enroll(catalog: &dyn Catalog, trail: &LiveTrail) -> Result<(), CursorError> {
    if !trail.log_file_validation {
        return Ok(());
    }
    let step = CursorMove { name: cursor_name(trail.id()), expected: None, to: trail.created_at_position };
    match catalog.advance(step).await {
        Ok(()) | Err(CursorError::Moved { .. }) => Ok(()),
        Err(error @ (CursorError::Refused(_) | CursorError::Store(_))) => Err(error),
    }
}

/// Returns the name of the cursor of a trail's log.
pub fn cursor_name(trail: &TrailId) -> String {
    format!("{CURSORS}{}/{}", trail.created, trail.arn)
}

pub(crate) fn parse_cursor_name(name: &str) -> Option<TrailId> {
    let (created, arn) = name.strip_prefix(CURSORS)?.split_once('/')?;
    Some(TrailId { arn: arn.to_owned(), created: created.parse().ok()? })
}

impl std::fmt::Debug for Tlog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tlog").field("interval", &self.interval).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_name_can_be_read_back() {
        let arn = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/main".to_owned();
        let trail = TrailId { arn, created: 7 };
        assert_eq!(parse_cursor_name(&cursor_name(&trail)), Some(trail));
        assert_eq!(parse_cursor_name("delivery/7/a"), None);
    }
}
