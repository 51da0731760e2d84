//! Sending a request to an upstream, and what can go wrong.

use std::future::poll_fn;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use http::uri::PathAndQuery;
use http::{Method, Request, Response, Uri, Version};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use tokio_util::task::TaskTracker;

use crate::answer::{Answer, AnswerBody, Line};
use crate::connect::Connector;
use crate::connection::Connection;
use crate::gate::Gate;
use crate::headers::{self, Forwarded};
use crate::multiplexed::Multiplexed;
use crate::origin::Origin;
use crate::outbound::{Departure, Outbound, RequestBody};
use crate::pool::{Place, Pool};
use crate::tap::Tap;
use crate::telemetry::Telemetry;
use crate::trust::{self, TrustError};

/// What is known of an upstream before it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamConfig {
    /// What it is called in settings, logs and metrics.
    pub name: String,
    /// Where it is.
    pub origin: Origin,
    /// Whose certificates are trusted; those that the machine trusts if absent.
    pub authority: Option<PathBuf>,
    /// Which HTTP is spoken with it.
    pub protocol: Protocol,
    /// Whether it is told where requests come from.
    pub forwarded: Forwarded,
    /// How long it may take.
    pub timeouts: Timeouts,
    /// The most calls that are with it at a time.
    pub calls_max: usize,
    /// The most calls that wait for their turn; more are refused.
    pub waiting_max: usize,
}

/// Which HTTP is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2, over one connection; over TLS only if the upstream chooses it.
    Http2,
}

/// How long an upstream may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To take a connection, its handshake included.
    pub connect: Duration,
    /// To begin its answer, while nothing of the request moves.
    pub answer: Duration,
    /// To say `100 Continue`, before it is sent the body without.
    pub go_ahead: Duration,
    /// The client, to send a byte more of a body that the upstream waits for.
    pub upload: Duration,
}

/// An upstream did not answer. Each says whether the request can have reached it.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Too many calls wait for it. It has seen nothing.
    #[error("reach the upstream: too many calls wait for it")]
    Crowded,
    /// It could not be connected to. It has seen nothing.
    #[error("connect to the upstream")]
    Connect(#[source] io::Error),
    /// It did not begin its answer in time. It may have done what was asked.
    #[error("hear from the upstream: it did not begin its answer in time")]
    Silent,
    /// The connection broke, or the answer is not HTTP. It may have done what was asked.
    #[error("hear from the upstream")]
    Broken(#[source] hyper::Error),
    /// The client did not send its request to the end. The upstream has seen a part of it.
    #[error("read the request to its end")]
    Abandoned(#[source] hyper::Error),
}

impl SendError {
    /// Tells whether the upstream can have seen the request.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Crowded | Self::Connect(_) => false,
            Self::Silent | Self::Broken(_) | Self::Abandoned(_) => true,
        }
    }
}

/// An upstream. Cheap to share.
pub struct Upstream {
    name: String,
    connector: Connector,
    protocol: Protocol,
    forwarded: Forwarded,
    timeouts: Timeouts,
    pool: Arc<Pool>,
    multiplexed: Multiplexed,
    /// Those of connections that calls do not drive themselves. Nobody waits for them: calls that use such a
    /// connection are waited for where they are made.
    tasks: TaskTracker,
    telemetry: Telemetry,
}

impl Upstream {
    /// Prepares calls; nobody is called yet.
    ///
    /// # Errors
    /// The file with the authority's certificates can't be used.
    pub fn open(config: &UpstreamConfig) -> Result<Self, TrustError> {
        let tasks = TaskTracker::new();
        let tls = match config.origin.is_encrypted() {
            true => Some(trust::tls(config.authority.as_deref())?),
            false => None,
        };
        Ok(Self {
            name: config.name.clone(),
            connector: Connector::new(config.origin.clone(), tls, config.timeouts.connect, config.protocol),
            protocol: config.protocol,
            forwarded: config.forwarded,
            timeouts: config.timeouts,
            pool: Arc::new(Pool::new(config.calls_max, config.waiting_max)),
            multiplexed: Multiplexed::new(tasks.clone()),
            tasks,
            telemetry: Telemetry::of(&config.name),
        })
    }

    /// Returns what it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Connects, and says nothing.
    ///
    /// # Errors
    /// It can't be connected to.
    pub async fn reach(&self) -> io::Result<()> {
        self.connector.connect().await.map(drop)
    }

