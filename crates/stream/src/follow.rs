//! The driver: follows the journal for one destination, from a cursor of its own.
//!
//! Read, select, cut into batches, put, commit. A batch that is not taken is put again with growing pauses,
//! and nothing of this stream goes past it; other streams are other tasks. The cursor is committed behind
//! what has arrived, so that a crash repeats the last moments and loses nothing.

use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{CursorError, CursorMove, DONE, Delivery, SnapshotError, StoreError};
use cairn_intake::IntakeError;
use cairn_journal::Position;
use cairn_projection::{Batch as Records, BatchError, Source};
use futures_util::stream::{self, StreamExt as _};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::accounts::SideBySide;
use crate::backoff::backoff;
use crate::batch::{first_position, rounds};
use crate::select::{Revisions, Selected, select};
use crate::shipping::Shipping;
use crate::sink::{Limits, Sink};
use crate::surroundings::Surroundings;
use crate::tally::Tally;
use crate::telemetry;

/// The most journal bytes taken in one reading.
const READ_BYTES_MAX: usize = 2 << 20;

/// How soon a cursor moves behind what has arrived: what a crash repeats at most.
const COMMIT_AFTER: Duration = Duration::from_millis(250);

/// Positions after which a cursor moves although nothing was selected, so that the journal can be trimmed.
const IDLE_POSITIONS_MAX: u64 = 100_000;

/// How long one of many followers looks away after events that were not its own, so that hundreds of them don't all
/// look at each event by itself.
const LOOK_AWAY: Duration = Duration::from_millis(50);

/// How far behind it looks at everything at once.
const BACKLOG_POSITIONS: u64 = 10_000;

/// How many batches are on their way at once, over all lanes: an organization has hundreds.
const IN_FLIGHT_MAX: usize = 64;

/// The reason under which entries are counted that the journal had no more.
const TRIMMED: &str = "trimmed";

/// The code of a stream that fails for no fault of its destination.
pub(crate) const INTERNAL: &str = "InternalError";

/// A sleeping stream looks around at least this often.
const WAKE: Duration = Duration::from_secs(5);

/// Where a stream without a cursor begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// At a position: for what belongs to a trail. Once over, it is over for good.
    At(Position),
    /// At the journal's end: for what an operator configures. Once over, it begins anew.
    Tail,
    /// At a position: for what comes while the server runs. Once over, it begins anew.
    Since(Position),
    /// At the oldest event that the journal holds. Once over, it begins anew.
    Head,
}

/// The task of one stream.
#[derive(Debug)]
pub struct Follower<S: Sink> {
    shared: Surroundings,
    journal: Source,
    /// The readings that it shares with others.
    beside: Option<Arc<SideBySide>>,
    sink: Arc<S>,
    shipping: Shipping<S>,
    tally: Arc<Tally>,
    limits: Limits,
    begin: Begin,
    /// The next position to read.
    next: Position,
    /// What the catalog's cursor holds.
    committed: Position,
    /// When something arrived that the cursor does not know of.
    arrived_at: Option<Instant>,
    /// The received time of the newest entry taken.
    received_ms: i64,
}

