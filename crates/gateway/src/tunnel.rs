//! Connections that become something else: WebSocket, past which only bytes go.

use std::io;
use std::sync::Arc;

use http::header::{CONNECTION, HeaderValue, UPGRADE};
use http::response::Parts;
use http::{HeaderMap, StatusCode};
use hyper::client::conn::http1;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional;

use crate::answer::{Answer, AnswerBody, Line};
use crate::headers;
use crate::outbound::Outbound;
use crate::pool::Place;
use crate::upstream::{SendError, Upstream};

/// What an upstream makes of a request to become a WebSocket.
#[derive(Debug)]
pub enum Tunnelled {
    /// It does.
    Open(Tunnel),
    /// It answers as to any other request.
    Answered(Answer),
}

/// The upstream's end of a WebSocket.
#[derive(Debug)]
pub struct Tunnel {
    /// The head of the answer that opens it.
    pub head: Parts,
    upstream: OnUpgrade,
    _place: Place,
}

impl Tunnel {
    /// Lets bytes pass until both ends are done, and returns how many went to the upstream and came from it.
    ///
    /// # Errors
    /// An end broke.
    pub async fn join(self, client: Upgraded) -> io::Result<(u64, u64)> {
        let upstream = self.upstream.await.map_err(io::Error::other)?;
        copy_bidirectional(&mut TokioIo::new(client), &mut TokioIo::new(upstream)).await
    }
}

/// Tells whether a request asks for its connection to become a WebSocket.
pub fn asks_for_websocket(headers: &HeaderMap) -> bool {
    headers.get(UPGRADE).is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

impl Upstream {
    /// Sends a request that asks for a WebSocket, over a connection of its own.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn tunnel(self: Arc<Self>, outbound: Outbound) -> Result<Tunnelled, SendError> {
        let place = self.place().await?;
        let mut request = self.prepare(outbound);
        ask(request.headers_mut());
        let stream = self.connector().connect_for_http1().await.map_err(SendError::Connect)?;
        let mut builder = http1::Builder::new();
        builder.preserve_header_case(true);
        let begun = builder.handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = begun.map_err(SendError::Broken)?;
        self.tasks().spawn(connection.with_upgrades());
        let response =
            self.patiently(sender.send_request(request), None).await?.map_err(SendError::Broken)?;
        let (mut head, body) = response.into_parts();
        if head.status != StatusCode::SWITCHING_PROTOCOLS {
            headers::strip_hop_by_hop(&mut head.headers);
            let body = AnswerBody::new(body, Line::Shared { _place: place });
            return Ok(Tunnelled::Answered(Answer { head, body }));
        }
        let mut response = http::Response::from_parts(head, ());
        let upstream = hyper::upgrade::on(&mut response);
        let (mut head, ()) = response.into_parts();
        headers::strip_hop_by_hop(&mut head.headers);
        ask(&mut head.headers);
        Ok(Tunnelled::Open(Tunnel { head, upstream, _place: place }))
    }
}

/// Says for one connection what was said for the other.
fn ask(headers: &mut HeaderMap) {
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
}
