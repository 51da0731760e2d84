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

/// Opens connections to one place.
pub(crate) struct Connector {
    pub(crate) origin: Origin,
    /// Absent where connections are in the clear.
    pub(crate) tls: Option<TlsConnector>,
    pub(crate) patience: Duration,
}

/// A connection, encrypted or not.
#[derive(Debug)]
pub(crate) enum Stream {
    Clear(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl Connector {
    pub(crate) fn new(origin: Origin, tls: Option<Arc<rustls::ClientConfig>>, patience: Duration) -> Self {
        Self { origin, tls: tls.map(TlsConnector::from), patience }
    }

    /// Connects, and shakes hands where that is asked for.
    pub(crate) async fn connect(&self) -> io::Result<Stream> {
        match timeout(self.patience, self.open()).await {
            Ok(opened) => opened,
            Err(_elapsed) => Err(io::Error::new(io::ErrorKind::TimedOut, "it took too long to connect")),
        }
    }

    async fn open(&self) -> io::Result<Stream> {
        let socket = TcpStream::connect(self.origin.address()).await?;
        socket.set_nodelay(true)?;
        let Some(tls) = &self.tls else { return Ok(Stream::Clear(socket)) };
        let name = ServerName::try_from(self.origin.host.clone()).map_err(io::Error::other)?;
        Ok(Stream::Encrypted(Box::new(tls.connect(name, socket).await?)))
    }
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
