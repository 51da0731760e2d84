//! What the loop tells of itself, per projection.

use metrics::{counter, gauge};

/// Why a step of the loop failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Read,
    Apply,
    Idle,
}

impl Step {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Apply => "apply",
            Self::Idle => "idle",
        }
    }
}

pub(crate) fn received(projection: &'static str, records: usize) {
    counter!("cairn_projection_received_total", "projection" => projection).increment(records as u64);
}

pub(crate) fn done(projection: &'static str, records: usize) {
    counter!("cairn_projection_done_total", "projection" => projection).increment(records as u64);
}

pub(crate) fn failed(projection: &'static str, step: Step) {
    counter!("cairn_projection_failed_total", "projection" => projection, "kind" => step.as_str())
        .increment(1);
}

#[expect(clippy::cast_precision_loss, reason = "a gauge; lags stay far below 2^52")]
pub(crate) fn lag(projection: &'static str, positions: u64, milliseconds: i64) {
    gauge!("cairn_projection_lag_positions", "projection" => projection).set(positions as f64);
    gauge!("cairn_projection_lag_seconds", "projection" => projection).set(milliseconds as f64 / 1000.0);
}
