//! What an upstream's calls report of themselves.

use metrics::{Counter, Gauge, counter, gauge};

use crate::upstream::SendError;

/// The counters of one upstream. Looked up once: a call has no time for it.
pub(crate) struct Telemetry {
    upstream: String,
    connected: Counter,
    sent_again: Counter,
    kept: Gauge,
}

impl Telemetry {
    pub(crate) fn of(upstream: &str) -> Self {
        let name = || upstream.to_owned();
        Self {
            upstream: name(),
            connected: counter!("cairn_gateway_connections_total", "upstream" => name()),
            sent_again: counter!("cairn_gateway_sent_again_total", "upstream" => name()),
            kept: gauge!("cairn_gateway_connections_kept", "upstream" => name()),
        }
    }

    /// A connection was opened.
    pub(crate) fn connected(&self) {
        self.connected.increment(1);
    }

    /// A connection that was used before had ended, and the request was sent over another.
    pub(crate) fn sent_again(&self) {
        self.sent_again.increment(1);
    }

    /// So many connections wait for calls.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    pub(crate) fn kept(&self, count: usize) {
        self.kept.set(count as f64);
    }

    /// No answer came.
    pub(crate) fn failed(&self, error: &SendError) {
        let reason = match error {
            SendError::Crowded => "crowded",
            SendError::Connect(_) => "connect",
            SendError::Silent => "silent",
            SendError::Broken(_) => "broken",
            SendError::Abandoned(_) => "abandoned",
        };
        let upstream = self.upstream.clone();
        counter!("cairn_gateway_failed_total", "upstream" => upstream, "reason" => reason).increment(1);
    }
}