    /// Closes connections that were not used for a while, and tells how many are kept.
    pub fn sweep(&self) {
        self.pool.sweep();
        self.telemetry.kept(self.pool.idle_count());
    }

    /// Sends a request, and waits until the answer begins.
    ///
    /// Dropping this ends the connection that the request went over: what the upstream made of it stays
    /// unknown.
    ///
    /// # Errors
    /// No answer came; [`SendError`] says whether the request can have reached the upstream.
    pub async fn send(self: Arc<Self>, outbound: Outbound) -> Result<Answer, SendError> {
        let answered = self.send_and_wait(outbound).await;
        if let Err(error) = &answered {
            self.telemetry.failed(error);
        }
        answered
    }

    async fn send_and_wait(&self, outbound: Outbound) -> Result<Answer, SendError> {
        let place = self.place().await?;
        let seen = Watched { tap: outbound.body.tap(), departure: outbound.departure.clone() };
        let request = self.prepare(outbound);
        let (response, line) = match self.protocol {
            Protocol::Http1 => {
                let (response, connection) = self.over_own(request, &seen).await?;
                (
                    response,
                    Line::Own { connection: Box::new(connection), pool: Arc::clone(&self.pool), place },
                )
            }
            Protocol::Http2 => {
                let response = self.over_shared(request, &seen).await?;
                (response, Line::Shared { _place: place })
            }
        };
        let (mut head, incoming) = response.into_parts();
        headers::strip_hop_by_hop(&mut head.headers);
        head.version = Version::HTTP_11;
        let mut body = AnswerBody::new(incoming, line);
        if body.is_end_stream() {
            poll_fn(|cx| {
                body.settle(cx);
                Poll::Ready(())
            })
            .await;
        }
        Ok(Answer { head, body })
    }

    pub(crate) async fn place(&self) -> Result<Place, SendError> {
        self.pool.place().await.map_err(|_crowded| SendError::Crowded)
    }

