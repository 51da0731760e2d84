//! The one endpoint: accepts connections, serves requests, and ends in good order.

mod impatient;
mod opening;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use self::impatient::Impatient;
use self::opening::{Opened, Secrecy, open};
use crate::serve::Front;
use crate::telemetry;

/// How long a client may take to send the head of a request.
const HEAD_WAIT: Duration = Duration::from_secs(30);

/// How long a client may take nothing of what is sent to it; then its connection ends, and what it holds is free.
const SEND_WAIT: Duration = Duration::from_secs(60);

/// The largest head that is read, in bytes; a larger one is answered with 431 and no body. Twice what the
/// signature's verifier takes: what lies between is refused in the caller's protocol and recorded.
const HEAD_BYTES_MAX: u32 = 128 << 10;

/// The most headers of a request.
const HEADERS_MAX: usize = 256;

/// The most requests that one HTTP/2 connection may have open; the client waits with more.
const STREAMS_MAX: u32 = 128;

/// The most requests that an HTTP/2 client may take back before they were looked at; more end the connection.
/// Opening and resetting streams is cheaper for the client than for the server.
const RESETS_MAX: usize = 64;

/// How much of a request's body an HTTP/2 client may send ahead: of one request, and of all on a connection.
const WINDOW_BYTES: (u32, u32) = (1 << 20, 4 << 20);

/// How often an HTTP/2 client must show that it is still there, and how long it may take to.
const PING: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(20));

/// How long open requests may take to end once the server stops.
const DRAIN_WAIT: Duration = Duration::from_secs(30);

/// Accepts connections until `stop`, then waits for those that are being served.
pub(crate) async fn listen(
    listener: TcpListener,
    front: Arc<Front>,
    tls: Option<TlsAcceptor>,
    connections_max: usize,
    stop: CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(connections_max));
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        let (socket, peer) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "connection not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let connection = Connection { peer, front: Arc::clone(&front), watcher: graceful.watcher() };
        let (tls, stop) = (tls.clone(), stop.clone());
        front.tasks.spawn(async move {
            connection.serve(socket, tls, stop).await;
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_WAIT, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were still open when the time to drain them ended");
    }
}

/// One connection that was accepted.
struct Connection {
    peer: SocketAddr,
    front: Arc<Front>,
    watcher: Watcher,
}

impl Connection {
    async fn serve(self, socket: TcpStream, tls: Option<TlsAcceptor>, stop: CancellationToken) {
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(error = &error as &dyn std::error::Error, "small packets may be held back");
        }
        let opened = tokio::select! {
            () = stop.cancelled() => return,
            opened = open(socket, tls) => opened,
        };
        match opened {
            Ok(Opened::Clear(socket, secrecy)) => self.talk(socket, secrecy).await,
            Ok(Opened::Encrypted(stream, secrecy)) => self.talk(stream, secrecy).await,
            Err(error) => {
                telemetry::connection_failed("handshake");
                tracing::debug!(peer = %self.peer, error = &error as &dyn std::error::Error, "no handshake");
            }
        }
    }

    async fn talk(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, secrecy: Secrecy) {
        let Self { peer, front, watcher } = self;
        let begun = Arc::new(AtomicBool::new(false));
        let spoken = Arc::clone(&begun);
        let service = service_fn(move |request| {
            spoken.store(true, Ordering::Relaxed);
            let (front, secrecy) = (Arc::clone(&front), secrecy.clone());
            async move {
                Ok::<_, Infallible>(match secrecy {
                    Secrecy::Tls(tls) => front.answer(request, peer, Some(tls)).await,
                    Secrecy::None => front.answer(request, peer, None).await,
                    Secrecy::Missing => front.refuse_in_the_clear(request, peer),
                })
            }
        });
        let builder = builder();
        let connection =
            builder.serve_connection_with_upgrades(TokioIo::new(Impatient::new(stream, SEND_WAIT)), service);
        let mut connection = std::pin::pin!(watcher.watch(connection));
        // Until a request has begun, HTTP's own limits know of no request that could take too long.
        let ended = match tokio::time::timeout(HEAD_WAIT, connection.as_mut()).await {
            Ok(ended) => ended,
            Err(_elapsed) if begun.load(Ordering::Relaxed) => connection.await,
            Err(_elapsed) => {
                telemetry::connection_failed("silent");
                return;
            }
        };
        if let Err(error) = ended {
            tracing::debug!(peer = %peer, error = &*error, "connection ended early");
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .max_buf_size(HEAD_BYTES_MAX as usize)
        .max_headers(HEADERS_MAX)
        // What is forwarded reaches the upstream, and its answer the client, as it was written.
        .preserve_header_case(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEAD_BYTES_MAX)
        .max_concurrent_streams(STREAMS_MAX)
        .max_pending_accept_reset_streams(RESETS_MAX)
        .max_local_error_reset_streams(RESETS_MAX)
        .initial_stream_window_size(WINDOW_BYTES.0)
        .initial_connection_window_size(WINDOW_BYTES.1)
        .keep_alive_interval(PING.0)
        .keep_alive_timeout(PING.1);
    builder
}
