//! What streams report of themselves, each under its name.

use metrics::{counter, gauge, histogram};

pub(crate) fn sent(stream: &str, events: usize, bytes: usize) {
    counter!("cairn_stream_batches_total", "stream" => stream.to_owned()).increment(1);
    counter!("cairn_stream_events_total", "stream" => stream.to_owned()).increment(events as u64);
    counter!("cairn_stream_bytes_total", "stream" => stream.to_owned()).increment(bytes as u64);
}

#[expect(clippy::cast_precision_loss, reason = "a delay stays far below 2^52 milliseconds")]
pub(crate) fn delay(stream: &str, milliseconds: i64) {
    histogram!("cairn_stream_delay_seconds", "stream" => stream.to_owned())
        .record(milliseconds.max(0) as f64 / 1000.0);
}

pub(crate) fn failed(stream: &str, code: &str) {
    counter!("cairn_stream_failed_total", "stream" => stream.to_owned(), "code" => code.to_owned())
        .increment(1);
}

pub(crate) fn dropped(stream: &str, reason: &'static str, events: usize) {
    counter!("cairn_stream_dropped_total", "stream" => stream.to_owned(), "reason" => reason)
        .increment(events as u64);
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
pub(crate) fn lag(stream: &str, positions: u64, milliseconds: i64) {
    gauge!("cairn_projection_lag_positions", "projection" => stream.to_owned()).set(positions as f64);
    gauge!("cairn_projection_lag_seconds", "projection" => stream.to_owned())
        .set(milliseconds as f64 / 1000.0);
}

/// Counts an event that no pattern could judge; it is sent.
pub(crate) fn unjudged() {
    counter!("cairn_stream_unjudged_total").increment(1);
}

pub(crate) fn dead_letters(destination: &str, kept: usize, lost: usize) {
    counter!("cairn_dead_letters_total", "destination" => destination.to_owned(), "fate" => "kept")
        .increment(kept as u64);
    counter!("cairn_dead_letters_total", "destination" => destination.to_owned(), "fate" => "lost")
        .increment(lost as u64);
}
