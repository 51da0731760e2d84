//! The one HTTP/2 connection of an upstream, which all calls share.

use std::time::Duration;

use http::header::HOST;
use http::uri::{Authority, Parts, Scheme};
use http::{Request, Uri, Version};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::connect::{Connector, too_long};
use crate::origin::Origin;
use crate::outbound::RequestBody;
use crate::upstream::SendError;

/// How much of an answer the upstream may send ahead: of one, and of all on the connection.
const WINDOW_BYTES: (u32, u32) = (1 << 20, 4 << 20);

/// How often the upstream must show that it is still there, calls or not, and how long it may take to. A
/// connection of which the other end vanished would otherwise take calls until the system gives it up.
const PING: (Duration, Duration) = (Duration::from_secs(15), Duration::from_secs(10));

/// Keeps the connection, and opens another when it is over.
#[derive(Debug)]
pub(crate) struct Multiplexed {
    sender: Mutex<Option<http2::SendRequest<RequestBody>>>,
    tasks: TaskTracker,
}

impl Multiplexed {
    pub(crate) fn new(tasks: TaskTracker) -> Self {
        Self { sender: Mutex::new(None), tasks }
    }

    /// Returns what sends requests, and whether it was used before. Waiting for somebody else to connect counts
    /// as connecting.
    pub(crate) async fn sender(
        &self,
        connector: &Connector,
    ) -> Result<(http2::SendRequest<RequestBody>, bool), SendError> {
        let found = timeout(connector.patience, self.find(connector)).await;
        found.unwrap_or_else(|_elapsed| Err(SendError::Connect(too_long())))
    }

    async fn find(
        &self,
        connector: &Connector,
    ) -> Result<(http2::SendRequest<RequestBody>, bool), SendError> {
        let mut kept = self.sender.lock().await;
        if let Some(sender) = kept.as_ref().filter(|sender| !sender.is_closed()) {
            return Ok((sender.clone(), true));
        }
        let stream = connector.connect().await.map_err(SendError::Connect)?;
        if connector.origin.is_encrypted() && !stream.chose_http2() {
            let told = "the upstream does not speak HTTP/2";
            return Err(SendError::Connect(std::io::Error::other(told)));
        }
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .initial_stream_window_size(WINDOW_BYTES.0)
            .initial_connection_window_size(WINDOW_BYTES.1)
            .keep_alive_interval(PING.0)
            .keep_alive_timeout(PING.1)
            .keep_alive_while_idle(true);
        let begun = builder.handshake(TokioIo::new(stream)).await;
        let (sender, connection) = begun.map_err(SendError::Broken)?;
        self.tasks.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = &error as &dyn std::error::Error, "connection to an upstream ended");
            }
        });
        *kept = Some(sender.clone());
        Ok((sender, false))
    }

    /// Names the host as HTTP/2 does: beside the headers.
    pub(crate) fn address(&self, mut request: Request<RequestBody>, origin: &Origin) -> Request<RequestBody> {
        let host = request.headers().get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
        let mut parts = Parts::default();
        parts.scheme = Some(if origin.is_encrypted() { Scheme::HTTPS } else { Scheme::HTTP });
        parts.path_and_query = request.uri().path_and_query().cloned();
        parts.authority = host;
        if let Ok(uri) = Uri::from_parts(parts) {
            request.headers_mut().remove(HOST);
            request.headers_mut().remove(http::header::TRANSFER_ENCODING);
            *request.uri_mut() = uri;
        }
        *request.version_mut() = Version::HTTP_2;
        request
    }
}
