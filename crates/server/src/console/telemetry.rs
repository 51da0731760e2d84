//! What operators see of signing in.

/// Counts an attempt to sign in by what came of it.
pub(super) fn attempted(outcome: &'static str) {
    metrics::counter!("cairn_console_sign_ins_total", "outcome" => outcome).increment(1);
}

/// Counts a request that was refused before anything was done.
pub(super) fn kept_out(reason: &'static str) {
    metrics::counter!("cairn_console_refused_total", "reason" => reason).increment(1);
}

/// Shows how many sessions go on.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
pub(super) fn sessions(count: usize) {
    metrics::gauge!("cairn_console_sessions").set(count as f64);
}
