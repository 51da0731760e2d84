//! What ends a run before it is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
    /// What it may cost, where it is somebody else who is asked.
    pub(super) allowance: Option<Allowance>,
}

/// What a run may ask of a bucket elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Allowance {
    requests_left: Arc<AtomicU64>,
    spent: CancellationToken,
    time: Duration,
}

/// Why a run ends before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Nobody is there to be told, or the server stops.
    Left,
    /// The caller's session or key has ended.
    Unentitled,
    /// A bucket elsewhere was asked as often as one run may.
    Requests,
    /// It took as long as one run may that asks a bucket elsewhere.
    Time,
}

impl Allowance {
    /// Allows so many requests and so much time.
    pub(super) fn new(requests: u64, time: Duration) -> Self {
        Self { requests_left: Arc::new(AtomicU64::new(requests)), spent: CancellationToken::new(), time }
    }

    /// Takes one request; false where there is none left, which ends the run.
    pub(super) fn take(&self) -> bool {
        let taken =
            self.requests_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if taken.is_err() {
            self.spent.cancel();
        }
        taken.is_ok()
    }
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
        let (spent, overdue) = (self.spent(), self.overdue());
        tokio::select! {
            () = self.lines.closed() => Why::Left,
            () = self.stop.cancelled() => Why::Left,
            () = self.ended.cancelled() => Why::Unentitled,
            () = expired => Why::Unentitled,
            () = spent => Why::Requests,
            () = overdue => Why::Time,
        }
    }

    async fn spent(&self) {
        match &self.allowance {
            Some(allowance) => allowance.spent.cancelled().await,
            None => std::future::pending().await,
        }
    }

    async fn overdue(&self) {
        match &self.allowance {
            Some(allowance) => tokio::time::sleep(allowance.time).await,
            None => std::future::pending().await,
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
            ("spent", Why::Requests),
            ("overdue", Why::Time),
        ] {
            let (lines, taken) = mpsc::channel(1);
            let (stop, ended) = (CancellationToken::new(), CancellationToken::new());
            let remaining = (what == "expired").then(|| Duration::from_millis(1));
            let time = Duration::from_millis(if what == "overdue" { 1 } else { 60_000 });
            let allowance = Allowance::new(1, time);
            let ending = Ending {
                lines,
                stop: stop.clone(),
                ended: ended.clone(),
                remaining,
                allowance: Some(allowance.clone()),
            };
            assert!(allowance.take());
            let mut taken = Some(taken);
            assert_eq!(ending.comes().now_or_never(), None, "{what}");
            match what {
                "left" => drop(taken.take()),
                "stopped" => stop.cancel(),
                "ended" => ended.cancel(),
                "spent" => assert!(!allowance.take()),
                _ => {}
            }
            assert_eq!(ending.comes().await, expected, "{what}");
        }
    }
}
