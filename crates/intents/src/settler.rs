//! What becomes of intents that nobody ended: events with an unknown outcome, each once.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use cairn_event::Origin;
use cairn_intake::{Draft, Intake, IntakeError};
use cairn_journal::{EmbeddedReader, ReadError};
use tokio_util::sync::CancellationToken;

use crate::book::{Book, LeftBehind};
use crate::intents::MainJournal;
use crate::look;
use crate::record::{self, ReadBackError};
use crate::telemetry::Ended;

/// How often is tried again what could not be settled.
const EVERY: Duration = Duration::from_secs(5);

/// How many events are submitted at once.
const SUBMITTED_MAX: usize = 256;

/// How often the disk may fail to give an intent before it is given up.
const READS_MAX: u32 = 12;

/// Settles intents that were left behind: by an earlier process, or by a call whose outcome could not be recorded.
#[derive(Debug)]
pub struct Settler {
    pub(crate) book: Arc<Book>,
    pub(crate) reader: Arc<EmbeddedReader>,
    pub(crate) main: Arc<dyn MainJournal>,
    pub(crate) intake: Arc<Intake>,
}

/// What settling came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Intents whose event was in the main journal already.
    pub found: usize,
    /// Intents that became events with an unknown outcome.
    pub unknown: usize,
    /// Intents that can't be read, so that nothing tells their calls.
    pub unreadable: usize,
    /// Intents that are left for another time.
    pub left: usize,
}

/// It could not be settled now.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The main journal takes nothing.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The main journal could not be looked through.
    #[error("look for the events of what was left open")]
    Read(#[from] ReadError),
    /// It could not be done on a thread of its own.
    #[error("look on a blocking thread")]
    Thread(#[from] tokio::task::JoinError),
}

impl Settler {
    /// Settles what is left behind at once and whenever more is, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            match self.settle().await {
                Ok(settled) if settled == Settled::default() => {}
                Ok(Settled { found, unknown, unreadable, left }) => {
                    tracing::info!(found, unknown, unreadable, left, "calls that were left open are settled");
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "calls left open are not settled yet"
                    );
                }
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = self.book.left.notified() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Settles what is left behind now.
    ///
    /// Not cancel-safe in one respect: events that were submitted may be recorded; settling again finds them.
    ///
    /// # Errors
    /// The main journal takes no events or can't be read; everything stays as it was.
    pub async fn settle(&self) -> Result<Settled, SettleError> {
        let left = self.book.left_behind();
        let Some(from) = left.iter().map(|left| left.from).min() else { return Ok(Settled::default()) };
        // Behind this, nothing that was submitted earlier is still on its way into the journal.
        let tail = self.intake.advance_to(i64::MIN).await?;
        let ids: HashSet<String> = left.iter().map(|left| left.event_id.clone()).collect();
        let main = Arc::clone(&self.main);
        let found = tokio::task::spawn_blocking(move || look::find(&*main, from, tail, &ids)).await??;
        let (recorded, unrecorded): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|left| found.contains(&left.event_id));
        recorded.iter().for_each(|left| self.book.done(left.number, Ended::Found));
        unrecorded.iter().for_each(|left| self.book.clear(left.number, tail));
        let mut settled = Settled { found: recorded.len(), ..Settled::default() };
        for some in unrecorded.chunks(SUBMITTED_MAX) {
            let submitted = futures_util::future::join_all(some.iter().map(|left| self.submit(left))).await;
            for fate in submitted {
                match fate {
                    Fate::Unknown => settled.unknown += 1,
                    Fate::Unreadable => settled.unreadable += 1,
                    Fate::Left => settled.left += 1,
                }
            }
        }
        Ok(settled)
    }

    /// Records one intent as an event with an unknown outcome.
    async fn submit(&self, left: &LeftBehind) -> Fate {
        let draft = match self.draft(left) {
            Ok(draft) => draft,
            Err(error) => return self.not_read(left, &error),
        };
        match self.intake.submit(draft).await {
            Ok(_admission) => {
                self.book.done(left.number, Ended::Unknown);
                Fate::Unknown
            }
            Err(error) => {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "a call left open is not settled yet"
                );
                Fate::Left
            }
        }
    }

    /// Gives an intent up that can't be read: kept open, it would hold both journals for ever.
    fn not_read(&self, left: &LeftBehind, error: &ReadBackError) -> Fate {
        // A copy was made further on meanwhile; its place is known the next time.
        let Some(failures) = self.book.not_read(left.number, left.place) else { return Fate::Left };
        if error.may_pass() && failures < READS_MAX {
            return Fate::Left;
        }
        let (event_id, error) = (left.event_id.as_str(), error as &dyn std::error::Error);
        tracing::error!(event_id, error, "an open intent can not be read: no event will tell its call");
        self.book.done(left.number, Ended::Unreadable);
        Fate::Unreadable
    }

    fn draft(&self, left: &LeftBehind) -> Result<Draft, ReadBackError> {
        let intent = record::read(&*self.reader, left.place)?;
        if intent.event_id != left.event_id {
            return Err(ReadBackError::Other(left.place));
        }
        Ok(Draft {
            account: intent.account,
            region: intent.region,
            origin: Origin::Call,
            event: intent.event,
            under: None,
        })
    }
}

/// What became of an intent.
enum Fate {
    Unknown,
    Unreadable,
    Left,
}
