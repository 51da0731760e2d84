//! The loop.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cairn_event::Clock;
use cairn_journal::Position;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::pause::Pause;
use crate::telemetry::{self, Step};
use crate::{Batch, BatchError, Projection, Source};

/// Failures in a row after which a failure is told as one that needs a human.
const FAILURES_TO_ALARM: u32 = 5;

/// How the loop runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// About how many bytes of records are taken at once; a batch exceeds it by at most one frame.
    pub batch_bytes_max: usize,
    /// How often [`Projection::idle`] is called, and the journal looked at without being told.
    pub idle_every: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { batch_bytes_max: 4 << 20, idle_every: Duration::from_secs(1) }
    }
}

/// Hands the records from `from` on to the projection until `shutdown`; returns the position of the next
/// record that it did not get. A batch that was begun is finished first, unless it keeps failing.
pub async fn run<P: Projection>(
    mut source: Source,
    from: Position,
    mut projection: P,
    options: Options,
    clock: Arc<dyn Clock>,
    shutdown: CancellationToken,
) -> Position {
    let name = projection.name();
    let mut next = from;
    let mut pause = Pause::default();
    let mut idle_at = Instant::now();
    let mut ahead = None;
    info!(projection = name, position = next, "projection started");
    while !shutdown.is_cancelled() {
        if Instant::now() >= idle_at {
            idle_at = Instant::now() + options.idle_every;
            if let Err(failure) = projection.idle().await {
                report(name, Step::Idle, next, &failure, pause.failures());
            }
        }
        let read = match ahead.take() {
            Some(read) => read,
            None => source.read(next, options.batch_bytes_max).await,
        };
        let batch = match read {
            Ok(Some(batch)) => batch,
            Ok(None) => {
                pause.succeeded();
                telemetry::lag(name, 0, 0);
                tokio::select! {
                    biased;
                    () = shutdown.cancelled() => {}
                    () = source.reach(next) => {}
                    () = tokio::time::sleep_until(idle_at) => {}
                }
                continue;
            }
            Err(failure) => {
                if let Some(head) = go_on_from(&mut projection, &failure, next, pause.failures()).await {
                    next = head;
                    continue;
                }
                report(name, Step::Read, next, &failure, pause.failures());
                wait(pause.failed(), &shutdown).await;
                continue;
            }
        };
        telemetry::received(name, batch.len());
        let reading = read_ahead(&source, &batch, options.batch_bytes_max);
        let applied;
        (applied, ahead) = tokio::join!(apply(&mut projection, &batch, &mut pause, &shutdown), reading);
        if !applied {
            break;
        }
        telemetry::done(name, batch.len());
        if let Some(last) = batch.last() {
            next = last.position + 1;
            let behind_ms = clock.now().as_millisecond().saturating_sub(last.entry.received_ms);
            telemetry::lag(name, source.tail().saturating_sub(next), behind_ms.max(0));
        }
    }
    info!(projection = name, position = next, "projection stopped");
    next
}

/// Reads what follows a large batch while that is applied: who has much to catch up with need not wait
/// for the disk as well. Nothing is read ahead of a small batch, since by waiting the next one grows.
async fn read_ahead(
    source: &Source,
    batch: &Batch,
    bytes_max: usize,
) -> Option<Result<Option<Batch>, BatchError>> {
    let from = batch.last()?.position + 1;
    let bytes: usize = batch.iter().map(|record| record.entry.event.len()).sum();
    if bytes >= bytes_max / 2 && source.tail() > from {
        Some(source.read(from, bytes_max).await)
    } else {
        None
    }
}

/// Applies one batch, again and again; false when shutdown came between two tries.
async fn apply<P: Projection>(
    projection: &mut P,
    batch: &Batch,
    pause: &mut Pause,
    shutdown: &CancellationToken,
) -> bool {
    loop {
        match projection.apply(Arc::clone(batch)).await {
            Ok(()) => {
                pause.succeeded();
                return true;
            }
            Err(failure) => {
                let position = batch.first().map_or(0, |first| first.position);
                report(projection.name(), Step::Apply, position, &failure, pause.failures());
                wait(pause.failed(), shutdown).await;
                if shutdown.is_cancelled() {
                    return false;
                }
            }
        }
    }
}

/// Asks the projection whether it goes on without what was given up; returns where.
async fn go_on_from<P: Projection>(
    projection: &mut P,
    failure: &BatchError,
    next: Position,
    failures: u32,
) -> Option<Position> {
    let head = failure.given_up_before()?;
    match projection.go_on_from(head).await {
        Ok(goes_on) => goes_on.then_some(head),
        Err(failure) => {
            report(projection.name(), Step::Read, next, &failure, failures);
            None
        }
    }
}

async fn wait(pause: Duration, shutdown: &CancellationToken) {
    tokio::select! {
        biased;
        () = shutdown.cancelled() => {}
        () = tokio::time::sleep(pause) => {}
    }
}

fn report(projection: &'static str, step: Step, position: Position, failure: &dyn Error, before: u32) {
    telemetry::failed(projection, step);
    let (step, error) = (step.as_str(), Chain(failure));
    if before >= FAILURES_TO_ALARM {
        error!(projection, step, position, failures = before + 1, %error, "projection cannot go on");
    } else {
        warn!(projection, step, position, failures = before + 1, %error, "projection step deferred");
    }
}

/// Prints an error with its causes.
struct Chain<'e>(&'e dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
