//! The upstream of part `gateway`: answers a GET with as many bytes as its path ends in and takes a PUT of any
//! size, both without looking at what they hold. A process of its own, so that its time is nobody else's.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::load::content_length;

const HEAD_BYTES_MAX: usize = 64 << 10;
const PIECE_BYTES: usize = 256 << 10;
const BODY_BYTES_MAX: usize = 64 << 20;

/// The running process; killed when dropped.
#[derive(Debug)]
pub(super) struct Upstream {
    child: Child,
    pub(super) address: SocketAddr,
}

impl Upstream {
    pub(super) fn start() -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("upstream")
            .stdout(Stdio::piped())
            .spawn()
            .context("start the upstream")?;
        let told = BufReader::new(child.stdout.take().context("hear the upstream")?);
        let address = told.lines().map_while(Result::ok).find_map(|line| line.parse().ok());
        let address = address.context("hear where the upstream listens")?;
        Ok(Self { child, address })
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ended = self.child.kill().and_then(|()| self.child.wait()).is_ok();
    }
}

/// Serves until it is killed.
pub(crate) fn serve() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        #[expect(clippy::print_stdout, reason = "the parent listens")]
        {
            println!("{}", listener.local_addr()?);
        }
        let body: &'static [u8] = vec![b'x'; BODY_BYTES_MAX].leak();
        let mut connections = JoinSet::new();
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            connections.spawn(async move {
                // A client that goes away is how every connection ends.
                let _ended = answer(stream, body).await.is_ok();
            });
            while connections.try_join_next().is_some() {}
        }
    })
}

async fn answer(mut stream: TcpStream, body: &'static [u8]) -> anyhow::Result<()> {
    let mut room = vec![0; PIECE_BYTES];
    let mut filled = 0;
    loop {
        let come = room.get(..filled).unwrap_or_default();
        let Some(end) = come.windows(4).position(|window| window == b"\r\n\r\n") else {
            anyhow::ensure!(filled <= HEAD_BYTES_MAX, "a request without an end of its head");
            let read = stream.read(room.get_mut(filled..).unwrap_or_default()).await?;
            if read == 0 {
                return Ok(());
            }
            filled += read;
            continue;
        };
        let head = String::from_utf8_lossy(come.get(..end).unwrap_or_default()).into_owned();
        let asked = bytes_asked(&head);
        let sent = content_length(&head).unwrap_or(0);
        let mut left = usize::try_from(sent)?.saturating_sub(filled - end - 4);
        while left > 0 {
            let read = stream.read(&mut room).await?;
            anyhow::ensure!(read > 0 && read <= left, "a body of another length than it says");
            left -= read;
        }
        filled = 0;
        let head = format!(
            "HTTP/1.1 200 OK\r\nServer: upstream\r\nContent-Type: application/octet-stream\r\n\
             x-amz-request-id: 18EB63984E744EBB\r\nETag: \"b1946ac92492d2347c6235b4d2611184\"\r\n\
             Content-Length: {asked}\r\n\r\n"
        );
        // One write for what fits into a packet or two, as servers do.
        let body = body.get(..asked).unwrap_or_default();
        if body.len() <= 16 << 10 {
            stream.write_all(&[head.as_bytes(), body].concat()).await?;
        } else {
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(body).await?;
        }
    }
}

/// Returns the number that the path of a GET ends in; nothing for any other request.
fn bytes_asked(head: &str) -> usize {
    let mut words = head.split(' ');
    let (method, path) = (words.next(), words.next().unwrap_or(""));
    let number = path.rsplit('/').next().unwrap_or("");
    if method == Some("GET") { number.parse::<usize>().unwrap_or(0).min(BODY_BYTES_MAX) } else { 0 }
}
