//! How a stream fares while it runs: what waits, what came of it, and the [`Book`] that is kept of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cairn_catalog::{Catalog, CursorError, StateChange, StoreError};
use cairn_event::{Clock, Region};
use cairn_journal::Position;
use jiff::{SignedDuration, Timestamp};

use crate::book::{self, Book, BookError, Hours, StreamCounts, StreamFailure};
use crate::follow::INTERNAL;

/// How soon a failure that goes on is kept again.
const KEPT_AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// Tells of every stream that runs. Clones tell the same.
#[derive(Debug, Clone, Default)]
pub struct Tallies(Arc<Mutex<BTreeMap<String, Arc<Tally>>>>);

/// How a stream fares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamHealth {
    /// What came of its events.
    pub book: Book,
    /// How many events it has taken that have not arrived.
    pub waiting: u64,
    /// When the oldest of them was received.
    pub waits_since: Option<Timestamp>,
    /// The next position that it reads; none while it has not begun.
    pub next: Option<Position>,
}

/// How a stream fares can't be told.
#[derive(Debug, thiserror::Error)]
pub enum StreamHealthError {
    /// The store could not be read.
    #[error("read how a stream fared")]
    Store(#[from] StoreError),
    /// What is kept can't be understood.
    #[error(transparent)]
    Book(#[from] BookError),
}

/// The figures of one stream.
#[derive(Debug)]
pub(crate) struct Tally {
    state: String,
    clock: Arc<dyn Clock>,
    figures: Mutex<Figures>,
    /// The version under which the book is kept. One saves at a time.
    version: tokio::sync::Mutex<Option<u64>>,
}

#[derive(Debug, Default)]
struct Figures {
    /// What is kept, or will be with the next change.
    book: Book,
    /// Of the round that is on its way, then of those whose end the cursor has not passed.
    round: Hours,
    passed: Hours,
    /// What has not arrived of what was read: when it was received.
    waiting: BTreeMap<Position, i64>,
    next: Option<Position>,
    /// How many batches are stuck.
    stuck: usize,
    /// When a failure was last kept.
    kept_at: Option<Timestamp>,
}

/// Whether what was told must be kept at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Now,
    WithTheCursor,
}

impl Tallies {
    /// Tells how a stream fares; what is kept of it, while it does not run.
    ///
    /// # Errors
    /// See [`StreamHealthError`].
    pub async fn of(&self, catalog: &dyn Catalog, stream: &str) -> Result<StreamHealth, StreamHealthError> {
        let running = self.all().get(stream).cloned();
        if let Some(health) = running.and_then(|tally| tally.health()) {
            return Ok(health);
        }
        let kept = catalog.state(&book::state_name(stream)).await?;
        let book = kept.map(|state| Book::parse(&state)).transpose()?.unwrap_or_default();
        Ok(StreamHealth { book, ..StreamHealth::default() })
    }

    pub(crate) fn open(&self, stream: &str, clock: &Arc<dyn Clock>) -> Arc<Tally> {
        let tally = Arc::new(Tally {
            state: book::state_name(stream),
            clock: Arc::clone(clock),
            figures: Mutex::default(),
            version: tokio::sync::Mutex::default(),
        });
        self.all().insert(stream.to_owned(), Arc::clone(&tally));
        tally
    }

    /// Forgets a stream that is over.
    pub(crate) fn forget(&self, stream: &str) {
        self.all().remove(stream);
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Tally>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tally {
    /// Takes up what is kept, at the position where the stream goes on. What was told since is told again.
    pub(crate) async fn begin(&self, catalog: &dyn Catalog, next: Position) -> Result<(), StoreError> {
        let mut version = self.version.lock().await;
        let kept = catalog.state(&self.state).await?;
        *version = kept.as_ref().map(|state| state.version);
        // Figures are no reason to hold events back: those that can't be understood begin anew.
        let book = kept.map(|state| Book::parse(&state)).transpose().unwrap_or_else(|error| {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(state = self.state, error, "figures of a stream begin anew");
            None
        });
        let book = book.unwrap_or_default();
        *self.figures() = Figures { book, next: Some(next), ..Figures::default() };
        Ok(())
    }

    /// Notes what was read: events that wait from now on, and where the reading ended.
    pub(crate) fn read(&self, waiting: impl Iterator<Item = (Position, i64)>, next: Position) {
        let mut figures = self.figures();
        figures.waiting = waiting.collect();
        figures.next = Some(next);
    }

    pub(crate) fn sent<'a>(&self, positions: impl Iterator<Item = &'a Position>, bytes: usize) {
        let (now, mut figures) = (self.clock.now(), self.figures());
        let events = figures.left(positions);
        figures.count(
            now,
            StreamCounts { events: count(events), bytes: count(bytes), ..StreamCounts::default() },
        );
        figures.book.succeeded_at = Some(now);
    }

    pub(crate) fn given_up<'a>(&self, positions: impl Iterator<Item = &'a Position>, reason: &str) {
        let mut figures = self.figures();
        let events = figures.left(positions);
        drop(figures);
        self.dropped(events, reason);
    }

