//! A destination on loopback that answers as the service does and notes when each event arrived.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A kind of destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    LogGroup,
    EventBus,
    Webhook,
}

/// A destination.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) address: SocketAddr,
    pub(super) secret_file: PathBuf,
    seen: Arc<Seen>,
    _dir: TempDir,
    _serving: JoinSet<()>,
}

#[derive(Debug, Default)]
struct Seen {
    down: AtomicBool,
    arrivals: Mutex<BTreeMap<u64, Instant>>,
}

impl Way {
    pub(super) const ALL: [Self; 3] = [Self::LogGroup, Self::EventBus, Self::Webhook];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::LogGroup => "CloudWatch Logs",
            Self::EventBus => "EventBridge",
            Self::Webhook => "a webhook",
        }
    }
}

/// Returns the text by which an event is known.
pub(super) fn mark(number: u64) -> String {
    format!("{MARK}{number:0DIGITS$}")
}

impl Endpoint {
    /// Listens on a free port.
    pub(super) async fn open() -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let secret_file = dir.path().join("secret");
        std::fs::write(&secret_file, "bench-secret")?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, seen) = (listener.local_addr()?, Arc::new(Seen::default()));
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, Arc::clone(&seen)));
        Ok(Self { address, secret_file, seen, _dir: dir, _serving: serving })
    }

    /// Answers 503 from now on, or goes on taking events.
    pub(super) fn down(&self, down: bool) {
        self.seen.down.store(down, Ordering::SeqCst);
    }

    /// Waits until so many events have arrived.
    pub(super) async fn arrived(&self, events: u64, patience: Duration) -> anyhow::Result<()> {
        let begun = Instant::now();
        while (self.seen.arrivals().len() as u64) < events {
            let found = self.seen.arrivals().len();
            anyhow::ensure!(begun.elapsed() < patience, "{found} of {events} events arrived in time");
            tokio::time::sleep(super::LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Returns when an event arrived first.
    pub(super) fn when(&self, number: u64) -> Option<Instant> {
        self.seen.arrivals().get(&number).copied()
    }
}

impl Seen {
    fn arrivals(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Instant>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
        let target = target.unwrap_or_default().to_owned();
        let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let mut response = Response::new(Full::default());
        if self.down.load(Ordering::SeqCst) {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            return Ok(response);
        }
        self.note(&body);
        let answer = match target.as_str() {
            "AWSEvents.PutEvents" => {
                let put: Value = serde_json::from_slice(&body).unwrap_or_default();
                let entries = put.get("Entries").and_then(Value::as_array).map_or(0, Vec::len);
                json!({ "FailedEntryCount": 0, "Entries": vec![json!({ "EventId": "1" }); entries] })
            }
            _ => json!({}),
        };
        *response.body_mut() = Full::from(answer.to_string());
        Ok(response)
    }

    /// Notes every mark in a body; whether the body is text or text within text is all one.
    fn note(&self, body: &[u8]) {
        let now = Instant::now();
        let body = String::from_utf8_lossy(body);
        let mut arrivals = self.arrivals();
        for (at, _) in body.match_indices(MARK) {
            let digits = body.get(at + MARK.len()..at + MARK.len() + DIGITS);
            if let Some(number) = digits.and_then(|digits| digits.parse().ok()) {
                arrivals.entry(number).or_insert(now);
            }
        }
    }
}

async fn serve(listener: TcpListener, seen: Arc<Seen>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let seen = Arc::clone(&seen);
        connections.spawn(async move {
            let answer = service_fn(|request| seen.answer(request));
            // What goes wrong shows as an event that does not arrive.
            let _closed = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await.is_ok();
        });
    }
}

const MARK: &str = "mark-";
const DIGITS: usize = 9;
