//! How a connection begins: with a handshake where TLS is served.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use cairn_capture::Tls;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::tls;

/// How long a client may take to shake hands, from the moment it is accepted.
const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);

/// A connection that can be spoken over.
#[derive(Debug)]
pub(super) enum Opened {
    Clear(TcpStream, Secrecy),
    Encrypted(Box<TlsStream<TcpStream>>, Secrecy),
}

/// Whether others can read along.
#[derive(Debug, Clone)]
pub(super) enum Secrecy {
    /// They can, which is how the endpoint is served.
    None,
    /// They can't, by what was agreed on.
    Tls(Arc<Tls>),
    /// They can, and should not: TLS is served here.
    Missing,
}

/// Opens a connection, with a handshake where there is a certificate.
///
/// # Errors
/// The client went away, took too long, or no handshake was possible.
pub(super) async fn open(socket: TcpStream, tls: Option<TlsAcceptor>) -> io::Result<Opened> {
    match tls {
        None => Ok(Opened::Clear(socket, Secrecy::None)),
        Some(acceptor) => match timeout(HANDSHAKE_WAIT, shake_hands(socket, acceptor)).await {
            Ok(opened) => opened,
            Err(_elapsed) => Err(io::Error::new(io::ErrorKind::TimedOut, "the client took too long")),
        },
    }
}

async fn shake_hands(socket: TcpStream, acceptor: TlsAcceptor) -> io::Result<Opened> {
    let mut first = [0];
    let seen = socket.peek(&mut first).await?;
    // Every method of HTTP begins with a capital letter, every handshake with 22.
    if seen == 1 && first.iter().all(u8::is_ascii_uppercase) {
        return Ok(Opened::Clear(socket, Secrecy::Missing));
    }
    let stream = acceptor.accept(socket).await?;
    let seen = tls::seen(stream.get_ref().1).ok_or_else(|| io::Error::other("agreed on what has no name"))?;
    Ok(Opened::Encrypted(Box::new(stream), Secrecy::Tls(Arc::new(seen))))
}
