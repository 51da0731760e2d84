//! GetTrailStatus: what really happened, as delivery noted it.

use cairn_catalog::TrailStatus;
use cairn_wire::Timestamp;
use cairn_wire::cloudtrail::{GetTrailStatusRequest, GetTrailStatusResponse};

use crate::control::Done;
use crate::trail_reference::{Report, TrailReference};
use crate::{Caller, Control, Refusal};

impl Control {
    /// Shows whether a trail logs, and how the last deliveries of the caller's events from the endpoint's Region
    /// went.
    ///
    /// # Errors
    /// Unknown trails, and a catalog that can't be read.
    pub async fn get_trail_status(
        &self,
        caller: &Caller,
        request: &GetTrailStatusRequest,
    ) -> Result<Done<GetTrailStatusResponse>, Refusal> {
        let reference = TrailReference::parse(&request.name, caller)?;
        let snapshot = self.catalog.current();
        let trail = reference.read(&snapshot, caller, Report::Arn)?;
        let status = self.catalog.status(trail.id(), (caller.account, &caller.region)).await;
        let TrailStatus { log_files: files, notifications, cloudwatch_logs, digests } =
            status.map_err(|error| Refusal::Internal(Box::new(error)))?;
        Ok(Done::now(GetTrailStatusResponse {
            is_logging: Some(trail.logging),
            latest_delivery_error: files.error,
            latest_delivery_time: files.succeeded_at.map(Timestamp::from),
            latest_notification_error: notifications.error,
            latest_notification_time: notifications.succeeded_at.map(Timestamp::from),
            latest_cloud_watch_logs_delivery_error: cloudwatch_logs.error,
            latest_cloud_watch_logs_delivery_time: cloudwatch_logs.succeeded_at.map(Timestamp::from),
            latest_digest_delivery_error: digests.error,
            latest_digest_delivery_time: digests.succeeded_at.map(Timestamp::from),
            start_logging_time: trail.started_at.map(Timestamp::from),
            stop_logging_time: trail.stopped_at.map(Timestamp::from),
            latest_delivery_attempt_time: Some(legacy(files.attempted_at)),
            latest_delivery_attempt_succeeded: Some(legacy(files.succeeded_at)),
            latest_notification_attempt_time: Some(legacy(notifications.attempted_at)),
            latest_notification_attempt_succeeded: Some(legacy(notifications.succeeded_at)),
            time_logging_started: Some(legacy(trail.started_at)),
            time_logging_stopped: Some(legacy(trail.stopped_at)),
        }))
    }
}

/// Renders the texts of old clients: ISO 8601 to the second, empty for what never happened.
fn legacy(at: Option<jiff::Timestamp>) -> String {
    at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}
