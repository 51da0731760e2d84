//! The book of what was taken: an event that is told twice enters the journal once.
//!
//! A source repeats itself. A webhook that got no answer sends again; a log is imported again, or from where an
//! import broke off. So each event has an id that follows from what it stands for, and the catalog keeps the ids of
//! those that are durable.
//!
//! An event is claimed in memory, looked for in the catalog, and only then submitted. Ids reach the catalog a moment
//! after their events are durable, together with a cursor: behind it, no event of the journal is missing from the
//! catalog. After a crash what lies before it is read again from the journal.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cairn_catalog::{Catalog, CursorError, CursorMove, StoreError, TakenEvent, Taking};
use cairn_event::{Clock, EventView};
use cairn_intake::{Admission, Intake, IntakeError};
use cairn_projection::{BatchError, Source};
use futures_util::future::join_all;
use tokio::sync::watch;

use crate::told::{Told, taken};

/// The cursor of the book.
pub const CURSOR: &str = "sources";

/// How long a taken event is remembered, days: as long as the event history tells of it.
pub(crate) const REMEMBERED_DAYS: i32 = 90;

/// The most events told at once.
pub const TOLD_MAX: usize = TakenEvent::ASKED_MAX;

/// The most ids that wait to be written into the catalog; beyond it they are written before more is taken.
const FRESH_MAX: usize = 4 * Taking::EVENTS_MAX;

/// The most journal bytes read at once when what a crash left open is looked for.
const READ_BYTES_MAX: usize = 4 << 20;

/// Takes events, each once.
#[derive(Debug)]
pub struct Book {
    catalog: Arc<dyn Catalog>,
    intake: Arc<Intake>,
    journal: Source,
    clock: Arc<dyn Clock>,
    pages: Mutex<Pages>,
    /// Held while ids are written into the catalog.
    writing: tokio::sync::Mutex<()>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable.
    Recorded,
    /// It was taken before.
    Repeated,
    /// It is a data event that no trail selects.
    NotSelected,
    /// It is larger than the journal takes.
    TooLarge,
}

