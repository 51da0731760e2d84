//! The seam: what a destination must tell and do so that the driver can follow the journal for it.

use std::error::Error;
use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use cairn_catalog::Snapshot;
use cairn_event::{Entry, EventView, Region};
use cairn_journal::Position;

/// An event as the driver saw it, under the revision that decides where it goes.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its place in the journal.
    pub position: Position,
    /// What intake wrote.
    pub entry: &'a Entry,
    /// The event's members.
    pub event: &'a EventView<'a>,
    /// The configuration at the entry's revision.
    pub snapshot: &'a Snapshot,
}

/// What a destination makes of an event.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken<L, M> {
    /// It does not get this event.
    NotWanted,
    /// It should get the event and cannot; counted under the reason.
    Dropped(&'static str),
    /// It gets this.
    Message(Parcel<L, M>),
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel<L, M> {
    /// What must not be mixed in one batch, such as the Region. Order is kept within a lane.
    pub lane: L,
    /// What it counts for under the destination's limit, bytes.
    pub bytes: usize,
    /// Its time under the destination's limit on a batch's span, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// What is put.
    pub message: M,
}

/// How batches are cut.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most messages of one batch; at least 1.
    pub messages_max: usize,
    /// The most bytes of one batch, as [`Parcel::bytes`] counts them; a larger message goes alone.
    pub bytes_max: usize,
    /// The longest time between the earliest and the latest message of a batch.
    pub span_max: Option<Duration>,
    /// How many batches of a lane may be on their way at once; at least 1. Above 1 order is kept only among
    /// the batches of one [`Batch::slot`].
    pub in_flight_max: usize,
}

/// A batch in the hands of a destination.
#[derive(Debug)]
pub struct Batch<'a, L, M> {
    /// The lane that all messages have.
    pub lane: &'a L,
    /// Which of the batches of a lane that are on their way at once: 0 is always the first.
    pub slot: usize,
    /// The messages, in the order of the journal; never empty.
    pub messages: &'a [&'a M],
}

/// A message of a batch that did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Which message of the batch.
    pub index: usize,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a message that did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is put again; the destination's code says why it was not taken.
    Retry(String),
    /// It never will arrive; counted under the reason.
    GiveUp(&'static str),
}

/// A whole batch did not arrive, or nobody knows: it is put again.
#[derive(Debug, thiserror::Error)]
#[error("put a batch: {code}")]
pub struct PutError {
    /// The destination's code, such as `ThrottlingException`; what `GetTrailStatus` shows.
    pub code: String,
    /// The cause, for the log.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

/// A place that events are put while they are young.
///
/// The driver calls [`Sink::put`] at least once for every message it was given, in order within a lane,
/// until it is accepted or given up.
#[async_trait]
pub trait Sink: Send + Sync + Debug + 'static {
    /// What must not be mixed in one batch.
    type Lane: Ord + Clone + Debug + Send + Sync + 'static;
    /// What is put.
    type Message: Send + Sync + 'static;

    /// Returns the name of the cursor, which logs and metrics carry too: `<kind>/<destination>`.
    fn name(&self) -> &str;

    /// Returns how batches are cut.
    fn limits(&self) -> Limits;

    /// Names the Region that a lane is of, where the destination has a place of its own in each.
    fn region<'a>(&self, _lane: &'a Self::Lane) -> Option<&'a Region> {
        None
    }

    /// Says whether nothing can come any more, because what the stream belongs to was deleted.
    fn is_over(&self, _now: &Snapshot) -> bool {
        false
    }

    /// Says, before the event is read, whether it could be wanted under the entry's revision.
    fn concerns(&self, snapshot: &Snapshot, entry: &Entry) -> bool;

    /// Makes what is put of an event. Runs on a blocking thread.
    fn take(&self, seen: &Seen<'_>) -> Taken<Self::Lane, Self::Message>;

    /// Puts a batch; returns the messages that were not accepted. Not cancel-safe, and never cancelled: it
    /// must end by itself, within a time of its own.
    ///
    /// # Errors
    /// The whole batch is put again.
    async fn put(&self, batch: Batch<'_, Self::Lane, Self::Message>) -> Result<Vec<Rejected>, PutError>;

    /// Is told of messages that are given up, before the cursor passes them: a dead-letter file goes here.
    ///
    /// # Errors
    /// The messages are not given up yet; they are put again.
    async fn give_up(
        &self,
        _lane: &Self::Lane,
        _messages: &[&Self::Message],
        _reason: &'static str,
    ) -> Result<(), PutError> {
        Ok(())
    }

    /// Is told that a batch arrived, or with a code why it did not; once a second at most as long as the
    /// same goes on.
    async fn note(&self, _lane: &Self::Lane, _error: Option<&str>) {}
}

impl PutError {
    /// An error that is a code alone.
    pub fn of(code: impl Into<String>) -> Self {
        Self { code: code.into(), source: None }
    }
}
