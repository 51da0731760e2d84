//! A connection whose other side must take what is sent.
//!
//! A client that never reads an answer would keep its connection for ever, and with it the place of its call at an
//! upstream. Here, a write that waits for too long fails.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// A connection that fails when nothing of what is written to it goes out for so long.
#[derive(Debug)]
pub(super) struct Impatient<S> {
    stream: S,
    length: Duration,
    /// Runs while a write waits.
    running: bool,
    /// Absent until a write has to wait.
    timer: Option<Pin<Box<Sleep>>>,
}

impl<S> Impatient<S> {
    pub(super) fn new(stream: S, length: Duration) -> Self {
        Self { stream, length, running: false, timer: None }
    }

    /// Passes on what came of a write, unless it has waited for too long.
    fn watch<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.running = false;
            return written;
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(self.length)));
        if !self.running {
            timer.as_mut().reset(Instant::now() + self.length);
            self.running = true;
        }
        let told = "the client did not take what was sent to it";
        timer.as_mut().poll(cx).map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, told)))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Impatient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Impatient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.watch(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.watch(cx, shut)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::time::timeout;

    use super::*;

    /// How long anything here may take.
    const LIMIT: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn who_takes_nothing_is_given_up() {
        let (ours, _theirs) = tokio::io::duplex(4);
        let mut ours = Impatient::new(ours, Duration::from_millis(20));
        let sent = timeout(LIMIT, ours.write_all(b"longer than fits")).await.expect("an end");
        assert_eq!(sent.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn who_takes_little_at_a_time_gets_all_of_it() {
        let (ours, mut theirs) = tokio::io::duplex(4);
        let mut ours = Impatient::new(ours, Duration::from_millis(400));
        let taking = async {
            let mut taken = Vec::new();
            for _ in 0..6 {
                // Longer altogether than may pass without a byte.
                tokio::time::sleep(Duration::from_millis(100)).await;
                let mut some = [0; 4];
                theirs.read_exact(&mut some).await.unwrap();
                taken.extend_from_slice(&some);
            }
            taken
        };
        let (sent, taken) = tokio::join!(ours.write_all(b"six times four are these"), taking);
        assert_eq!((sent.unwrap(), taken), ((), b"six times four are these".to_vec()));
    }
}
