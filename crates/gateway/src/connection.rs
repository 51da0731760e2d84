//! One HTTP/1.1 connection to an upstream, driven by the call that uses it.
//!
//! Between calls nobody drives it; whether the upstream has closed it meanwhile shows when it is taken up again.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http1};
use hyper_util::rt::TokioIo;
use tokio::time::Instant;

use crate::connect::Stream;
use crate::outbound::RequestBody;

/// The most headers of an answer.
const HEADERS_MAX: usize = 256;

/// How much of an answer is read ahead of whoever takes it, in bytes.
const BUFFER_BYTES_MAX: usize = 256 << 10;

/// What comes of a request that was sent.
pub(crate) type Sent =
    Pin<Box<dyn Future<Output = Result<Response<Incoming>, TrySendError<Request<RequestBody>>>> + Send>>;

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    sender: http1::SendRequest<RequestBody>,
    /// Absent once the connection is over.
    driver: Option<http1::Connection<TokioIo<Stream>, RequestBody>>,
    idle_since: Instant,
}

impl Connection {
    pub(crate) async fn begin(stream: Stream) -> hyper::Result<Self> {
        let mut builder = http1::Builder::new();
        builder.preserve_header_case(true).max_headers(HEADERS_MAX).max_buf_size(BUFFER_BYTES_MAX);
        let (sender, driver) = builder.handshake(TokioIo::new(stream)).await?;
        Ok(Self { sender, driver: Some(driver), idle_since: Instant::now() })
    }

    /// Gives the connection a request; it is sent as the connection is driven.
    pub(crate) fn give(&mut self, request: Request<RequestBody>) -> Sent {
        Box::pin(self.sender.try_send_request(request))
    }

    /// Lets bytes pass both ways, until nothing more is possible at present.
    pub(crate) fn drive(&mut self, cx: &mut Context<'_>) {
        let Some(driver) = &mut self.driver else { return };
        if let Poll::Ready(ended) = driver.poll_without_shutdown(cx) {
            if let Err(error) = ended {
                tracing::debug!(error = &error as &dyn std::error::Error, "connection to an upstream ended");
            }
            self.driver = None;
        }
    }

    /// Tells whether the connection is over.
    pub(crate) fn is_over(&self) -> bool {
        self.driver.is_none()
    }

    /// Tells whether the connection takes another request, after what has come in since.
    pub(crate) fn takes_another(&mut self, cx: &mut Context<'_>) -> bool {
        self.drive(cx);
        !self.is_over() && self.sender.is_ready()
    }

    pub(crate) fn rest(&mut self) {
        self.idle_since = Instant::now();
    }

    pub(crate) fn has_rested(&self, length: Duration) -> bool {
        self.idle_since.elapsed() >= length
    }
}
