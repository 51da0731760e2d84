//! What notifications report of themselves.

use metrics::{counter, gauge};

pub(super) fn notified(trail_arn: &str) {
    counter!("cairn_notifications_total", "trail" => trail_arn.to_owned()).increment(1);
}

pub(super) fn failed(trail_arn: &str, code: &str) {
    counter!("cairn_notifications_failed_total", "trail" => trail_arn.to_owned(), "code" => code.to_owned())
        .increment(1);
}

/// Tells of how many files a topic was not told yet, as far as one page of the ledger shows them, and how long the
/// oldest has been delivered.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
pub(super) fn lag(trail_arn: &str, files: usize, seconds: i64) {
    gauge!("cairn_notifications_waiting", "trail" => trail_arn.to_owned()).set(files as f64);
    gauge!("cairn_notifications_lag_seconds", "trail" => trail_arn.to_owned()).set(seconds as f64);
}
