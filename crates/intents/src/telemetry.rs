//! What intents report of themselves.

use std::time::Duration;

use cairn_intake::IntakeError;
use metrics::{counter, gauge, histogram};

/// What became of an intent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ended {
    /// The event of its outcome is durable.
    Done,
    /// The call was never forwarded.
    Withdrawn,
    /// Its event was found in the main journal afterwards.
    Found,
    /// It became an event with an unknown outcome.
    Unknown,
    /// It can't be read, so that nothing will tell its call.
    Unreadable,
}

pub(crate) fn begun(took: Duration) {
    counter!("cairn_intents_begun_total").increment(1);
    histogram!("cairn_intents_begin_seconds").record(took.as_secs_f64());
}

pub(crate) fn refused(reason: IntakeError) {
    let reason = match reason {
        IntakeError::Full => "full",
        IntakeError::Stopped => "stopped",
        IntakeError::TooLarge => "too_large",
    };
    counter!("cairn_intents_refused_total", "reason" => reason).increment(1);
}

pub(crate) fn lost(upstream: &str, reason: &'static str) {
    let upstream = upstream.to_owned();
    counter!("cairn_gateway_unrecorded_total", "upstream" => upstream, "reason" => reason).increment(1);
}

pub(crate) fn ended(how: Ended) {
    let outcome = match how {
        Ended::Done => "done",
        Ended::Withdrawn => "withdrawn",
        Ended::Found => "found",
        Ended::Unknown => "unknown",
        Ended::Unreadable => "unreadable",
    };
    counter!("cairn_intents_ended_total", "how" => outcome).increment(1);
}

pub(crate) fn open(count: usize) {
    #[expect(clippy::cast_precision_loss, reason = "tens of thousands at most")]
    gauge!("cairn_intents_open").set(count as f64);
}

pub(crate) fn committed(intents: usize) {
    #[expect(clippy::cast_precision_loss, reason = "a batch holds thousands of intents at most")]
    histogram!("cairn_intents_batch_intents").record(intents as f64);
}
