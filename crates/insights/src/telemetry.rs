//! What insights tell of themselves.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use cairn_event::AccountId;
use metrics::{counter, gauge, histogram};

use crate::insight::{Insight, State};
use crate::insights::Health;
use crate::metric::Kind;
use crate::sighting::Passed;

/// Why a minute's record did not go out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unsent {
    /// The journal takes none at present.
    Refused,
    /// It can never be taken.
    GivenUp,
}

pub(crate) fn passed(why: Passed) {
    let reason = match why {
        Passed::Uncounted => "uncounted",
        Passed::Delivery => "delivery",
        Passed::Unreadable => "unreadable",
        Passed::Nameless => "nameless",
    };
    counter!("cairn_insights_passed_total", "reason" => reason).increment(1);
}

/// A call of one metric more than there may be, which is not counted: warned of once for each account.
pub(crate) fn full(account: AccountId) {
    static WARNED: Mutex<BTreeSet<AccountId>> = Mutex::new(BTreeSet::new());
    counter!("cairn_insights_dropped_total", "reason" => "metrics_full").increment(1);
    if WARNED.lock().unwrap_or_else(PoisonError::into_inner).insert(account) {
        tracing::warn!(%account, "insights count no further actions: the account or all together have too many");
    }
}

pub(crate) fn late(imported: bool) {
    let origin = if imported { "import" } else { "call" };
    counter!("cairn_insights_late_total", "origin" => origin).increment(1);
}

/// Minutes were closed by some work that took so long.
pub(crate) fn closed(minutes: u64, took: std::time::Duration) {
    if minutes > 0 {
        counter!("cairn_insights_minutes_closed_total").increment(minutes);
        histogram!("cairn_insights_closing_seconds").record(took.as_secs_f64());
    }
}

pub(crate) fn saved(took: std::time::Duration) {
    histogram!("cairn_insights_save_seconds").record(took.as_secs_f64());
}

pub(crate) fn rebuilt(series: usize) {
    counter!("cairn_insights_rebuilt_total").increment(series as u64);
}

pub(crate) fn told(insight: &Insight) {
    let state = match insight.state {
        State::Start => "start",
        State::End => "end",
    };
    let metric = &insight.metric;
    let (kind, code) = match &metric.kind {
        Kind::Calls => ("call_rate", None),
        Kind::Errors(code) => ("error_rate", Some(code.as_ref())),
    };
    counter!("cairn_insights_told_total", "state" => state, "kind" => kind).increment(1);
    tracing::info!(
        account = %metric.place.account,
        region = %metric.place.region,
        trail = metric.place.trail.as_deref(),
        source = %metric.source,
        name = %metric.name,
        code,
        sensitivity = ?insight.sensitivity,
        direction = ?insight.direction,
        minutes = insight.minutes,
        calls = insight.calls,
        state,
        "unusual activity told"
    );
}

pub(crate) fn sent(records: usize) {
    counter!("cairn_insights_sent_total").increment(records as u64);
}

pub(crate) fn unsent(why: Unsent) {
    let kind = match why {
        Unsent::Refused => "refused",
        Unsent::GivenUp => "given_up",
    };
    counter!("cairn_insights_failed_total", "kind" => kind).increment(1);
}

#[expect(clippy::cast_precision_loss, reason = "gauges; counts stay far below 2^52")]
pub(crate) fn health(health: &Health, now_s: i64) {
    gauge!("cairn_insights_metrics").set(health.series as f64);
    gauge!("cairn_insights_waiting_records").set(health.waiting as f64);
    gauge!("cairn_insights_stale_series").set(health.stale as f64);
    if let Some(closed) = health.closed {
        let behind = now_s.saturating_sub(closed.plus(1).epoch_seconds()).max(0);
        gauge!("cairn_insights_closed_behind_seconds").set(behind as f64);
    }
}
