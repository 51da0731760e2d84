//! What this crate counts.

use metrics::{counter, gauge};

pub(crate) fn identified(how: &'static str) {
    counter!("cairn_identities_found_total", "by" => how).increment(1);
}

pub(crate) fn learned(facts: usize) {
    counter!("cairn_identities_learned_total").increment(facts as u64);
}

#[expect(clippy::cast_precision_loss, reason = "thousands")]
pub(crate) fn remembered(keys: usize, names: usize) {
    gauge!("cairn_identities_remembered", "kind" => "key").set(keys as f64);
    gauge!("cairn_identities_remembered", "kind" => "name").set(names as f64);
}

pub(crate) fn stored(outcome: &'static str) {
    counter!("cairn_identities_stored_total", "outcome" => outcome).increment(1);
}

pub(crate) fn directory(outcome: &'static str) {
    counter!("cairn_identities_directory_total", "outcome" => outcome).increment(1);
}
