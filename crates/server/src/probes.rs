//! Cairn's own pages under `/_cairn/`, a name that no bucket can have: probes and metrics.

use std::sync::Arc;
use std::time::Duration;

use cairn_anomaly::Minute;
use cairn_delivery::{Interval, Lags};
use cairn_history::History;
use cairn_insights::Insights;
use cairn_journal::Reader;
use serde_json::json;

use crate::answer::{Answered, answer};
use crate::delivery_page::LiveDestinations;
use crate::metrics_page::MetricsPage;
use crate::serve::{Arrival, Front};

/// Answers probes and metrics. They need no signature and show no event, account or key; who may see accounts in
/// the metrics, [`MetricsPage`] says.
pub(crate) struct Probes {
    pub(crate) metrics: MetricsPage,
    pub(crate) journal: Arc<dyn Reader>,
    pub(crate) history: History,
    pub(crate) insights: Insights,
    /// How long a minute waits for events of its own.
    pub(crate) insights_grace: Duration,
    pub(crate) lags: Lags,
    /// How long an event waits at most for others of its file.
    pub(crate) delivery_interval: Interval,
    pub(crate) destinations: LiveDestinations,
}

impl Probes {
    pub(crate) fn answer(&self, front: &Front, arrival: &Arrival) -> Answered {
        match (arrival.head.method.as_str(), arrival.head.path.as_str()) {
            ("GET" | "HEAD", "/_cairn/healthz") => answer(200, "text/plain", &[], "ok\n").into(),
            ("GET" | "HEAD", "/_cairn/readyz") => self.ready(front),
            ("GET" | "HEAD", "/_cairn/metrics") => {
                self.observe();
                self.metrics.answer(&arrival.head, &front.catalog.current())
            }
            ("GET" | "HEAD", _) => answer(404, "text/plain", &[], "no such page\n").into(),
            _ => answer(405, "text/plain", &[], "only GET is answered here\n").into(),
        }
    }

    /// Ready means: a call that must be recorded would be. Lag is shown, and does not make it unready.
    fn ready(&self, front: &Front) -> Answered {
        let refusal = front.intake.refusal().map(|refusal| refusal.to_string());
        let unbegun = || {
            let stopped = front.promises.intents.refusal().filter(|_| !front.gateway.is_empty());
            stopped.map(|_| "begin calls that are forwarded: a write or sync failed".to_owned())
        };
        let refusal = refusal.or_else(unbegun);
        let tail = self.journal.tail();
        let insights = self.insights.health();
        let body = json!({
            "ready": refusal.is_none(),
            "reason": refusal,
            "journal": { "head": self.journal.head(), "tail": tail },
            "history": { "indexed": self.history.indexed(), "lag": tail.saturating_sub(self.history.indexed()) },
            "insights": {
                "counted": insights.next,
                "lag": tail.saturating_sub(insights.next),
                "closed": insights.closed.map(instant),
                "behind": insights.closed.map_or(0, |closed| self.behind(closed, front.clock.now())),
                "series": insights.series,
                "waiting": insights.waiting,
                "stale": insights.stale,
            },
        });
        let status = if refusal.is_none() { 200 } else { 503 };
        answer(status, "application/json", &[], format!("{body}\n")).into()
    }

    /// Tells how many seconds ago the minute after `closed` should have been closed.
    fn behind(&self, closed: Minute, now: jiff::Timestamp) -> i64 {
        let grace = i64::try_from(self.insights_grace.as_secs()).unwrap_or(i64::MAX);
        let due = closed.plus(2).epoch_seconds().saturating_add(grace);
        now.as_second().saturating_sub(due).max(0)
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    fn observe(&self) {
        metrics::gauge!("cairn_journal_head_position").set(self.journal.head() as f64);
        metrics::gauge!("cairn_journal_tail_position").set(self.journal.tail() as f64);
        let stats = self.history.stats();
        metrics::gauge!("cairn_history_head_events").set(stats.head_events as f64);
        metrics::gauge!("cairn_history_splits").set(stats.splits as f64);
        metrics::gauge!("cairn_history_split_events").set(stats.split_events as f64);
    }
}

/// Says when a minute began.
fn instant(minute: Minute) -> String {
    jiff::Timestamp::from_second(minute.epoch_seconds()).map(|at| at.to_string()).unwrap_or_default()
}

impl std::fmt::Debug for Probes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Probes").finish_non_exhaustive()
    }
}
