//! A closed loop that costs little: each connection sends the same bytes again and again and counts what comes
//! back. It leaves the processor to what is measured.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::future::try_join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::spread::Spread;

/// Room for a piece of an answer.
const PIECE_BYTES: usize = 256 << 10;

/// The longest head of an answer.
const HEAD_BYTES_MAX: usize = 16 << 10;

/// A request, ready to be sent.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) bytes: Bytes,
    /// How many bytes the body of its answer has.
    pub(super) answer_bytes: u64,
    /// How many bytes the one large body has, whichever way it goes.
    pub(super) body_bytes: u64,
}

/// What some connections did.
#[derive(Debug, Default)]
pub(super) struct Load {
    pub(super) latency: Spread,
    pub(super) seconds: f64,
}

/// Connections that are kept from one load to the next.
#[derive(Debug)]
pub(super) struct Connections {
    open: Vec<Connection>,
}

#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    room: Vec<u8>,
}

impl Connections {
    pub(super) async fn open(address: SocketAddr, count: usize) -> anyhow::Result<Self> {
        let mut open = Vec::with_capacity(count);
        for _ in 0..count {
            let stream = TcpStream::connect(address).await.context("connect")?;
            stream.set_nodelay(true)?;
            open.push(Connection { stream, room: Vec::new() });
        }
        Ok(Self { open })
    }

    /// Sends the request over every connection, one after the other on each, for a while and at least once.
    pub(super) async fn put(&mut self, request: &Request, during: Duration) -> anyhow::Result<Load> {
        let began = Instant::now();
        let asking = self.open.iter_mut().map(|connection| async move {
            let mut spread = Spread::default();
            loop {
                let at = Instant::now();
                connection.exchange(request).await?;
                spread.add(at.elapsed());
                if began.elapsed() >= during {
                    return anyhow::Ok(spread);
                }
            }
        });
        let mut load = Load::default();
        for spread in try_join_all(asking).await? {
            load.latency.join(spread);
        }
        load.seconds = began.elapsed().as_secs_f64();
        Ok(load)
    }
}

impl Connection {
    async fn exchange(&mut self, request: &Request) -> anyhow::Result<()> {
        self.stream.write_all(&request.bytes).await?;
        self.room.resize(PIECE_BYTES, 0);
        let mut filled = 0;
        let head = loop {
            let room = self.room.get_mut(filled..).unwrap_or_default();
            let read = self.stream.read(room).await?;
            anyhow::ensure!(read > 0, "the connection ended before an answer");
            filled += read;
            let come = self.room.get(..filled).unwrap_or_default();
            if let Some(end) = come.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            anyhow::ensure!(filled <= HEAD_BYTES_MAX, "an answer without an end of its head");
        };
        let text = String::from_utf8_lossy(self.room.get(..head).unwrap_or_default());
        anyhow::ensure!(text.starts_with("HTTP/1.1 200"), "answered {text}");
        let length = content_length(&text).with_context(|| format!("find the length in {text}"))?;
        anyhow::ensure!(length == request.answer_bytes, "{length} bytes instead of {}", request.answer_bytes);
        let mut left = length.saturating_sub((filled - head) as u64);
        while left > 0 {
            let read = self.stream.read(&mut self.room).await? as u64;
            anyhow::ensure!(read > 0 && read <= left, "an answer of another length than it says");
            left -= read;
        }
        Ok(())
    }
}

/// Reads the length of the body out of a head.
pub(super) fn content_length(head: &str) -> Option<u64> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let value = lines.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?.1;
    value.trim().parse().ok()
}
