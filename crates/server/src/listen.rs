//! The one endpoint: accepts connections, serves requests, and ends in good order.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::serve::Front;

/// How long a client may take to send the head of a request.
const HEAD_WAIT: Duration = Duration::from_secs(30);

/// The largest head that is read, in bytes; a larger one is answered with 431 and no body. Twice what the
/// signature's verifier takes: what lies between is refused in the caller's protocol and recorded.
const HEAD_BYTES_MAX: usize = 128 << 10;

/// The most headers of a request.
const HEADERS_MAX: usize = 256;

/// How long open requests may take to end once the server stops.
const DRAIN_WAIT: Duration = Duration::from_secs(30);

/// Accepts connections until `stop`, then waits for those that are being served.
pub(crate) async fn listen(
    listener: TcpListener,
    front: Arc<Front>,
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
        let connection = serve_connection(socket, peer, Arc::clone(&front), &graceful);
        front.tasks.spawn(async move {
            connection.await;
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_WAIT, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were still open when the time to drain them ended");
    }
}

fn serve_connection(
    socket: TcpStream,
    peer: SocketAddr,
    front: Arc<Front>,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + 'static {
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(error = &error as &dyn std::error::Error, "small packets may be held back");
    }
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX));
    let service = service_fn(move |request| {
        let front = Arc::clone(&front);
        async move { Ok::<_, Infallible>(front.answer(request, peer).await) }
    });
    let connection = graceful.watch(builder.serve_connection(TokioIo::new(socket), service).into_owned());
    async move {
        if let Err(error) = connection.await {
            tracing::debug!(peer = %peer, error = &*error, "connection ended early");
        }
    }
}
