//! Metrics kept small: each value that a histogram sees waits in memory until it is folded into the
//! histogram, which otherwise happens only when metrics are read.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// How often values are folded.
pub(crate) const EVERY: Duration = Duration::from_secs(5);

/// Folds from time to time, until `stop`.
pub(crate) async fn run(fold: impl Fn() + Send, every: Duration, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(every) => fold(),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;
    use tokio_util::task::TaskTracker;

    use super::*;

    #[tokio::test]
    async fn values_are_folded_again_and_again_until_the_server_stops() {
        let (folded, mut folds) = mpsc::channel(1);
        let stop = CancellationToken::new();
        // One that nobody has looked at yet is enough.
        let fold = move || {
            let _full = folded.try_send(()).is_err();
        };
        let tasks = TaskTracker::new();
        let running = tasks.spawn(run(fold, Duration::from_millis(1), stop.clone()));
        let within = Duration::from_secs(10);
        for _ in 0..3 {
            assert_eq!(tokio::time::timeout(within, folds.recv()).await.expect("it folds"), Some(()));
        }
        stop.cancel();
        tokio::time::timeout(within, running).await.expect("it ends").expect("it ends well");
    }
}
