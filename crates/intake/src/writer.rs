//! The writer's thread: takes what waits, writes it as one frame, acknowledges.

use std::ops::ControlFlow;
use std::sync::Arc;

use cairn_catalog::Catalog;
use cairn_event::{Clock, Entry};
use cairn_journal::{Position, Reader, Writer};
use tokio::sync::{mpsc, oneshot};

use crate::draft::Draft;
use crate::intake::IntakeError;
use crate::stamp::Stamp;
use crate::state::State;
use crate::telemetry;

/// The most events in one frame.
const BATCH_EVENTS_MAX: usize = 4096;

/// The most event bytes gathered into one frame; the event that crosses it still goes in.
const BATCH_BYTES_MAX: usize = 1 << 20;

/// What the thread is asked to do.
#[derive(Debug)]
pub(crate) enum Job {
    /// Write an event and answer with its position.
    Record { draft: Draft, reply: oneshot::Sender<Result<Position, IntakeError>> },
    /// Raise the floor of received times and answer with the next position.
    Advance { floor_ms: i64, reply: oneshot::Sender<Position> },
}

/// What the thread works with.
pub(crate) struct Parts {
    pub(crate) writer: Box<dyn Writer>,
    pub(crate) reader: Arc<dyn Reader>,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) state: Arc<State>,
}

/// The thread's loop.
pub(crate) struct Loop {
    parts: Parts,
    stamp: Stamp,
}

#[derive(Debug, Default)]
struct Batch {
    entries: Vec<Vec<u8>>,
    replies: Vec<oneshot::Sender<Result<Position, IntakeError>>>,
    bytes: usize,
    advance: Option<oneshot::Sender<Position>>,
}

impl Loop {
    pub(crate) fn new(parts: Parts, stamp: Stamp) -> Self {
        Self { parts, stamp }
    }

    /// Runs until every sender is gone and everything sent is written.
    pub(crate) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut batch = Batch::default();
            let mut flow = self.take(first, &mut batch);
            while flow.is_continue() {
                match jobs.try_recv() {
                    Ok(job) => flow = self.take(job, &mut batch),
                    Err(_nothing_waits) => break,
                }
            }
            self.write(batch);
        }
        if let Err(error) = self.parts.writer.close() {
            tracing::warn!(error = &error as &dyn std::error::Error, "journal not sealed");
        }
    }

    fn take(&mut self, job: Job, batch: &mut Batch) -> ControlFlow<()> {
        match job {
            Job::Record { draft, reply } => {
                let entry = Entry {
                    revision: draft.under.unwrap_or_else(|| self.parts.catalog.current().revision()),
                    received_ms: self.stamp.next(self.parts.clock.now()),
                    account: draft.account,
                    region: draft.region,
                    origin: draft.origin,
                    event: draft.event,
                };
                let bytes = entry.encode();
                batch.bytes += bytes.len();
                batch.entries.push(bytes);
                batch.replies.push(reply);
                if batch.bytes >= BATCH_BYTES_MAX || batch.entries.len() >= BATCH_EVENTS_MAX {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            }
            Job::Advance { floor_ms, reply } => {
                // What was taken before keeps its older times, so the answer must wait for its frame.
                self.stamp.raise(floor_ms);
                batch.advance = Some(reply);
                ControlFlow::Break(())
            }
        }
    }

    fn write(&mut self, batch: Batch) {
        if !batch.entries.is_empty() {
            let records: Vec<&[u8]> = batch.entries.iter().map(Vec::as_slice).collect();
            match self.parts.writer.append(&records) {
                Ok(positions) => {
                    self.parts.state.note(Ok(()));
                    telemetry::committed(records.len());
                    for (position, reply) in positions.zip(batch.replies) {
                        answer(reply, Ok(position));
                    }
                }
                Err(error) => {
                    let refusal = IntakeError::from(error.failure);
                    self.parts.state.note(Err(refusal));
                    telemetry::failed(kind(refusal), records.len());
                    tracing::error!(error = &error as &dyn std::error::Error, "journal append failed");
                    for reply in batch.replies {
                        answer(reply, Err(refusal));
                    }
                }
            }
        }
        if let Some(reply) = batch.advance {
            answer(reply, self.parts.reader.tail());
        }
    }
}

fn kind(refusal: IntakeError) -> &'static str {
    match refusal {
        IntakeError::Full => "full",
        IntakeError::Stopped => "stopped",
        IntakeError::TooLarge => "too_large",
    }
}

fn answer<T>(reply: oneshot::Sender<T>, value: T) {
    if reply.send(value).is_err() {
        tracing::trace!("nobody waits for this acknowledgement");
    }
}
