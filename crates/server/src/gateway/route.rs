//! An upstream, with what its calls owe to the record.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cairn_event::{AccountId, Region};
use cairn_gateway::{SendError, TrustError, Upstream};
use metrics::{Counter, Histogram, counter, histogram};
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::upstreams::{RecordPolicy, Signatures, UpstreamSettings};

/// The most events of `best_effort` calls that wait to be recorded; more are lost, and counted.
const UNWAITED_MAX: usize = 4_096;

/// Where a call goes.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) upstream: Arc<Upstream>,
    /// The account that owns what the upstream has.
    pub(crate) account: AccountId,
    /// The Region of calls that name none.
    pub(crate) region: Region,
    pub(crate) record: RecordPolicy,
    pub(crate) signatures: Signatures,
    /// Places for events that nobody waits for.
    pub(crate) unwaited: Arc<Semaphore>,
    /// Whether the last call had no answer.
    failing: AtomicBool,
    telemetry: Telemetry,
}

/// The counters of one upstream, looked up once.
#[derive(Debug)]
struct Telemetry {
    answered: [Counter; 6],
    seconds: Histogram,
    received: Counter,
    sent: Counter,
}

impl Route {
    pub(crate) fn open(settings: &UpstreamSettings, config: &Config) -> Result<Self, TrustError> {
        Ok(Self {
            upstream: Arc::new(Upstream::open(&settings.connection)?),
            account: settings.account.unwrap_or(config.account),
            region: settings.region.clone().unwrap_or_else(|| config.region.clone()),
            record: settings.record,
            signatures: settings.signatures,
            unwaited: Arc::new(Semaphore::new(UNWAITED_MAX)),
            failing: AtomicBool::new(false),
            telemetry: Telemetry::of(&settings.connection.name),
        })
    }

    /// Logs that a call had no answer: the first of many loudly.
    pub(crate) fn fails(&self, error: &SendError) {
        let (upstream, error) = (self.upstream.name(), error as &dyn std::error::Error);
        if self.failing.swap(true, Ordering::Relaxed) {
            tracing::debug!(upstream, error, "another call not answered by its upstream");
        } else {
            tracing::warn!(upstream, error, "call not answered by its upstream");
        }
    }

    /// Logs that calls are answered again.
    pub(crate) fn answers(&self) {
        if self.failing.load(Ordering::Relaxed) && self.failing.swap(false, Ordering::Relaxed) {
            tracing::info!(upstream = self.upstream.name(), "upstream answers again");
        }
    }

    /// Counts a call that is over; the status is 0 where no answer was seen.
    pub(crate) fn count(&self, status: u16, took: Duration, received_bytes: u64, sent_bytes: u64) {
        if let Some(answered) = self.telemetry.answered.get(usize::from(status / 100)) {
            answered.increment(1);
        }
        self.telemetry.seconds.record(took.as_secs_f64());
        self.telemetry.received.increment(received_bytes);
        self.telemetry.sent.increment(sent_bytes);
    }
}

impl Telemetry {
    fn of(upstream: &str) -> Self {
        let name = || upstream.to_owned();
        let answered = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"];
        Self {
            answered: answered
                .map(|class| counter!("cairn_gateway_calls_total", "upstream" => name(), "status" => class)),
            seconds: histogram!("cairn_gateway_call_seconds", "upstream" => name()),
            received: counter!("cairn_gateway_request_bytes_total", "upstream" => name()),
            sent: counter!("cairn_gateway_answer_bytes_total", "upstream" => name()),
        }
    }
}