/// The stream can't go on for now; it is tried again from the cursor.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error("read the journal")]
    Journal(#[from] BatchError),
    #[error("read the configuration at an event's revision")]
    Snapshot(#[from] SnapshotError),
    #[error("read the cursor")]
    Store(#[from] StoreError),
    #[error("commit the cursor")]
    Cursor(#[from] CursorError),
    #[error("ask intake for the journal's end")]
    Intake(#[from] IntakeError),
    #[error("wait for a working thread")]
    Thread(#[from] tokio::task::JoinError),
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Again,
    Idle,
    Done,
}

impl<S: Sink> Follower<S> {
    /// Makes the task; nothing runs yet.
    pub fn new(shared: &Surroundings, sink: S, begin: Begin) -> Self {
        let sink = Arc::new(sink);
        let tally = shared.tallies.open(sink.name(), &shared.clock);
        Self {
            shared: shared.clone(),
            journal: shared.journal.clone(),
            beside: None,
            limits: sink.limits(),
            shipping: Shipping::new(Arc::clone(&sink), shared.clone(), Arc::clone(&tally)),
            tally,
            sink,
            begin,
            next: 0,
            committed: 0,
            arrived_at: None,
            received_ms: i64::MAX,
        }
    }

    /// Shares readings with the others that do, and looks at what is theirs in one go.
    pub(crate) fn beside(self, others: &Arc<SideBySide>) -> Self {
        Self { beside: Some(Arc::clone(others)), ..self }
    }

    /// Follows until `stop`, or until the sink is over and has everything.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut backoff = backoff();
        let mut begun = false;
        while !stop.is_cancelled() {
            let outcome = if begun { self.step(&stop).await } else { self.begin().await };
            match outcome {
                Ok(Step::Done) => return self.shared.tallies.forget(self.sink.name()),
                Ok(step) => {
                    // Finding the cursor is no success: what failed may fail again behind it.
                    if begun {
                        backoff.succeeded();
                        self.tally.steps();
                    }
                    begun = true;
                    if step == Step::Idle {
                        self.wait(&stop).await;
                    }
                }
                Err(error) => {
                    self.report(&error, backoff.failures());
                    begun = false;
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(backoff.failed()) => {}
                    }
                }
            }
        }
        if begun && let Err(error) = self.commit().await {
            self.report(&error, 0);
        }
    }

    /// Takes up where the cursor stands. Whatever arrived and was not committed is put again.
    async fn begin(&mut self) -> Result<Step, FollowError> {
        let name = self.sink.name().to_owned();
        let catalog = &self.shared.catalog;
        self.committed = match (catalog.cursor(&name).await?, self.begin) {
            (Some(DONE), Begin::At(_)) => return Ok(Step::Done),
            (Some(DONE), begin @ (Begin::Tail | Begin::Since(_) | Begin::Head)) => {
                let to = self.first(begin);
                catalog.rewind(CursorMove { name, expected: Some(DONE), to }).await?;
                to
            }
            (Some(position), _) => position,
            (None, begin) => {
                let to = self.first(begin);
                match catalog.advance(CursorMove { name, expected: None, to }).await {
                    Ok(()) => to,
                    // Whoever changes or deletes the trail gave it its cursor.
                    Err(CursorError::Moved { actual: Some(position) }) => position,
                    Err(error) => return Err(error.into()),
                }
            }
        };
        self.next = self.committed;
        self.arrived_at = None;
        self.tally.begin(&*self.shared.catalog, self.next).await?;
        tracing::debug!(stream = self.sink.name(), position = self.next, "stream follows");
        Ok(Step::Again)
    }

    /// Returns where a stream without a cursor begins.
    fn first(&self, begin: Begin) -> Position {
        let head = self.journal.reader().head();
        match begin {
            Begin::At(position) | Begin::Since(position) => position.max(head),
            Begin::Tail => self.journal.tail(),
            Begin::Head => head,
        }
    }

    async fn step(&mut self, stop: &CancellationToken) -> Result<Step, FollowError> {
        self.catch_up();
        if self.journal.tail() <= self.next {
            return self.at_the_tail().await;
        }
        let Some(records) = self.read().await? else {
            return self.at_the_tail().await;
        };
        let Some(last) = records.last() else { return self.at_the_tail().await };
        let (end, received_ms) = (last.position + 1, last.entry.received_ms);
        let selected = self.select(records).await?;
        for (reason, events) in selected.dropped {
            telemetry::dropped(self.sink.name(), reason, events);
            self.tally.dropped(events, reason);
            tracing::warn!(stream = self.sink.name(), reason, events, "events not sent");
        }
        self.received_ms = received_ms;
        let is_quiet = selected.waiting.is_empty();
        self.tally.read(selected.waiting.iter().map(|one| (one.position, one.received_ms)), end);
        let mut rounds = rounds(selected.waiting, &self.limits).into_iter();
        while let Some(round) = rounds.next() {
            let ships: Vec<_> =
                round.iter().map(|(slot, cut)| self.shipping.ship(*slot, cut, stop)).collect();
            let shipped: Vec<bool> = stream::iter(ships).buffer_unordered(IN_FLIGHT_MAX).collect().await;
            if shipped.contains(&false) {
                return Ok(Step::Again);
            }
            self.arrived_at.get_or_insert_with(Instant::now);
            self.next = first_position(rounds.as_slice().iter()).unwrap_or(end);
            self.tally.passed();
            self.commit_if_due().await?;
        }
        self.next = end;
        self.tally.passed();
        self.report_lag();
        if self.next - self.committed > IDLE_POSITIONS_MAX {
            self.commit().await?;
        }
        if is_quiet && self.beside.is_some() && self.behind() < BACKLOG_POSITIONS {
            self.look_away(stop).await?;
        }
        Ok(Step::Again)
    }

    /// Lets events of others gather.
    async fn look_away(&mut self, stop: &CancellationToken) -> Result<(), FollowError> {
        self.commit_if_due().await?;
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LOOK_AWAY) => {}
        }
        Ok(())
    }

    fn behind(&self) -> u64 {
        self.journal.tail().saturating_sub(self.next)
    }

    async fn read(&self) -> Result<Option<Records>, BatchError> {
        match &self.beside {
            Some(beside) => beside.read(&self.journal, self.next, READ_BYTES_MAX).await,
            None => self.journal.read(self.next, READ_BYTES_MAX).await,
        }
    }

    /// Goes on at the oldest event that there is, where the journal was trimmed before this stream had read it.
    fn catch_up(&mut self) {
        let head = self.journal.reader().head();
        if self.next >= head {
            return;
        }
        let (stream, positions) = (self.sink.name(), head - self.next);
        let entries = usize::try_from(positions).unwrap_or(usize::MAX);
        telemetry::dropped(stream, TRIMMED, entries);
        self.tally.dropped(entries, TRIMMED);
        tracing::error!(stream, positions, "journal trimmed before its events were sent");
        self.next = head;
    }

    async fn select(&self, records: Records) -> Result<Selected<S::Lane, S::Message>, FollowError> {
        let mut revisions = Revisions::new();
        for record in records.iter() {
            let revision = record.entry.revision;
            if let Entry::Vacant(place) = revisions.entry(revision) {
                place.insert(self.shared.catalog.snapshot(revision).await?);
            }
        }
        let sink = Arc::clone(&self.sink);
        Ok(tokio::task::spawn_blocking(move || select(&*sink, &records, &revisions)).await?)
    }

    /// With nothing to read, the cursor catches up, and a stream that is over is done.
    async fn at_the_tail(&mut self) -> Result<Step, FollowError> {
        self.report_lag();
        self.commit_if_due().await?;
        if !self.sink.is_over(&self.shared.catalog.current()) {
            return Ok(Step::Idle);
        }
        // Entries stamped before the deletion may still be on their way into the journal.
        let now_ms = self.shared.clock.now().as_millisecond();
        if self.shared.intake.advance_to(now_ms).await? != self.next {
            return Ok(Step::Again);
        }
        // Nobody asks any more.
        self.tally.clear();
        self.commit_to(DONE).await?;
        Ok(Step::Done)
    }

    async fn commit_if_due(&mut self) -> Result<(), FollowError> {
        match self.arrived_at {
            Some(at) if at.elapsed() >= COMMIT_AFTER => self.commit().await,
            Some(_) | None => Ok(()),
        }
    }

    async fn commit(&mut self) -> Result<(), FollowError> {
        let to = self.next;
        if to != self.committed {
            self.commit_to(to).await?;
        }
        self.committed = to;
        self.arrived_at = None;
        Ok(())
    }

    /// Moves the cursor, and what is kept of the stream with it.
    async fn commit_to(&self, to: Position) -> Result<(), CursorError> {
        let (catalog, delivered_at) = (&self.shared.catalog, self.shared.clock.now());
        let cursor = CursorMove { name: self.sink.name().to_owned(), expected: Some(self.committed), to };
        let (tally, receipts) = (&self.tally, Vec::new());
        tally
            .commit(async |state| {
                catalog.deliver(Delivery { cursor, receipts, delivered_at, state: Some(state) }).await
            })
            .await
    }

    /// Waits for something new to read, or for the cursor to be due.
    async fn wait(&mut self, stop: &CancellationToken) {
        let left = self.arrived_at.map_or(WAKE, |at| COMMIT_AFTER.saturating_sub(at.elapsed()));
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.journal.reach(self.next) => {}
            () = tokio::time::sleep(left) => {}
        }
    }

    fn report(&self, error: &FollowError, failures: u32) {
        let stream = self.sink.name();
        telemetry::failed(stream, INTERNAL);
        self.tally.failed(INTERNAL, None);
        let error = error as &dyn std::error::Error;
        tracing::warn!(stream, failures = failures + 1, error, "stream cannot go on");
    }

    /// Tells how far the stream is behind.
    fn report_lag(&self) {
        let behind = self.behind();
        let age_ms = self.shared.clock.now().as_millisecond().saturating_sub(self.received_ms);
        telemetry::lag(self.sink.name(), behind, if behind == 0 { 0 } else { age_ms.max(0) });
    }
}