/// Events could not be taken; those that became durable nevertheless are known when they are told again.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// The journal takes nothing now.
    #[error("record what was told")]
    Intake(#[from] IntakeError),
    /// The catalog can't be read or written.
    #[error("look into the book of what was taken")]
    Catalog(#[from] StoreError),
    /// Another process writes into the book.
    #[error("write into the book of what was taken")]
    Cursor(#[from] CursorError),
    /// What a crash left open can't be read.
    #[error("read what was taken last")]
    Journal(#[from] BatchError),
    /// Too much at once.
    #[error("take more than {TOLD_MAX} events at once")]
    TooMany,
}

#[derive(Debug, Default)]
struct Pages {
    /// Where the catalog's cursor stands; none before anything was ever taken.
    cursor: Option<u64>,
    /// Whether what a crash may have left open has been read.
    caught_up: bool,
    /// Durable, and perhaps not in the catalog yet.
    fresh: HashSet<TakenEvent>,
    /// On their way; the receiver ends when it is decided.
    claimed: HashMap<TakenEvent, watch::Receiver<()>>,
    /// The journal's tail when each group of events on its way was claimed: none of them lies before it.
    began: BTreeMap<u64, usize>,
}

/// Events that one caller has claimed; dropped when it is decided about them.
struct Claim<'b> {
    book: &'b Book,
    events: Vec<TakenEvent>,
    began: u64,
    /// Ends the waiting of those who were told the same.
    _undecided: watch::Sender<()>,
}

impl Book {
    /// Opens the book.
    pub fn new(
        catalog: Arc<dyn Catalog>,
        intake: Arc<Intake>,
        journal: Source,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (pages, writing) = (Mutex::default(), tokio::sync::Mutex::default());
        Self { catalog, intake, journal, clock, pages, writing }
    }

    /// Records events that were not recorded before, and says of each, in their order, what became of it.
    ///
    /// Returns once everything is durable. Not cancel-safe: an event that was submitted is written although nobody
    /// waits for it, and may be taken once more when it is told again.
    ///
    /// # Errors
    /// Not all could be recorded; telling all of them again records the rest.
    pub async fn take(&self, told: &[Told]) -> Result<Vec<Outcome>, BookError> {
        if told.len() > TOLD_MAX {
            return Err(BookError::TooMany);
        }
        self.catch_up().await?;
        if self.pages().fresh.len() > FRESH_MAX {
            self.write().await?;
        }
        let mut outcomes = Outcomes::of(told);
        loop {
            let open = outcomes.open();
            if open.is_empty() {
                return Ok(outcomes.told());
            }
            let (claim, fresh, waiting) = self.claim(&open);
            for event in fresh {
                outcomes.settle(event, Outcome::Repeated);
            }
            self.take_claimed(claim, &mut outcomes).await?;
            // What somebody else has on his way is looked at again when it is decided: perhaps he failed.
            for mut undecided in waiting {
                while undecided.changed().await.is_ok() {}
            }
        }
    }

    /// Writes into the catalog what is durable since, moves the cursor on, and forgets what is long gone. To be
    /// called from time to time, and at the end.
    ///
    /// # Errors
    /// The catalog can't be written; nothing is lost by that.
    pub async fn keep(&self) -> Result<(), BookError> {
        // A book that nobody has written into needs no cursor, which the journal would wait for.
        let begun = self.pages().caught_up;
        if !begun && self.catalog.cursor(CURSOR).await?.is_none() {
            return Ok(());
        }
        self.catch_up().await?;
        self.write().await
    }

    /// Forgets what may be forgotten. To be called now and then.
    ///
    /// # Errors
    /// The catalog can't be written.
    pub async fn forget(&self) -> Result<u64, BookError> {
        Ok(self.catalog.forget_events(self.today()).await?)
    }

    async fn take_claimed(&self, claim: Claim<'_>, outcomes: &mut Outcomes<'_>) -> Result<(), BookError> {
        let known = self.catalog.known_events(&claim.events).await?;
        let known: HashSet<TakenEvent> = known.into_iter().collect();
        let mut submissions = Vec::new();
        for event in &claim.events {
            match outcomes.first(*event) {
                Some(told) if !known.contains(event) => {
                    submissions.push(async { (*event, self.intake.submit(told.draft.clone()).await) });
                }
                Some(_) | None => outcomes.settle(*event, Outcome::Repeated),
            }
        }
        let mut failed = None;
        for (event, admission) in join_all(submissions).await {
            match admission {
                Ok(Admission::Recorded(_position)) => {
                    self.pages().fresh.insert(event);
                    outcomes.settle(event, Outcome::Recorded);
                }
                Ok(Admission::NotSelected) => outcomes.settle(event, Outcome::NotSelected),
                Err(IntakeError::TooLarge) => outcomes.settle(event, Outcome::TooLarge),
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Claims those events that nobody has on his way. Returns beside them those that are known to be durable, and
    /// whom to wait for about the others.
    fn claim(&self, events: &[TakenEvent]) -> (Claim<'_>, Vec<TakenEvent>, Vec<watch::Receiver<()>>) {
        let (undecided, waiting) = watch::channel(());
        let mut pages = self.pages();
        let began = self.journal.tail();
        let (mut mine, mut fresh, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for event in events {
            if pages.fresh.contains(event) {
                fresh.push(*event);
            } else if let Some(undecided) = pages.claimed.get(event) {
                others.push(undecided.clone());
            } else {
                pages.claimed.insert(*event, waiting.clone());
                mine.push(*event);
            }
        }
        *pages.began.entry(began).or_default() += 1;
        let claim = Claim { book: self, events: mine, began, _undecided: undecided };
        (claim, fresh, others)
    }

    /// Writes what is fresh into the catalog, and moves its cursor as far as that is everything.
    async fn write(&self) -> Result<(), BookError> {
        let _alone = self.writing.lock().await;
        loop {
            let (events, rest, expected, to) = {
                let pages = self.pages();
                let events: Vec<TakenEvent> = pages.fresh.iter().copied().take(Taking::EVENTS_MAX).collect();
                let rest = pages.fresh.len() - events.len();
                let reached = pages.began.keys().next().copied().unwrap_or_else(|| self.journal.tail());
                let stands = pages.cursor.unwrap_or_default();
                (events, rest, pages.cursor, if rest == 0 { reached.max(stands) } else { stands })
            };
            if events.is_empty() && expected == Some(to) {
                return Ok(());
            }
            let cursor = CursorMove { name: CURSOR.to_owned(), expected, to };
            let until_day = self.today().saturating_add(REMEMBERED_DAYS);
            self.catalog.take_events(Taking { events: events.clone(), until_day, cursor }).await?;
            let mut pages = self.pages();
            pages.cursor = Some(to);
            for event in &events {
                pages.fresh.remove(event);
            }
            if rest == 0 {
                return Ok(());
            }
        }
    }

    /// Reads once, from the journal, what may not have reached the catalog before the last end.
    async fn catch_up(&self) -> Result<(), BookError> {
        if self.pages().caught_up {
            return Ok(());
        }
        let _alone = self.writing.lock().await;
        if self.pages().caught_up {
            return Ok(());
        }
        let tail = self.journal.tail();
        let cursor = match self.catalog.cursor(CURSOR).await? {
            Some(cursor) => cursor,
            None => {
                // Before anything is taken, so that a crash leaves a place to look from.
                let first = CursorMove { name: CURSOR.to_owned(), expected: None, to: tail };
                self.catalog.advance(first).await?;
                tail
            }
        };
        let mut next = cursor.max(self.journal.reader().head());
        let mut found = HashSet::new();
        while next < tail {
            let Some(batch) = self.journal.read(next, READ_BYTES_MAX).await? else { break };
            next = batch.last().map_or(tail, |record| record.position + 1);
            found.extend(batch.iter().filter_map(|record| {
                let event = EventView::parse(&record.entry.event).ok()?;
                Some(taken(record.entry.account, &event.event_id, event.event_time.epoch_seconds()))
            }));
        }
        let mut pages = self.pages();
        pages.cursor = Some(cursor);
        pages.fresh.extend(found);
        pages.caught_up = true;
        Ok(())
    }

    fn today(&self) -> i32 {
        let days = self.clock.now().as_second().div_euclid(SECONDS_A_DAY);
        i32::try_from(days).unwrap_or_default()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        // Every change of the pages is a single step, so that a panic elsewhere leaves them whole.
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let mut pages = self.book.pages();
        for event in &self.events {
            pages.claimed.remove(event);
        }
        if let Some(count) = pages.began.get_mut(&self.began) {
            *count -= 1;
            if *count == 0 {
                pages.began.remove(&self.began);
            }
        }
    }
}

/// What becomes of each event of a telling, which may tell one twice.
struct Outcomes<'t> {
    told: &'t [Told],
    decided: Vec<Option<Outcome>>,
    /// Where each event stands, first to last.
    places: HashMap<TakenEvent, Vec<usize>>,
}

impl<'t> Outcomes<'t> {
    fn of(told: &'t [Told]) -> Self {
        let mut places: HashMap<TakenEvent, Vec<usize>> = HashMap::with_capacity(told.len());
        for (at, told) in told.iter().enumerate() {
            places.entry(told.taken).or_default().push(at);
        }
        Self { told, decided: vec![None; told.len()], places }
    }

    /// Lists the undecided events, each once, in the order told.
    fn open(&self) -> Vec<TakenEvent> {
        let mut seen = HashSet::new();
        let undecided = self.told.iter().zip(&self.decided).filter(|(_, outcome)| outcome.is_none());
        undecided.map(|(told, _)| told.taken).filter(|event| seen.insert(*event)).collect()
    }

    fn first(&self, event: TakenEvent) -> Option<&'t Told> {
        self.told.get(*self.places.get(&event)?.first()?)
    }

    /// Decides about an event; where it was told before in the same telling, it was repeated.
    fn settle(&mut self, event: TakenEvent, outcome: Outcome) {
        let again = if outcome == Outcome::Recorded { Outcome::Repeated } else { outcome };
        for (rank, at) in self.places.get(&event).into_iter().flatten().enumerate() {
            if let Some(decided) = self.decided.get_mut(*at) {
                *decided = Some(if rank == 0 { outcome } else { again });
            }
        }
    }

    fn told(self) -> Vec<Outcome> {
        self.decided.into_iter().map(|outcome| outcome.unwrap_or(Outcome::Repeated)).collect()
    }
}

const SECONDS_A_DAY: i64 = 86_400;

#[cfg(test)]
mod tests;
