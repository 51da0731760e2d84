//! Upstreams behind TLS.

use std::path::PathBuf;
use std::sync::Arc;

use cairn_gateway::{Protocol, SendError, UpstreamConfig};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::world::{World, config};

/// Makes an authority's file, and what serves `localhost` under it.
fn authority(dir: &tempfile::TempDir, alpn: &[&[u8]]) -> (PathBuf, TlsAcceptor) {
    let authority_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(params, authority_key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let file = dir.path().join("authority.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut server = builder.with_single_cert(vec![certificate.der().clone()], key).unwrap();
    server.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    (file, TlsAcceptor::from(Arc::new(server)))
}

async fn world(change: impl FnOnce(UpstreamConfig) -> UpstreamConfig) -> World {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    World::before(listener, change(config(&origin))).await
}

#[tokio::test]
async fn an_upstream_is_trusted_by_its_authority() {
    let dir = tempfile::tempdir().unwrap();
    let (file, acceptor) = authority(&dir, &[]);
    let world = world(|config| UpstreamConfig { authority: Some(file), ..config }).await;
    let mut client = world.client().await;
    client.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
    let mut stream = acceptor.accept(world.accept().await.socket).await.unwrap();
    let mut seen = [0; 27];
    stream.read_exact(&mut seen).await.unwrap();
    assert_eq!(&seen, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    stream.write_all(answer.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    client.hears(answer).await;
}

#[tokio::test]
async fn an_upstream_that_nobody_vouches_for_sees_no_request() {
    let dir = tempfile::tempdir().unwrap();
    let (_file, acceptor) = authority(&dir, &[]);
    let mut world = world(|config| config).await;
    let mut client = world.client().await;
    client.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert!(acceptor.accept(world.accept().await.socket).await.is_err());
    let error = world.error().await;
    assert!(matches!(error, SendError::Connect(_)) && !error.may_have_arrived(), "{error:?}");
}

#[tokio::test]
async fn http2_is_spoken_only_where_it_was_chosen() {
    let dir = tempfile::tempdir().unwrap();
    let (file, acceptor) = authority(&dir, &[b"http/1.1"]);
    let change = |config| UpstreamConfig { authority: Some(file), protocol: Protocol::Http2, ..config };
    let mut world = world(change).await;
    let mut client = world.client().await;
    client.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
    let accepted = acceptor.accept(world.accept().await.socket).await;
    assert!(matches!(world.error().await, SendError::Connect(_)));
    drop(accepted);
}

#[tokio::test]
async fn a_websocket_is_asked_for_over_http1_whatever_is_spoken_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let (file, acceptor) = authority(&dir, &[b"h2", b"http/1.1"]);
    let change = |config| UpstreamConfig { authority: Some(file), protocol: Protocol::Http2, ..config };
    let world = world(change).await;
    let mut client = world.client().await;
    client.say("GET /mqtt HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n").await;
    let mut stream = acceptor.accept(world.accept().await.socket).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let mut seen = [0; 18];
    stream.read_exact(&mut seen).await.unwrap();
    assert_eq!(&seen, b"GET /mqtt HTTP/1.1");
    stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno").await.unwrap();
    stream.flush().await.unwrap();
    client.hear_until("\r\n\r\nno").await;
}
