//! Takes a new certificate while the server runs.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Tls;
use super::pair::{PairError, Stamp};
use crate::telemetry;

/// How often to look whether the files changed.
const LOOK: Duration = Duration::from_secs(2);

/// Looks after one server's certificate.
#[derive(Debug)]
pub(crate) struct Reloading {
    tls: Arc<Tls>,
    /// The files as they were when they were last tried, good or not.
    tried: Stamp,
}

/// What came of looking at the files.
#[derive(Debug)]
enum Looked {
    /// They are as they were.
    Unchanged,
    /// A new pair serves now.
    Taken,
    /// They changed, and what they hold can't be used.
    Refused(PairError),
}

impl Reloading {
    /// Begins with the files as they are now.
    pub(crate) fn new(tls: Arc<Tls>) -> Self {
        let tried = tls.pair.stamp();
        Self { tls, tried }
    }

    /// Looks at the files now and then, and at once when asked; until `stop`.
    pub(crate) async fn run(mut self, asked: Arc<Notify>, stop: CancellationToken) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let by_wish = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = asked.notified() => true,
                _ = ticks.tick() => false,
            };
            let looked = tokio::task::spawn_blocking(move || {
                let looked = self.look(by_wish);
                (self, looked)
            });
            let Ok((back, looked)) = looked.await else { return };
            self = back;
            self.tell(&looked);
        }
    }

    /// Takes what the files hold when they changed, or when somebody wishes it.
    fn look(&mut self, by_wish: bool) -> Looked {
        let now = self.tls.pair.stamp();
        if now == self.tried && !by_wish {
            return Looked::Unchanged;
        }
        // Before the files are read: what is written meanwhile is a change that the next look sees.
        self.tried = now;
        match self.tls.pair.read() {
            Ok(fresh) if fresh.cert == self.tls.current.get().cert => Looked::Unchanged,
            Ok(fresh) => {
                self.tls.current.replace(fresh);
                Looked::Taken
            }
            Err(error) => Looked::Refused(error),
        }
    }

    fn tell(&self, looked: &Looked) {
        let certificate = self.tls.pair.certificate.display();
        match looked {
            Looked::Unchanged => {}
            Looked::Taken => {
                telemetry::certificate("taken");
                tracing::info!(%certificate, "new certificate taken");
            }
            Looked::Refused(error) => {
                telemetry::certificate("refused");
                let error = error as &dyn std::error::Error;
                tracing::error!(%certificate, error, "new certificate refused; the old one serves on");
            }
        }
    }
}

#[cfg(test)]
mod tests;
