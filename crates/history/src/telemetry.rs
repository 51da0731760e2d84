//! What the history tells of itself.

use std::time::Duration;

use metrics::{counter, gauge, histogram};

use crate::view::View;

/// Why a record did not enter the history.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Passed {
    /// A data or network event.
    OtherCategory,
    /// Not an event at all.
    Unreadable,
}

/// What the reconciler does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work {
    Seal,
    Merge,
    Renew,
    Expire,
    Verify,
}

impl Work {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Merge => "merge",
            Self::Renew => "renew",
            Self::Expire => "expire",
            Self::Verify => "verify",
        }
    }
}

pub(crate) fn passed(why: Passed) {
    let reason = match why {
        Passed::OtherCategory => "category",
        Passed::Unreadable => "unreadable",
    };
    counter!("cairn_history_passed_total", "reason" => reason).increment(1);
}

pub(crate) fn worked(work: Work, splits: usize) {
    counter!("cairn_history_splits_total", "work" => work.as_str()).increment(splits as u64);
}

pub(crate) fn failed(work: Work) {
    counter!("cairn_history_failed_total", "work" => work.as_str()).increment(1);
}

pub(crate) fn looked_up(took: Duration, events: usize) {
    histogram!("cairn_history_lookup_seconds").record(took.as_secs_f64());
    counter!("cairn_history_lookup_events_total").increment(events as u64);
}

/// A search, a summary or a piece of an export was worked on.
pub(crate) fn searched(took: Duration) {
    histogram!("cairn_history_search_seconds").record(took.as_secs_f64());
}

#[expect(clippy::cast_precision_loss, reason = "gauges; counts stay far below 2^52")]
pub(crate) fn holds(view: &View) {
    let head: usize = view.heads.iter().flat_map(|part| &part.chunks).map(|chunk| chunk.len()).sum();
    gauge!("cairn_history_head_events").set(head as f64);
    gauge!("cairn_history_splits").set(view.splits.len() as f64);
}
