//! What delivery reports of itself.

use metrics::{counter, gauge};

pub(crate) fn delivered(trail_arn: &str, events: u64, bytes: usize) {
    counter!("cairn_delivery_files_total", "trail" => trail_arn.to_owned()).increment(1);
    counter!("cairn_delivery_events_total", "trail" => trail_arn.to_owned()).increment(events);
    counter!("cairn_delivery_bytes_total", "trail" => trail_arn.to_owned()).increment(bytes as u64);
}

pub(crate) fn failed(trail_arn: &str, code: &str) {
    counter!("cairn_delivery_failed_total", "trail" => trail_arn.to_owned(), "code" => code.to_owned())
        .increment(1);
}

pub(crate) fn digest_delivered(trail_arn: &str) {
    counter!("cairn_digests_total", "trail" => trail_arn.to_owned()).increment(1);
}

pub(crate) fn digest_failed(trail_arn: &str, code: &str) {
    counter!("cairn_digest_failed_total", "trail" => trail_arn.to_owned(), "code" => code.to_owned())
        .increment(1);
}

/// Tells how long the oldest window is over that has no digest yet.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
pub(crate) fn digest_lag(trail_arn: &str, seconds: i64) {
    gauge!("cairn_digest_lag_seconds", "trail" => trail_arn.to_owned()).set(seconds as f64);
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
pub(crate) fn lag(product: &str, trail_arn: &str, positions: u64, seconds: i64) {
    gauge!("cairn_projection_lag_positions", "projection" => name(product, trail_arn)).set(positions as f64);
    gauge!("cairn_projection_lag_seconds", "projection" => name(product, trail_arn)).set(seconds as f64);
}

/// Tells how many folders a bucket denies, and how many positions the one that waits longest is behind.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
pub(crate) fn owed(product: &str, trail_arn: &str, folders: usize, positions: u64) {
    let positions = if folders == 0 { 0 } else { positions };
    gauge!("cairn_delivery_owed_folders", "projection" => name(product, trail_arn)).set(folders as f64);
    gauge!("cairn_delivery_owed_positions", "projection" => name(product, trail_arn)).set(positions as f64);
}

fn name(product: &str, trail_arn: &str) -> String {
    format!("{product}/{trail_arn}")
}
