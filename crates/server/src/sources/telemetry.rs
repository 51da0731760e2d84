//! What the sources report of themselves.

use cairn_sources::Outcome;
use metrics::counter;

/// An event of a source was decided about.
pub(super) fn told(source: &'static str, outcome: Outcome) {
    let outcome = match outcome {
        Outcome::Recorded => "recorded",
        Outcome::Repeated => "repeated",
        Outcome::NotSelected => "not-selected",
        Outcome::TooLarge => "too-large",
    };
    counter!("cairn_source_events_total", "source" => source, "outcome" => outcome).increment(1);
}

/// Something that a source sent is no event: a line that can't be read, a datagram that is none, a summary.
pub(super) fn passed(source: &'static str, reason: &'static str, count: u64) {
    counter!("cairn_source_passed_total", "source" => source, "reason" => reason).increment(count);
}

/// An event that a source told will never be recorded.
pub(super) fn lost(source: &'static str, reason: &'static str) {
    counter!("cairn_source_lost_total", "source" => source, "reason" => reason).increment(1);
}

/// A request of a source was turned away.
pub(super) fn refused(source: &'static str, reason: &'static str) {
    counter!("cairn_source_requests_refused_total", "source" => source, "reason" => reason).increment(1);
}
