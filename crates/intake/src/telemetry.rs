//! What intake reports of itself.

use metrics::{counter, histogram};

pub(crate) fn received() {
    counter!("cairn_intake_received_total").increment(1);
}

pub(crate) fn not_selected() {
    counter!("cairn_intake_dropped_total", "reason" => "not_selected").increment(1);
}

pub(crate) fn committed(events: usize) {
    counter!("cairn_intake_done_total").increment(events as u64);
    #[expect(clippy::cast_precision_loss, reason = "a batch holds thousands of events at most")]
    histogram!("cairn_intake_batch_events").record(events as f64);
}

pub(crate) fn failed(kind: &'static str, events: usize) {
    counter!("cairn_intake_failed_total", "kind" => kind).increment(events as u64);
}
