//! A new connection to an upstream.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::origin::Origin;
use crate::upstream::Protocol;

/// Opens connections to one place.
pub(crate) struct Connector {
    pub(crate) origin: Origin,
    /// Absent where connections are in the clear.
    tls: Option<Tls>,
    pub(crate) patience: Duration,
}

/// What shakes hands; each offers other protocols.
struct Tls {
    usual: TlsConnector,
    http1: TlsConnector,
}

/// A connection, encrypted or not.
#[derive(Debug)]
pub(crate) enum Stream {
    Clear(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl Connector {
    pub(crate) fn new(
        origin: Origin,
        tls: Option<rustls::ClientConfig>,
        patience: Duration,
        protocol: Protocol,
    ) -> Self {
        let usual: &[&[u8]] = match protocol {
            Protocol::Http1 => &[b"http/1.1"],
            Protocol::Http2 => &[b"h2", b"http/1.1"],
        };
        let tls = tls.map(|config| Tls {
            usual: offering(config.clone(), usual),
            http1: offering(config, &[b"http/1.1"]),
        });
        Self { origin, tls, patience }
    }

    /// Connects, and shakes hands where that is asked for.
    pub(crate) async fn connect(&self) -> io::Result<Stream> {
        self.open_in_time(self.tls.as_ref().map(|tls| &tls.usual)).await
    }

    /// Connects for HTTP/1.1, whatever is spoken otherwise.
    pub(crate) async fn connect_for_http1(&self) -> io::Result<Stream> {
        self.open_in_time(self.tls.as_ref().map(|tls| &tls.http1)).await
    }

    async fn open_in_time(&self, tls: Option<&TlsConnector>) -> io::Result<Stream> {
        timeout(self.patience, self.open(tls)).await.unwrap_or_else(|_elapsed| Err(too_long()))
    }

    async fn open(&self, tls: Option<&TlsConnector>) -> io::Result<Stream> {
        let socket = TcpStream::connect(self.origin.address()).await?;
        socket.set_nodelay(true)?;
        let Some(tls) = tls else { return Ok(Stream::Clear(socket)) };
        let name = ServerName::try_from(self.origin.host.clone()).map_err(io::Error::other)?;
        Ok(Stream::Encrypted(Box::new(tls.connect(name, socket).await?)))
    }
}

fn offering(mut config: rustls::ClientConfig, protocols: &[&[u8]]) -> TlsConnector {
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

pub(crate) fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "it took too long to connect")
}

impl Stream {
    /// Tells whether the other side chose HTTP/2.
    pub(crate) fn chose_http2(&self) -> bool {
        match self {
            Self::Clear(_) => false,
            Self::Encrypted(stream) => stream.get_ref().1.alpn_protocol() == Some(b"h2"),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(socket) => Pin::new(socket).poll_read(cx, into),
            Self::Encrypted(stream) => Pin::new(stream).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Clear(socket) => Pin::new(socket).poll_write(cx, bytes),
            Self::Encrypted(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Clear(socket) => Pin::new(socket).poll_write_vectored(cx, bytes),
            Self::Encrypted(stream) => Pin::new(stream).poll_write_vectored(cx, bytes),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Clear(socket) => socket.is_write_vectored(),
            Self::Encrypted(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(socket) => Pin::new(socket).poll_flush(cx),
            Self::Encrypted(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(socket) => Pin::new(socket).poll_shutdown(cx),
            Self::Encrypted(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
