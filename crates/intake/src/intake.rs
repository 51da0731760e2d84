//! The door to the journal.

use std::sync::Arc;
use std::thread::JoinHandle;

use cairn_catalog::Catalog;
use cairn_event::{Clock, Entry};
use cairn_journal::{AppendFailure, Position, ReadError, Reader, Writer};
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::draft::{Admission, Draft};
use crate::stamp::Stamp;
use crate::state::State;
use crate::telemetry;
use crate::writer::{Job, Loop, Parts};

/// The most events that wait for the writer; a submission beyond it waits for a place.
const QUEUE_EVENTS_MAX: usize = 8192;

/// Submits events to the one writer of the journal. Cheap to share.
pub struct Intake {
    catalog: Arc<dyn Catalog>,
    queue: Mutex<Option<mpsc::Sender<Job>>>,
    sender: mpsc::WeakSender<Job>,
    state: Arc<State>,
    thread: Mutex<Option<JoinHandle<()>>>,
    newest_at_start_ms: i64,
}

/// An event was not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// The journal has reached its size; refuse calls until projections catch up and it is trimmed.
    #[error("record the event: the journal is full")]
    Full,
    /// A sync failed or the writer is gone; nothing is accepted until a restart.
    #[error("record the event: the journal stopped")]
    Stopped,
    /// The event is larger than a journal record may be.
    #[error("record the event: it is too large")]
    TooLarge,
}

/// Intake could not begin.
#[derive(Debug, thiserror::Error)]
pub enum OpenIntakeError {
    /// The newest record could not be read, so received times could fall.
    #[error("read the newest journal record")]
    Read(#[from] ReadError),
    /// The newest record is not an entry.
    #[error("understand the newest journal record")]
    Entry(#[from] cairn_event::EntryError),
    /// The thread could not be started.
    #[error("start the journal writer's thread")]
    Thread(#[from] std::io::Error),
}

impl Intake {
    /// Starts the writer's thread.
    ///
    /// # Errors
    /// The journal's newest record can't be read, or the thread can't be started.
    pub fn start(
        writer: Box<dyn Writer>,
        reader: Arc<dyn Reader>,
        catalog: Arc<dyn Catalog>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenIntakeError> {
        let newest_at_start_ms = newest_received_ms(&*reader)?;
        let stamp = Stamp::after(newest_at_start_ms);
        let (sender, receiver) = mpsc::channel(QUEUE_EVENTS_MAX);
        let weak = sender.downgrade();
        let state = Arc::new(State::default());
        let parts = Parts { writer, reader, catalog: Arc::clone(&catalog), clock, state: Arc::clone(&state) };
        let writing = Loop::new(parts, stamp);
        let thread = std::thread::Builder::new()
            .name("journal-writer".to_owned())
            .spawn(move || writing.run(receiver))?;
        Ok(Self {
            catalog,
            queue: Mutex::new(Some(sender)),
            sender: weak,
            state,
            thread: Mutex::new(Some(thread)),
            newest_at_start_ms,
        })
    }

    /// Returns the received time of the newest event that the journal held at the start, milliseconds since the Unix
    /// epoch; `i64::MIN` where it held none.
    pub fn newest_at_start_ms(&self) -> i64 {
        self.newest_at_start_ms
    }

    /// Records one event; returns once it is durable, or at once when no trail wants it.
    ///
    /// Not cancel-safe in one respect: an event that was taken is written although nobody waits for it.
    ///
    /// # Errors
    /// [`IntakeError`] says whether waiting, restarting or a smaller event would help.
    pub async fn submit(&self, draft: Draft) -> Result<Admission, IntakeError> {
        telemetry::received();
        if !draft.is_wanted(&self.catalog.current()) {
            telemetry::not_selected();
            return Ok(Admission::NotSelected);
        }
        let (reply, durable) = oneshot::channel();
        self.send(Job::Record { draft, reply }).await?;
        durable.await.map_err(|_writer_gone| IntakeError::Stopped)?.map(Admission::Recorded)
    }

    /// Promises that every event recorded later has a received time of at least `floor_ms`, and returns
    /// the position at which such events begin. Delivery closes its windows by it.
    ///
    /// # Errors
    /// The writer is gone.
    pub async fn advance_to(&self, floor_ms: i64) -> Result<Position, IntakeError> {
        let (reply, reached) = oneshot::channel();
        self.send(Job::Advance { floor_ms, reply }).await?;
        reached.await.map_err(|_writer_gone| IntakeError::Stopped)
    }

    /// Returns why events are refused at present; `None` while they are taken. Asked before a call is
    /// served: no journal, no call.
    pub fn refusal(&self) -> Option<IntakeError> {
        self.state.refusal()
    }

    /// Tries again after the journal was full: it has been trimmed since.
    pub fn reopen_if_full(&self) {
        self.state.reopen();
    }

    /// Closes the door, writes what is already inside, and ends the thread.
    pub async fn close(&self) {
        drop(self.queue.lock().await.take());
        let Some(thread) = self.thread.lock().await.take() else { return };
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("journal writer ended abnormally");
        }
    }

    async fn send(&self, job: Job) -> Result<(), IntakeError> {
        let sender = self.sender.upgrade().ok_or(IntakeError::Stopped)?;
        sender.send(job).await.map_err(|_writer_gone| IntakeError::Stopped)
    }
}

impl From<AppendFailure> for IntakeError {
    fn from(failure: AppendFailure) -> Self {
        match failure {
            AppendFailure::Full => Self::Full,
            AppendFailure::Poisoned => Self::Stopped,
            AppendFailure::TooLarge => Self::TooLarge,
        }
    }
}

fn newest_received_ms(reader: &dyn Reader) -> Result<i64, OpenIntakeError> {
    let Some(newest) = reader.tail().checked_sub(1).filter(|newest| *newest >= reader.head()) else {
        return Ok(i64::MIN);
    };
    match reader.get(newest)? {
        Some(bytes) => Ok(Entry::decode(&bytes)?.received_ms),
        None => Ok(i64::MIN),
    }
}

impl std::fmt::Debug for Intake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Intake").finish_non_exhaustive()
    }
}
