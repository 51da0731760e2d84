//! What notifications report of themselves.

use metrics::counter;

pub(super) fn notified(trail_arn: &str) {
    counter!("cairn_notifications_total", "trail" => trail_arn.to_owned()).increment(1);
}

pub(super) fn failed(trail_arn: &str, code: &str) {
    counter!("cairn_notifications_failed_total", "trail" => trail_arn.to_owned(), "code" => code.to_owned())
        .increment(1);
}
