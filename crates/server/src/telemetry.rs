//! What the front of the server reports of itself.

use jiff::Timestamp;
use metrics::{counter, gauge};

pub(crate) fn answered(event_source: &str, status: u16) {
    let class = match status {
        0..=399 => "ok",
        400..=499 => "refused",
        _ => "failed",
    };
    counter!("cairn_requests_total", "service" => known(event_source), "outcome" => class).increment(1);
}

pub(crate) fn refused(reason: &'static str) {
    counter!("cairn_requests_refused_total", "reason" => reason).increment(1);
}

pub(crate) fn unserved(event_source: &str) {
    counter!("cairn_requests_unserved_total", "service" => known(event_source)).increment(1);
}

/// A call was recorded without a name: no model knows it.
pub(crate) fn unrecognised() {
    counter!("cairn_requests_unrecognised_total").increment(1);
}

pub(crate) fn unrecorded(reason: &'static str) {
    counter!("cairn_requests_unrecorded_total", "reason" => reason).increment(1);
}

/// A validation that somebody asked for ended, one way or another.
pub(crate) fn validated(outcome: &'static str) {
    counter!("cairn_validations_total", "outcome" => outcome).increment(1);
}

/// A changed certificate was taken or refused.
pub(crate) fn certificate(outcome: &'static str) {
    counter!("cairn_certificates_total", "outcome" => outcome).increment(1);
}

/// A connection ended before its first request: in the handshake, in the clear where TLS is spoken, or silent.
pub(crate) fn connection_failed(reason: &'static str) {
    counter!("cairn_connections_failed_total", "reason" => reason).increment(1);
}

/// A service used a KMS key, or was refused with that error class.
pub(crate) fn key_used(operation: &'static str, outcome: &'static str) {
    counter!("cairn_kms_service_calls_total", "operation" => operation, "outcome" => outcome).increment(1);
}

/// The organization that is kept elsewhere was read, and is followed up to that reading.
pub(crate) fn organization_read(at: Timestamp) {
    counter!("cairn_organization_readings_total", "outcome" => "ok").increment(1);
    gauge!("cairn_organization_read_timestamp_seconds").set(at.as_duration().as_secs_f64());
}

/// It could not be read, or not be kept.
pub(crate) fn organization_not_read(code: &str) {
    counter!("cairn_organization_readings_total", "outcome" => "failed").increment(1);
    counter!("cairn_organization_failed_total", "code" => code.to_owned()).increment(1);
}

/// Whether the last reading said to be over what the next has to confirm.
pub(crate) fn organization_doubted(doubted: bool) {
    gauge!("cairn_organization_doubted").set(if doubted { 1.0 } else { 0.0 });
}

/// How many service control policies of the organization elsewhere can't be understood.
pub(crate) fn organization_policies_not_understood(count: usize) {
    gauge!("cairn_organization_policies_not_understood")
        .set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
}

/// A reading showed something new.
pub(crate) fn organization_changed() {
    counter!("cairn_organization_changed_total").increment(1);
}

/// Keeps labels few: a caller may name any service.
fn known(event_source: &str) -> &'static str {
    match event_source {
        "cloudtrail.amazonaws.com" => "cloudtrail",
        "iam.amazonaws.com" => "iam",
        "kms.amazonaws.com" => "kms",
        "s3.amazonaws.com" => "s3",
        "sts.amazonaws.com" => "sts",
        _ => "other",
    }
}
