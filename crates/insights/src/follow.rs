//! The driver: reads what counting needs, saves what it came to, sends what was found.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{Catalog, CursorError, CursorMove, Revision, Snapshot, SnapshotError};
use cairn_event::Clock;
use cairn_intake::{Intake, IntakeError};
use cairn_journal::Position;
use cairn_projection::{Batch, Projection, Record, Source};
use tokio::time::Instant;

use crate::commit::{self, Saving};
use crate::counting::{Counting, Looked, Stop};
use crate::deal;
use crate::fleet::At;
use crate::insights::{CURSOR, Health, Shared};
use crate::load::{self, LoadError};
use crate::pulse::Pulse;
use crate::sighting::{self, Sighting};
use crate::store::{Keep, StoreError};
use crate::telemetry;
use crate::told::Told;
use crate::watched::Selections;

/// Revisions that are kept at hand.
const SNAPSHOTS_MAX: usize = 8;

/// How long minutes without calls are closed at a time, after a while without a server: what comes meanwhile goes on.
const CATCH_UP_FOR: Duration = Duration::from_millis(500);

/// A step was not done; it is done again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FollowError {
    #[error("keep what was counted")]
    Store(#[from] StoreError),
    #[error("read revision {revision} of the catalog")]
    Snapshot {
        revision: Revision,
        #[source]
        source: SnapshotError,
    },
    #[error("move the cursor of insights")]
    Cursor(#[from] CursorError),
    #[error("learn how far the journal is")]
    Intake(#[from] IntakeError),
    #[error("learn which minutes were lost with the journal")]
    Load(#[from] LoadError),
    #[error("count a batch: an earlier one was lost with its thread; a restart counts it again")]
    Lost,
}

/// A revision of the catalog, and what trails select in it.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    snapshot: Arc<Snapshot>,
    selections: Arc<Selections>,
}

/// Counts what the journal holds, and tells what is unusual in it.
pub(crate) struct Follower {
    pub(crate) shared: Arc<Shared>,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) source: Source,
    pub(crate) clock: Arc<dyn Clock>,
    /// None while a thread has it, and for good if that was lost.
    pub(crate) counting: Option<Counting>,
    pub(crate) told: Told,
    pub(crate) saving: Option<Saving>,
    pub(crate) known: BTreeMap<Revision, Known>,
    pub(crate) pulse: Arc<Pulse>,
    /// Where the catalog has the cursor.
    pub(crate) cursor: Option<Position>,
    /// The journal's tail when this server started: what was sent before stands below it.
    pub(crate) sent_below: Position,
    /// The series that was built anew last.
    pub(crate) rebuilt_last: Option<At>,
    /// The hour at which what is old was taken away last.
    pub(crate) expired_hour: u32,
}

impl Projection for Follower {
    type Error = FollowError;

    fn name(&self) -> &'static str {
        "insights"
    }

    async fn apply(&mut self, batch: Batch) -> Result<(), FollowError> {
        self.note_unwatched()?;
        let looked = self.look(batch).await?;
        loop {
            self.commit_what_waits().await?;
            let stop = self.count(Arc::clone(&looked)).await?;
            self.note_arrivals()?;
            if self.is_worth_saving()? || stop == Stop::Save {
                self.commit().await?;
            }
            if stop == Stop::Done {
                break;
            }
        }
        self.send().await?;
        self.report()
    }

    async fn idle(&mut self) -> Result<(), FollowError> {
        self.note_unwatched()?;
        self.commit_what_waits().await?;
        self.close_in_time().await?;
        self.commit().await?;
        self.send().await?;
        self.rebuild().await?;
        self.expire().await?;
        self.report()
    }

    async fn go_on_from(&mut self, head: Position) -> Result<bool, FollowError> {
        self.commit_what_waits().await?;
        let reader = Arc::clone(self.source.reader());
        let reading = tokio::task::spawn_blocking(move || load::received(reader.as_ref(), head));
        let received = reading.await.map_err(|_panicked| FollowError::Lost)??;
        let lost = head.saturating_sub(self.next());
        tracing::warn!(lost, "insights did not count a part of the journal: it was given up");
        self.counting_mut()?.pass_to(head, received);
        self.commit().await?;
        Ok(true)
    }
}

