//! A gateway between sockets.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use cairn_gateway::{
    Answer, AnswerBody, Departure, Forwarded, Outbound, Peer, Protocol, RequestBody, SendError, Tap,
    Timeouts, Tunnelled, Upstream, UpstreamConfig, asks_for_websocket,
};
use http::{Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

/// How long anything in these tests may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// A gateway, and the upstream behind it, whose connections the test takes one by one.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) listener: TcpListener,
    /// What the gateway made of calls that had no answer.
    pub(crate) errors: mpsc::Receiver<SendError>,
    tasks: TaskTracker,
}

/// A socket that is read and written by hand.
pub(crate) struct Wire {
    pub(crate) socket: TcpStream,
    read: Vec<u8>,
}

pub(crate) fn config(origin: &str) -> UpstreamConfig {
    UpstreamConfig {
        name: "test".to_owned(),
        origin: origin.parse().unwrap(),
        authority: None,
        protocol: Protocol::Http1,
        forwarded: Forwarded::Untold,
        timeouts: Timeouts {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(10),
            go_ahead: Duration::from_secs(10),
            upload: Duration::from_secs(10),
        },
        calls_max: 8,
        waiting_max: 8,
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|config| config).await
    }

    pub(crate) async fn with(change: impl FnOnce(UpstreamConfig) -> UpstreamConfig) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        Self::before(listener, change(config(&origin))).await
    }

    /// A gateway before an upstream that somebody else is.
    pub(crate) async fn before(listener: TcpListener, config: UpstreamConfig) -> Self {
        let tasks = TaskTracker::new();
        let upstream = Arc::new(Upstream::open(&config).unwrap());
        let front = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = front.local_addr().unwrap();
        let (told, errors) = mpsc::channel(16);
        tasks.spawn(serve(front, upstream, told, tasks.clone()));
        Self { address, listener, errors, tasks }
    }

    pub(crate) async fn client(&self) -> Wire {
        Wire::new(TcpStream::connect(self.address).await.unwrap())
    }

    /// Takes the next connection that the gateway opens.
    pub(crate) async fn accept(&self) -> Wire {
        let (socket, _) = timeout(LIMIT, self.listener.accept()).await.expect("a connection").unwrap();
        Wire::new(socket)
    }

    pub(crate) fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) {
        self.tasks.spawn(async move { drop(work.await) });
    }

    pub(crate) async fn error(&mut self) -> SendError {
        timeout(LIMIT, self.errors.recv()).await.expect("an error").unwrap()
    }
}

type AnyBody = UnsyncBoxBody<bytes::Bytes, hyper::Error>;

async fn serve(
    front: TcpListener,
    upstream: Arc<Upstream>,
    told: mpsc::Sender<SendError>,
    tasks: TaskTracker,
) {
    while let Ok((socket, peer)) = front.accept().await {
        let (upstream, told) = (Arc::clone(&upstream), told.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            let (upstream, told) = (Arc::clone(&upstream), told.clone());
            async move { Ok::<_, Infallible>(answer(upstream, told, request, peer).await) }
        });
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().preserve_header_case(true).auto_date_header(false);
        tasks.spawn(async move {
            drop(builder.serve_connection_with_upgrades(TokioIo::new(socket), service).await);
        });
    }
}

async fn answer(
    upstream: Arc<Upstream>,
    told: mpsc::Sender<SendError>,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<AnyBody> {
    let (head, body) = request.into_parts();
    let body = RequestBody::streams(bytes::Bytes::new(), body, Arc::new(Tap::counting()));
    let client = Peer { address: peer.ip(), encrypted: false };
    if asks_for_websocket(&head.headers) {
        return tunnel(upstream, Outbound { head, body, client, departure: Departure::default() }).await;
    }
    match upstream.send(Outbound { head, body, client, departure: Departure::default() }).await {
        Ok(Answer { head, body }) => Response::from_parts(head, AnswerBody::boxed_unsync(body)),
        Err(error) => {
            told.send(error).await.unwrap();
            let mut response =
                Response::new(Empty::new().map_err(|never: Infallible| match never {}).boxed_unsync());
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        }
    }
}

async fn tunnel(upstream: Arc<Upstream>, mut outbound: Outbound) -> Response<AnyBody> {
    let mut asked = Request::from_parts(outbound.head, ());
    let client = hyper::upgrade::on(&mut asked);
    (outbound.head, ()) = asked.into_parts();
    match upstream.tunnel(outbound).await.unwrap() {
        Tunnelled::Open(tunnel) => {
            let head = tunnel.head.clone();
            TaskTracker::new().spawn(async move { tunnel.join(client.await.unwrap()).await });
            let body = Empty::new().map_err(|never: Infallible| match never {});
            Response::from_parts(head, body.boxed_unsync())
        }
        Tunnelled::Answered(Answer { head, body }) => Response::from_parts(head, body.boxed_unsync()),
    }
}

impl Wire {
    pub(crate) fn new(socket: TcpStream) -> Self {
        Self { socket, read: Vec::new() }
    }

    pub(crate) async fn say(&mut self, text: impl AsRef<[u8]>) {
        self.socket.write_all(text.as_ref()).await.unwrap();
    }

    /// Reads until what came ends so, and returns all of it.
    pub(crate) async fn hear_until(&mut self, end: &str) -> String {
        let heard = timeout(LIMIT, async {
            loop {
                if let Some(at) = find(&self.read, end.as_bytes()) {
                    return self.read.drain(..at + end.len()).collect::<Vec<u8>>();
                }
                let mut more = [0; 4096];
                let count = self.socket.read(&mut more).await.unwrap();
                assert!(count > 0, "ended after {:?}", String::from_utf8_lossy(&self.read));
                self.read.extend_from_slice(&more[..count]);
            }
        });
        let heard = heard.await;
        let heard =
            heard.unwrap_or_else(|_| panic!("{end:?} after {:?}", String::from_utf8_lossy(&self.read)));
        String::from_utf8(heard).unwrap()
    }

    /// Reads exactly what is expected, and nothing else.
    pub(crate) async fn hears(&mut self, expected: &str) {
        assert_eq!(self.hear_until(expected).await, expected);
    }

    /// Reads until the other side closes; an error counts as that.
    pub(crate) async fn hear_end(&mut self) -> String {
        let rest = timeout(LIMIT, self.socket.read_to_end(&mut self.read)).await.expect("an end");
        drop(rest);
        String::from_utf8(std::mem::take(&mut self.read)).unwrap()
    }

    /// Tells whether nothing comes for a while.
    pub(crate) async fn hears_nothing(&mut self) -> bool {
        let mut more = [0; 1];
        self.read.is_empty()
            && timeout(Duration::from_millis(150), self.socket.read(&mut more)).await.is_err()
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
