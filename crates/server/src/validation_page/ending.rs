//! What ends a run before it is done.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use crate::incoming::StreamError;

/// What may end a run.
#[derive(Debug)]
pub(super) struct Ending {
    /// Where its lines go: closed once the client has left.
    pub(super) lines: Sender<Result<Bytes, StreamError>>,
    /// Stops the server.
    pub(super) stop: CancellationToken,
    /// Says that the call which began it would not be taken any more.
    pub(super) ended: CancellationToken,
    /// How long the caller's session lasts; none where it has no end.
    pub(super) remaining: Option<Duration>,
}

/// Why a run ends before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Nobody is there to be told, or the server stops.
    Left,
    /// The caller's session or key has ended.
    Unentitled,
}

impl Ending {
    /// Waits for it.
    pub(super) async fn comes(&self) -> Why {
        let expired = async {
            match self.remaining {
                Some(remaining) => tokio::time::sleep(remaining).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.lines.closed() => Why::Left,
            () = self.stop.cancelled() => Why::Left,
            () = self.ended.cancelled() => Why::Unentitled,
            () = expired => Why::Unentitled,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_run_ends_with_whoever_asked_for_it() {
        for (what, expected) in [
            ("left", Why::Left),
            ("stopped", Why::Left),
            ("ended", Why::Unentitled),
            ("expired", Why::Unentitled),
        ] {
            let (lines, taken) = mpsc::channel(1);
            let (stop, ended) = (CancellationToken::new(), CancellationToken::new());
            let remaining = (what == "expired").then(|| Duration::from_millis(1));
            let ending = Ending { lines, stop: stop.clone(), ended: ended.clone(), remaining };
            let mut taken = Some(taken);
            assert_eq!(ending.comes().now_or_never(), None, "{what}");
            match what {
                "left" => drop(taken.take()),
                "stopped" => stop.cancel(),
                "ended" => ended.cancel(),
                _ => {}
            }
            assert_eq!(ending.comes().await, expected, "{what}");
        }
    }
}