impl Follower {
    /// Returns the position to read on from.
    pub(crate) fn next(&self) -> Position {
        self.counting.as_ref().map_or(0, Counting::next)
    }

    /// Shows the journal's retention from where on it is needed, before the first minute is closed.
    pub(crate) async fn enroll(&mut self) -> Result<(), cairn_catalog::StoreError> {
        if self.cursor.is_some() {
            return Ok(());
        }
        match self.advance(self.next()).await {
            Err(FollowError::Cursor(CursorError::Store(error))) => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    pub(crate) fn counting(&self) -> Result<&Counting, FollowError> {
        self.counting.as_ref().ok_or(FollowError::Lost)
    }

    pub(crate) fn counting_mut(&mut self) -> Result<&mut Counting, FollowError> {
        self.counting.as_mut().ok_or(FollowError::Lost)
    }

    /// Looks at each record under its revision, on a blocking thread.
    async fn look(&mut self, batch: Batch) -> Result<Arc<[Looked]>, FollowError> {
        let next = self.counting()?.next();
        let mut known = BTreeMap::new();
        for record in batch.iter().filter(|record| record.position >= next) {
            if let Entry::Vacant(missing) = known.entry(record.entry.revision) {
                missing.insert(self.known(record.entry.revision).await?);
            }
        }
        let looking = tokio::task::spawn_blocking(move || {
            let fresh = batch.iter().filter(|record| record.position >= next);
            let mut before = None;
            let looked = fresh.filter_map(|record| {
                let known = known.get(&record.entry.revision)?;
                let turns = before.replace(record.entry.revision) != Some(record.entry.revision);
                Some(look(record, known, turns))
            });
            looked.collect()
        });
        looking.await.map_err(|_panicked| FollowError::Lost)
    }

    async fn known(&mut self, revision: Revision) -> Result<Known, FollowError> {
        if let Some(known) = self.known.get(&revision) {
            return Ok(known.clone());
        }
        let read = self.catalog.snapshot(revision).await;
        let snapshot = read.map_err(|source| FollowError::Snapshot { revision, source })?;
        let selections = Arc::new(sighting::selections(&snapshot));
        if self.known.len() >= SNAPSHOTS_MAX {
            self.known.pop_first();
        }
        let known = Known { snapshot, selections };
        self.known.insert(revision, known.clone());
        Ok(known)
    }

    /// Notes minutes that nobody watched, before any of them is closed.
    fn note_unwatched(&mut self) -> Result<(), FollowError> {
        self.pulse.beat(self.clock.now().as_millisecond(), self.intake.refusal().is_some());
        for gap in self.pulse.take_missed() {
            self.counting_mut()?.note_unwatched(gap);
        }
        Ok(())
    }

    async fn count(&mut self, looked: Arc<[Looked]>) -> Result<Stop, FollowError> {
        self.on_thread(move |counting| counting.count(&looked)).await
    }

    /// Hands counting to a blocking thread: a minute of many series takes its time.
    async fn on_thread<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Counting) -> T + Send + 'static,
    ) -> Result<T, FollowError> {
        let mut counting = self.counting.take().ok_or(FollowError::Lost)?;
        let working = tokio::task::spawn_blocking(move || {
            let (before, began) = (counting.minutes_closed(), Instant::now());
            let done = work(&mut counting);
            telemetry::closed(counting.minutes_closed() - before, began.elapsed());
            (counting, done)
        });
        let (counting, done) = working.await.map_err(|_panicked| FollowError::Lost)?;
        self.counting = Some(counting);
        Ok(done)
    }

    /// Closes the minutes whose time is over although nothing came, if everything that was received is counted.
    async fn close_in_time(&mut self) -> Result<(), FollowError> {
        let began = Instant::now();
        while began.elapsed() < CATCH_UP_FOR {
            // First: what waits in the journal says itself which minutes it closes.
            if self.source.tail() != self.counting()?.next() {
                return Ok(());
            }
            let now_ms = self.clock.now().as_millisecond();
            let due_ms = self.counting_mut()?.due_ms(now_ms);
            if now_ms < due_ms {
                return Ok(());
            }
            // Several at once after a while without this server: up to the last whose grace is over.
            let floor_ms = due_ms + (now_ms - due_ms) / MINUTE_MS * MINUTE_MS;
            if self.intake.advance_to(floor_ms).await? != self.counting()?.next() {
                return Ok(());
            }
            let stop = self.on_thread(move |counting| counting.close_until(floor_ms)).await?;
            self.commit().await?;
            if stop == Stop::Done {
                break;
            }
        }
        Ok(())
    }

