//! HTTP/2 on either side.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use cairn_gateway::{Protocol, SendError};
use http::{Request, Response, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2 as client;
use hyper::server::conn::http2 as server;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use crate::world::World;

/// Sends one request over HTTP/2 to the gateway.
async fn send(world: &World, request: Request<Full<Bytes>>) -> Response<Incoming> {
    let socket = TcpStream::connect(world.address).await.unwrap();
    let (mut sender, connection) =
        client::handshake(TokioExecutor::new(), TokioIo::new(socket)).await.unwrap();
    world.spawn(connection);
    sender.send_request(request).await.unwrap()
}

#[tokio::test]
async fn a_client_of_http2_names_its_host_to_an_upstream_of_http1() {
    let world = World::new().await;
    let request = Request::put("http://b.s3.localhost:8333/k?x=%2B")
        .version(Version::HTTP_2)
        .header("x-amz-meta-a", "1")
        .header("content-length", "5")
        .body(Full::new(Bytes::from_static(b"hello")))
        .unwrap();
    let upstream = async {
        let mut upstream = world.accept().await;
        let seen = upstream.hear_until("hello").await;
        assert_eq!(
            seen,
            "PUT /k?x=%2B HTTP/1.1\r\nx-amz-meta-a: 1\r\ncontent-length: 5\r\nhost: b.s3.localhost:8333\r\n\r\nhello"
        );
        upstream.say("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 2\r\n\r\nok").await;
        upstream
    };
    let (response, _upstream) = tokio::join!(send(&world, request), upstream);
    assert_eq!((response.status().as_u16(), &response.headers()["etag"]), (200, &"\"a\"".parse().unwrap()));
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "ok");
}

#[tokio::test]
async fn an_upstream_of_http2_sees_the_host_that_was_signed() {
    let world = World::with(|config| cairn_gateway::UpstreamConfig { protocol: Protocol::Http2, ..config });
    let world = world.await;
    let (socket, _) = tokio::join!(world.accept(), async {
        let mut client = world.client().await;
        client.say("POST /a//b?c HTTP/1.1\r\nHost: sqs.example:1\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n").await;
        world.spawn(async move {
            client.hears("HTTP/1.1 200 OK\r\nx-host: sqs.example:1\r\n").await;
            client.hear_end().await
        });
    });
    let (told, mut heard) = tokio::sync::mpsc::channel(1);
    let service = service_fn(move |request: Request<Incoming>| {
        let told = told.clone();
        async move {
            let (head, body) = request.into_parts();
            let host = head.uri.authority().unwrap().as_str().to_owned();
            let body = body.collect().await.unwrap().to_bytes();
            let target = head.uri.path_and_query().unwrap().as_str().to_owned();
            told.send((head.version, target, head.headers.contains_key("host"), body)).await.unwrap();
            let response = Response::builder().header("x-host", host);
            Ok::<_, Infallible>(response.body(Full::new(Bytes::from_static(b"ok"))).unwrap())
        }
    });
    let serving =
        server::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket.socket), service);
    world.spawn(serving);
    let seen = tokio::time::timeout(crate::world::LIMIT, heard.recv()).await.unwrap().unwrap();
    assert_eq!(seen, (Version::HTTP_2, "/a//b?c".to_owned(), false, Bytes::from_static(b"one")));
}

#[tokio::test]
async fn an_upload_of_which_nothing_comes_is_its_clients_fault() {
    let change = |mut config: cairn_gateway::UpstreamConfig| {
        config.timeouts.upload = Duration::from_millis(50);
        cairn_gateway::UpstreamConfig { protocol: Protocol::Http2, ..config }
    };
    let mut world = World::with(change).await;
    let mut client = world.client().await;
    client.say("PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf").await;
    let service = service_fn(|request: Request<Incoming>| async {
        drop(request.into_body().collect().await);
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::new())))
    });
    let socket = TokioIo::new(world.accept().await.socket);
    world.spawn(server::Builder::new(TokioExecutor::new()).serve_connection(socket, service));
    let error = world.error().await;
    assert!(matches!(error, SendError::Abandoned(_)), "{error:?}");
}

#[tokio::test]
async fn callers_do_not_wait_for_each_other_longer_than_connecting_may_take() {
    let change = |config: cairn_gateway::UpstreamConfig| {
        let timeouts = cairn_gateway::Timeouts { connect: Duration::from_secs(1), ..config.timeouts };
        // Encrypted, and nobody shakes hands.
        let origin = format!("https{}", config.origin.to_string().trim_start_matches("http"));
        let origin = origin.parse().unwrap();
        cairn_gateway::UpstreamConfig { protocol: Protocol::Http2, origin, timeouts, ..config }
    };
    let mut world = World::with(change).await;
    let started = tokio::time::Instant::now();
    let mut clients = Vec::new();
    for _ in 0..6 {
        let mut client = world.client().await;
        client.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
        clients.push(client);
    }
    for _ in 0..6 {
        assert!(matches!(world.error().await, SendError::Connect(_)));
    }
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}
