//! What logs report of themselves.

use metrics::{counter, gauge};

pub(crate) fn grown(trail_arn: &str, leaves: u64, objects: u64, bytes: u64) {
    counter!("cairn_tlog_leaves_total", "trail" => trail_arn.to_owned()).increment(leaves);
    counter!("cairn_tlog_objects_total", "trail" => trail_arn.to_owned()).increment(objects);
    counter!("cairn_tlog_bytes_total", "trail" => trail_arn.to_owned()).increment(bytes);
}

pub(crate) fn failed(trail_arn: &str, code: &str) {
    counter!("cairn_tlog_failed_total", "trail" => trail_arn.to_owned(), "code" => code.to_owned())
        .increment(1);
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
pub(crate) fn lag(trail_arn: &str, positions: u64, seconds: i64) {
    let name = || format!("tlog/{trail_arn}");
    gauge!("cairn_projection_lag_positions", "projection" => name()).set(positions as f64);
    gauge!("cairn_projection_lag_seconds", "projection" => name()).set(seconds as f64);
}