    fn note_arrivals(&mut self) -> Result<(), FollowError> {
        for (position, arrived) in self.counting_mut()?.take_seen() {
            self.told.see(&arrived);
            if position < self.sent_below {
                self.told.earlier.see(position, arrived);
            } else if arrived.imported {
                self.told.earlier.see_imported(arrived);
            }
        }
        Ok(())
    }

    fn is_worth_saving(&self) -> Result<bool, FollowError> {
        Ok(self.counting()?.is_closed_unsaved())
    }

    /// Finishes a transaction that failed before.
    async fn commit_what_waits(&mut self) -> Result<(), FollowError> {
        match self.saving.is_some() {
            true => self.finish().await,
            false => Ok(()),
        }
    }

    /// Saves what was counted and found.
    pub(crate) async fn commit(&mut self) -> Result<(), FollowError> {
        if self.saving.is_none() {
            let Some(counting) = self.counting.as_mut().filter(|counting| counting.is_unsaved()) else {
                return Ok(());
            };
            let Some(standing) = counting.standing() else { return Ok(()) };
            let store = &self.shared.store;
            commit::identify(store, counting).await?;
            let dealt = deal::deal(store, counting, &self.told, &self.catalog.current()).await?;
            self.saving = Some(commit::assemble(counting, &self.told, dealt, standing));
        }
        self.finish().await
    }

    async fn finish(&mut self) -> Result<(), FollowError> {
        let Some(saving) = &self.saving else { return Ok(()) };
        let began = Instant::now();
        self.shared.store.close_minute(&saving.closing()).await?;
        telemetry::saved(began.elapsed());
        let Some(saving) = self.saving.take() else { return Ok(()) };
        for record in &saving.dealt.records {
            telemetry::told(&record.insight);
        }
        self.told.change(saving.dealt.changes);
        self.told.wait(saving.dealt.records);
        telemetry::sent(saving.arrived.len());
        self.told.settle(&saving.arrived);
        if let Some(counting) = &self.counting {
            self.told.earlier.saved(|at| counting.stale(at).is_some());
        }
        self.advance(saving.position.resume).await
    }

    /// Shows the journal's retention what is not needed any more.
    async fn advance(&mut self, to: Position) -> Result<(), FollowError> {
        if self.cursor == Some(to) {
            return Ok(());
        }
        let step = CursorMove { name: CURSOR.to_owned(), expected: self.cursor, to };
        // Back where the store was lost, and everything that is left of the journal is counted again.
        match self.cursor {
            Some(from) if to < from => self.catalog.rewind(step).await?,
            Some(_) | None => self.catalog.advance(step).await?,
        }
        self.cursor = Some(to);
        Ok(())
    }

    /// Takes away what is old, once an hour.
    async fn expire(&mut self) -> Result<(), FollowError> {
        let Some(closed) = self.counting()?.closed() else { return Ok(()) };
        let hour = closed.number() / 60;
        if hour != self.expired_hour {
            let expired = self.shared.store.expire(Keep::at(closed)).await?;
            self.expired_hour = hour;
            tracing::debug!(points = expired.points, records = expired.records, "old counts taken away");
        }
        Ok(())
    }

    fn report(&mut self) -> Result<(), FollowError> {
        let counting = self.counting()?;
        let health = Health {
            closed: counting.closed(),
            next: counting.next(),
            series: counting.fleet.len(),
            waiting: self.told.waiting(),
            stale: counting.stale_count(),
        };
        telemetry::health(&health, self.clock.now().as_second());
        self.shared.health.send_replace(health);
        Ok(())
    }
}

const MINUTE_MS: i64 = 60_000;

fn look(record: &Record, known: &Known, turns: bool) -> Looked {
    Looked {
        position: record.position,
        received_ms: record.entry.received_ms,
        sighting: Sighting::of(&record.entry, &known.snapshot),
        selections: turns.then(|| Arc::clone(&known.selections)),
    }
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").field("counting", &self.counting).finish_non_exhaustive()
    }
}
