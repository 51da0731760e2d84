//! The streams that come and go with trails: one for each trail that has a log group.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{Catalog, CursorError, CursorMove, DONE, LiveTrail, TrailId};
use cairn_journal::Position;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::follow::{Begin, Follower};
use crate::log_group::{LogGroups, TrailLogGroup};
use crate::service::CONFIGURED;
use crate::surroundings::Surroundings;

/// How often the list of trails is looked at; a trail's first event is late by at most this.
const TRAILS_CHECK: Duration = Duration::from_millis(300);

const KIND: &str = "cloudwatch-logs/";

/// Tells whether a cursor is one of a stream: the journal waits for those less long than for others.
pub fn is_stream_cursor(name: &str) -> bool {
    name.starts_with(KIND) || CONFIGURED.iter().any(|kind| name.starts_with(kind))
}

/// Returns the name of the cursor of a trail's log group.
pub fn cursor_name(trail: &TrailId) -> String {
    format!("{KIND}{}/{}", trail.created, trail.arn)
}

/// Gives a trail's log group its cursor, if it has none yet, before the trail is deleted: until then nobody
/// knows afterwards that there was one.
///
/// # Errors
/// The cursor could not be stored.
pub async fn enroll_log_group(catalog: &dyn Catalog, trail: &LiveTrail) -> Result<(), CursorError> {
    match &trail.cw_logs_group {
        Some(_) => begin_log_group(catalog, trail.id(), trail.created_at_position).await,
        None => Ok(()),
    }
}

/// Gives a trail's log group its cursor, if it has none yet, before the trail is given a group: `from` is
/// where the first event may stand that finds it.
///
/// # Errors
/// The cursor could not be stored.
pub async fn begin_log_group(
    catalog: &dyn Catalog,
    trail: &TrailId,
    from: Position,
) -> Result<(), CursorError> {
    match catalog.advance(CursorMove { name: cursor_name(trail), expected: None, to: from }).await {
        Ok(()) | Err(CursorError::Moved { .. }) => Ok(()),
        Err(error @ (CursorError::Refused(_) | CursorError::Store(_))) => Err(error),
    }
}

/// Follows the journal for every trail with a log group, until `stop`.
pub(crate) async fn run(shared: &Surroundings, groups: &Arc<dyn LogGroups>, stop: CancellationToken) {
    let tasks = TaskTracker::new();
    let mut running: BTreeMap<TrailId, JoinHandle<()>> = BTreeMap::new();
    loop {
        running.retain(|_, task| !task.is_finished());
        for (trail, begin) in wanted(shared).await {
            running.entry(trail).or_insert_with_key(|trail| {
                let sink = TrailLogGroup::new(trail.clone(), shared, Arc::clone(groups));
                tasks.spawn(Follower::new(shared, sink, begin).run(stop.clone()))
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

/// Lists every trail that has a log group, and those that were deleted before everything was in it.
async fn wanted(shared: &Surroundings) -> BTreeMap<TrailId, Begin> {
    let snapshot = shared.catalog.current();
    let with_group = snapshot.trails().filter(|trail| trail.cw_logs_group.is_some());
    let mut wanted: BTreeMap<TrailId, Begin> =
        with_group.map(|trail| (trail.id().clone(), Begin::At(trail.created_at_position))).collect();
    match shared.catalog.cursors().await {
        Ok(cursors) => {
            let open = cursors.iter().filter(|cursor| cursor.position != DONE);
            let trails = open.filter_map(|cursor| Some((parse(&cursor.name)?, Begin::At(cursor.position))));
            for (trail, begin) in trails {
                wanted.entry(trail).or_insert(begin);
            }
        }
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "cursors of log groups could not be listed");
        }
    }
    wanted
}

fn parse(cursor: &str) -> Option<TrailId> {
    let (created, arn) = cursor.strip_prefix(KIND)?.split_once('/')?;
    Some(TrailId { arn: arn.to_owned(), created: created.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_name_can_be_read_back() {
        let arn = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/main".to_owned();
        let trail = TrailId { arn, created: 7 };
        assert_eq!(parse(&cursor_name(&trail)), Some(trail));
        for name in ["history", "delivery/1/a", "cloudwatch-logs/x/a", "cloudwatch-logs/1"] {
            assert_eq!(parse(name), None, "{name}");
        }
    }
}