    /// Counts what never will arrive.
    pub(crate) fn dropped(&self, events: usize, reason: &str) {
        let (now, mut figures) = (self.clock.now(), self.figures());
        let given_up = [(reason.to_owned(), count(events))].into();
        figures.count(now, StreamCounts { given_up, ..StreamCounts::default() });
        // What holds the stream up is told before what it has passed over.
        if !figures.fails() {
            figures.book.failure = Some(StreamFailure::new(reason, None, now, false));
        }
    }

    /// Notes that a try failed.
    pub(crate) fn failed(&self, code: &str, region: Option<&Region>) -> Keep {
        let (now, mut figures) = (self.clock.now(), self.figures());
        figures.book.count(now, &StreamCounts { failed_tries: 1, ..StreamCounts::default() });
        let is_same = figures.book.failure.as_ref().is_some_and(|known| known.lasts && known.code == code);
        figures.book.failure = Some(StreamFailure::new(code, region, now, true));
        let is_kept = figures.kept_at.is_some_and(|at| now.duration_since(at) < KEPT_AGAIN);
        if is_same && is_kept {
            return Keep::WithTheCursor;
        }
        figures.kept_at = Some(now);
        Keep::Now
    }

    /// Counts a batch that is stuck from now on, or no more.
    pub(crate) fn stuck(&self, stuck: bool) {
        let mut figures = self.figures();
        figures.stuck = if stuck { figures.stuck + 1 } else { figures.stuck.saturating_sub(1) };
    }

    /// Notes that a whole batch was taken, or a step: what failed before is over unless a batch is stuck.
    pub(crate) fn goes_on(&self) {
        let mut figures = self.figures();
        if figures.stuck == 0
            && let Some(failure) = &mut figures.book.failure
        {
            failure.lasts = false;
        }
    }

    /// Notes that the stream takes steps again: what failed inside is over.
    pub(crate) fn steps(&self) {
        let mut figures = self.figures();
        if let Some(failure) = figures.book.failure.as_mut().filter(|failure| failure.code == INTERNAL) {
            failure.lasts = false;
        }
    }

    /// Forgets everything, for a stream that is over.
    pub(crate) fn clear(&self) {
        *self.figures() = Figures::default();
    }

    /// Notes that a round is through: what came of it is counted once the cursor has passed it.
    pub(crate) fn passed(&self) {
        let mut figures = self.figures();
        let round = std::mem::take(&mut figures.round);
        book::add(&mut figures.passed, &round);
    }

    /// Keeps what must not wait for the cursor. That is no part of what the cursor passes, so that it may be lost.
    pub(crate) async fn keep(&self, catalog: &dyn Catalog) {
        let mut version = self.version.lock().await;
        let body = self.figures().book.render(self.clock.now());
        let change = StateChange { name: self.state.clone(), expected: *version, body };
        match catalog.set_state(change).await {
            Ok(()) => *version = Some(version.unwrap_or_default() + 1),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(state = self.state, error, "failure of a stream not kept");
            }
        }
    }

    /// Keeps everything, by a commit that changes the state together with the cursor.
    pub(crate) async fn commit(
        &self,
        commit: impl AsyncFnOnce(StateChange) -> Result<(), CursorError>,
    ) -> Result<(), CursorError> {
        let mut version = self.version.lock().await;
        let (book, passed) = {
            let figures = self.figures();
            let mut book = figures.book.clone();
            book.add(&figures.passed);
            (book, figures.passed.clone())
        };
        let now = self.clock.now();
        let body = book.render(now);
        commit(StateChange { name: self.state.clone(), expected: *version, body }).await?;
        *version = Some(version.unwrap_or_default() + 1);
        let mut figures = self.figures();
        figures.book.add(&passed);
        figures.book.forget_old_hours(now);
        figures.passed.clear();
        Ok(())
    }

    fn health(&self) -> Option<StreamHealth> {
        let figures = self.figures();
        let next = Some(figures.next?);
        let mut book = figures.book.clone();
        book.add(&figures.passed);
        book.add(&figures.round);
        let oldest_ms = figures.waiting.values().next().copied();
        let waits_since = oldest_ms.and_then(|at| Timestamp::from_millisecond(at).ok());
        Some(StreamHealth { book, waiting: count(figures.waiting.len()), waits_since, next })
    }

    fn figures(&self) -> MutexGuard<'_, Figures> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Figures {
    fn count(&mut self, at: Timestamp, more: StreamCounts) {
        self.round.entry(book::hour_of(at)).or_default().add(&more);
    }

    /// Lets events wait no more, and says how many they are.
    fn left<'a>(&mut self, positions: impl Iterator<Item = &'a Position>) -> usize {
        let mut events = 0;
        for position in positions {
            self.waiting.remove(position);
            events += 1;
        }
        events
    }

    fn fails(&self) -> bool {
        self.book.failure.as_ref().is_some_and(|failure| failure.lasts)
    }
}

fn count(of: usize) -> u64 {
    u64::try_from(of).unwrap_or(u64::MAX)
}