    pub(crate) fn connector(&self) -> &Connector {
        &self.connector
    }

    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    /// Makes the request that the upstream sees: the client's, without what was meant for its connection alone.
    pub(crate) fn prepare(&self, outbound: Outbound) -> Request<RequestBody> {
        let Outbound { mut head, mut body, client, departure: _ } = outbound;
        headers::strip_hop_by_hop(&mut head.headers);
        if self.forwarded == Forwarded::Told {
            headers::tell(&mut head.headers, &client);
        }
        // HTTP/2 names the host beside the headers; a client that speaks to us as to a proxy names it twice.
        if head.version == Version::HTTP_2
            && let Some(authority) = head.uri.authority()
            && let Ok(host) = authority.as_str().parse()
        {
            head.headers.insert(http::header::HOST, host);
        }
        let target = head.uri.path_and_query().cloned();
        head.uri = Uri::from(target.unwrap_or_else(|| PathAndQuery::from_static("/")));
        head.version = Version::HTTP_11;
        body = body.within(self.timeouts.upload);
        let waits = head
            .headers
            .get(http::header::EXPECT)
            .is_some_and(|expected| expected.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        if !waits || body.is_whole() || self.protocol == Protocol::Http2 {
            return Request::from_parts(head, body);
        }
        let (gate, opener) = Gate::new(self.timeouts.go_ahead);
        body = body.behind(gate);
        let mut request = Request::from_parts(head, body);
        hyper::ext::on_informational(&mut request, move |told| {
            if told.status() == http::StatusCode::CONTINUE {
                opener.open();
            }
        });
        request
    }

    /// Sends a request over a connection of its own: one that was used before, or a new one. A connection that
    /// was used before may have been closed by the upstream just now: what it has not seen is sent again.
    async fn over_own(
        &self,
        mut request: Request<RequestBody>,
        seen: &Watched,
    ) -> Result<(Response<Incoming>, Connection), SendError> {
        if let Some(mut connection) = self.pool.take().await {
            let copy = copy(&request);
            let failed = match self.exchange(&mut connection, request, seen).await? {
                Ok(response) => return Ok((response, connection)),
                Err(failed) => failed,
            };
            match failed.unsent.or(copy) {
                Some(again) => request = again,
                None => return Err(seen.broken(failed.error)),
            }
            self.telemetry.sent_again();
        }
        let stream = self.connector.connect().await.map_err(SendError::Connect)?;
        let mut connection = Connection::begin(stream).await.map_err(SendError::Broken)?;
        self.telemetry.connected();
        match self.exchange(&mut connection, request, seen).await? {
            Ok(response) => Ok((response, connection)),
            Err(failed) => Err(seen.broken(failed.error)),
        }
    }

    async fn exchange(
        &self,
        connection: &mut Connection,
        request: Request<RequestBody>,
        seen: &Watched,
    ) -> Result<Result<Response<Incoming>, Failed>, SendError> {
        seen.departure.pass();
        let mut sent = connection.give(request);
        let answering = poll_fn(|cx| {
            connection.drive(cx);
            sent.as_mut().poll(cx)
        });
        Ok(self.patiently(answering, seen.tap.as_deref()).await?.map_err(Failed::from))
    }

    async fn over_shared(
        &self,
        request: Request<RequestBody>,
        seen: &Watched,
    ) -> Result<Response<Incoming>, SendError> {
        let copy = copy(&request);
        let (mut sender, used) = self.multiplexed.sender(&self.connector).await?;
        let request = self.multiplexed.address(request, &self.connector.origin);
        seen.departure.pass();
        let tap = seen.tap.as_deref();
        let failed = match self.patiently(sender.try_send_request(request), tap).await? {
            Ok(response) => return Ok(response),
            Err(failed) => Failed::from(failed),
        };
        let again = failed.unsent.or(copy).filter(|_| used);
        let Some(again) = again else { return Err(seen.broken(failed.error)) };
        self.telemetry.sent_again();
        let (mut sender, _used) = self.multiplexed.sender(&self.connector).await?;
        let again = self.multiplexed.address(again, &self.connector.origin);
        let answered = self.patiently(sender.try_send_request(again), tap).await?;
        answered.map_err(|failed| seen.broken(failed.into_error()))
    }

    /// Waits for an answer as long as something of the request moves, and then a while.
    pub(crate) async fn patiently<T>(
        &self,
        answering: impl Future<Output = T>,
        tap: Option<&Tap>,
    ) -> Result<T, SendError> {
        let mut answering = std::pin::pin!(answering);
        let mut moved = 0;
        loop {
            if let Ok(answered) = tokio::time::timeout(self.timeouts.answer, answering.as_mut()).await {
                return Ok(answered);
            }
            let bytes = tap.map_or(0, Tap::bytes);
            if bytes == moved {
                return Err(SendError::Silent);
            }
            moved = bytes;
        }
    }
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upstream").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What is seen of a request on its way.
struct Watched {
    tap: Option<Arc<Tap>>,
    departure: Departure,
}

impl Watched {
    /// Tells whose fault it is that no answer came. Over HTTP/2 the error alone does not say that it was the body's.
    fn broken(&self, error: hyper::Error) -> SendError {
        let is_clients = error.is_user() || self.tap.as_ref().is_some_and(|tap| tap.is_broken());
        if is_clients { SendError::Abandoned(error) } else { SendError::Broken(error) }
    }
}

/// A request that no answer came to.
struct Failed {
    error: hyper::Error,
    /// The request, where nothing of it was sent.
    unsent: Option<Request<RequestBody>>,
}

impl From<TrySendError<Request<RequestBody>>> for Failed {
    fn from(mut failed: TrySendError<Request<RequestBody>>) -> Self {
        let unsent = failed.take_message();
        Self { error: failed.into_error(), unsent }
    }
}

/// Copies a request that may be sent twice without doing anything twice.
fn copy(request: &Request<RequestBody>) -> Option<Request<RequestBody>> {
    let body = request.body().copy().filter(|body| body.is_end_stream() && !acts(request))?;
    let mut copy = Request::new(body);
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.version_mut() = request.version();
    *copy.headers_mut() = request.headers().clone();
    *copy.extensions_mut() = request.extensions().clone();
    Some(copy)
}

/// Tells whether a request may do something, whatever its method says: services that are asked by query take
/// `GET /?Action=DeleteQueue` as well. A name that is escaped is taken for that one.
fn acts<B>(request: &Request<B>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let names = query.split(['&', ';']).map(|pair| pair.split('=').next().unwrap_or_default());
    ![Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method())
        || request.headers().contains_key("x-amz-target")
        || names.into_iter().any(|name| name.contains('%') || name.eq_ignore_ascii_case("action"))
}
