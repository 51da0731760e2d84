//! One trail's log: read the journal, commit to what the trail receives, grow the tree.
//!
//! The order never changes: tiles, then the catalog's state by compare-and-set, then the checkpoint, then the
//! cursor. Whoever loses the compare-and-set has published nothing but tiles, which are the same bytes
//! whoever writes them; and no checkpoint is ever ahead of the catalog, so that none is ever taken back.

use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{CursorError, CursorMove, DONE, LiveTrail, SnapshotError, StoreError, TrailId};
use cairn_event::EventView;
use cairn_intake::IntakeError;
use cairn_journal::Position;
use cairn_projection::{Batch, BatchError, Pause, Source};
use tlog_tiles::Hash;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::checkpoint::CheckpointError;
use crate::leaf::{Leaf, commitment};
use crate::service::{Tlog, cursor_name};
use crate::state::{Ended, Log, StateError};
use crate::store::TileError;
use crate::telemetry;

/// The most journal bytes taken in one reading.
const READ_BYTES_MAX: usize = 4 << 20;

/// The most leaves that wait; with so many the tree grows at once.
pub(crate) const LEAVES_MAX: usize = 16_384;

/// The pause after a failure: the first, and the longest it grows to.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// Positions after which the cursor moves although nothing was selected, so that the journal can be trimmed.
const IDLE_POSITIONS_MAX: u64 = 100_000;

/// A sleeping log looks around at least this often.
const WAKE: Duration = Duration::from_secs(5);

/// The task of one trail's log.
#[derive(Debug)]
pub(crate) struct TrailLog {
    pub(crate) shared: Arc<Tlog>,
    journal: Source,
    pub(crate) trail: TrailId,
    /// The next position to read.
    pub(crate) next: Position,
    /// What the catalog's cursor holds.
    committed: Position,
    received_ms: i64,
    /// The log that takes leaves; none before the first event.
    pub(crate) log: Option<Log>,
    /// How many logs the trail has had.
    logs: usize,
    /// What waits to enter the tree, and since when.
    pub(crate) pending: Vec<Leaf>,
    pub(crate) since: Option<Instant>,
    /// A tree that the bucket shows and this one has yet to reach.
    pub(crate) shown: Option<(u64, Hash)>,
    /// The trail as the newest routed event knew it.
    last_seen: Option<Arc<LiveTrail>>,
}

/// A log can't go on for now; it is tried again from its state.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FollowError {
    #[error("read the journal")]
    Journal(#[from] BatchError),
    #[error("read the trails of an event's revision")]
    Snapshot(#[from] SnapshotError),
    #[error("read the cursor")]
    Store(#[from] StoreError),
    #[error("move the cursor")]
    Cursor(#[from] CursorError),
    #[error("keep the log's state")]
    State(#[from] StateError),
    #[error("sign a checkpoint")]
    Sign(#[from] CheckpointError),
    #[error("wait for what is still on its way")]
    Intake(#[from] IntakeError),
    #[error("write to the log's bucket")]
    Tile(#[from] TileError),
    #[error("wait for a working thread")]
    Thread(#[from] tokio::task::JoinError),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Again,
    Idle,
    Done,
    /// The log is not the one to go on with: begin anew.
    Begin,
}

impl TrailLog {
    pub(crate) fn new(shared: Arc<Tlog>, trail: TrailId) -> Self {
        Self {
            journal: shared.journal.clone(),
            shared,
            trail,
            next: 0,
            committed: 0,
            received_ms: i64::MAX,
            log: None,
            logs: 0,
            pending: Vec::new(),
            since: None,
            shown: None,
            last_seen: None,
        }
    }

    /// Keeps the log until `stop`, or until a deleted trail has nothing left.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut pause = Pause::new(BACKOFF.0, BACKOFF.1);
        let mut begun = false;
        while !stop.is_cancelled() {
            let outcome = if begun { self.step().await } else { self.begin().await };
            match outcome {
                Ok(Step::Done) => return,
                Ok(step) => {
                    begun = step != Step::Begin;
                    pause.succeeded();
                    if step == Step::Idle {
                        self.wait(&stop).await;
                    }
                }
                Err(error) => {
                    self.report(&error);
                    begun = false;
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(pause.failed()) => {}
                    }
                }
            }
        }
        // What waits would wait for the next start; it is not lost, only later.
        if begun && let Err(error) = self.flush().await {
            self.report(&error);
        }
    }

    /// Takes up where the state says. Whatever was read and is in no tree yet is read again.
    pub(crate) async fn begin(&mut self) -> Result<Step, FollowError> {
        (self.pending, self.since, self.shown) = (Vec::new(), None, None);
        let shared = Arc::clone(&self.shared);
        let head = self.journal.reader().head();
        let cursor = shared.catalog.cursor(&cursor_name(&self.trail)).await?;
        self.committed = match cursor {
            Some(DONE) => return Ok(Step::Done),
            Some(position) => position,
            None => {
                let to = self.live().map_or(0, |trail| trail.created_at_position).max(head);
                match shared.catalog.advance(self.step_of(None, to)).await {
                    Ok(()) => to,
                    // Whoever is about to delete the trail gave it its cursor.
                    Err(CursorError::Moved { actual: Some(position) }) => position,
                    Err(error) => return Err(error.into()),
                }
            }
        };
        let mut logs = Log::of_trail(&*shared.catalog, &shared.master, &self.trail).await?;
        self.logs = logs.len();
        self.log = logs.pop().filter(|log| log.body.ended.is_none());
        let kept = self.log.as_ref().map_or(0, |log| log.body.next);
        self.next = self.committed.max(kept);
        if self.next < head {
            self.end_log(Ended::Interrupted).await?;
            self.next = head;
        }
        if self.next > self.committed {
            self.advance().await?;
        }
        match self.moved() {
            true => self.end_log(Ended::Moved).await?,
            false => self.show_again().await?,
        }
        Ok(Step::Again)
    }

    async fn step(&mut self) -> Result<Step, FollowError> {
        if self.journal.tail() <= self.next {
            return self.at_the_tail().await;
        }
        let Some(batch) = self.journal.read(self.next, READ_BYTES_MAX).await? else {
            return self.at_the_tail().await;
        };
        let wanted = self.wanted(&batch).await?;
        self.take(&batch, wanted).await?;
        if let Some(last) = batch.last() {
            (self.next, self.received_ms) = (last.position + 1, last.entry.received_ms);
        }
        self.report_lag();
        if self.pending.len() >= LEAVES_MAX || self.is_due() {
            return self.flush().await;
        }
        if self.pending.is_empty() && self.next - self.committed > IDLE_POSITIONS_MAX {
            self.advance().await?;
        }
        Ok(Step::Again)
    }

    /// Finds the records that the trail receives while its log files are validated.
    async fn wanted(&mut self, batch: &Batch) -> Result<Vec<usize>, FollowError> {
        let mut wanted = Vec::new();
        for (index, record) in batch.iter().enumerate() {
            let entry = &record.entry;
            let Ok(event) = EventView::parse(&entry.event) else { continue };
            let snapshot = self.shared.catalog.snapshot(entry.revision).await?;
            let routed = snapshot
                .route(&event, entry.account, &entry.region, entry.origin)
                .find(|trail| *trail.id() == self.trail);
            if let Some(trail) = routed.filter(|trail| trail.log_file_validation) {
                self.last_seen = Some(Arc::clone(trail));
                wanted.push(index);
            }
        }
        Ok(wanted)
    }

    /// Commits to the wanted records, with the salts of the log that they will enter.
    async fn take(&mut self, batch: &Batch, wanted: Vec<usize>) -> Result<(), FollowError> {
        if wanted.is_empty() {
            return Ok(());
        }
        let log = match self.log.take() {
            Some(log) => log,
            None => self.begin_log().await?,
        };
        let (salts, batch) = (log.salts.clone(), Arc::clone(batch));
        self.log = Some(log);
        let committing = tokio::task::spawn_blocking(move || {
            let records = wanted.into_iter().filter_map(|index| batch.get(index));
            let leaf = |record: &cairn_projection::Record| Leaf {
                position: record.position,
                received_ms: record.entry.received_ms,
                entry: commitment(&salts.salt(record.position), &record.entry.event),
            };
            records.map(leaf).collect::<Vec<_>>()
        });
        self.pending.append(&mut committing.await?);
        self.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    async fn begin_log(&mut self) -> Result<Log, FollowError> {
        let Tlog { catalog, master, ids, .. } = &*self.shared;
        let trail = self.trail().ok_or(StateError::Malformed("its trail is gone"))?;
        let log = Log::begin(&**catalog, (master, &**ids), (&trail, self.logs), self.next).await?;
        self.logs += 1;
        tracing::info!(trail = %self.trail.arn, origin = log.body.origin, "transparency log begun");
        Ok(log)
    }

    /// Lets the tree grow once its time has come; with nothing left, a trail that is no more is done.
    async fn at_the_tail(&mut self) -> Result<Step, FollowError> {
        self.report_lag();
        if self.is_due() || (!self.pending.is_empty() && self.live().is_none()) {
            return self.flush().await;
        }
        if !self.pending.is_empty() || self.live().is_some() {
            return Ok(Step::Idle);
        }
        // Entries stamped before the deletion may still be on their way into the journal.
        let now_ms = self.shared.clock.now().as_millisecond();
        if let Some(intake) = &self.shared.intake
            && intake.advance_to(now_ms).await? != self.next
        {
            return Ok(Step::Again);
        }
        self.shared.catalog.advance(self.step_of(Some(self.committed), DONE)).await?;
        Ok(Step::Done)
    }

    /// Ends the log, if there is one: the next event begins another.
    pub(crate) async fn end_log(&mut self, why: Ended) -> Result<(), FollowError> {
        let Some(mut log) = self.log.take() else { return Ok(()) };
        log.end(&*self.shared.catalog, why).await?;
        let (origin, size) = (&log.body.origin, log.body.size);
        match why {
            Ended::Moved => tracing::info!(trail = %self.trail.arn, origin, size, "transparency log moved"),
            Ended::Interrupted | Ended::Obstructed | Ended::Forked => {
                telemetry::failed(&self.trail.arn, "Ended");
                tracing::error!(trail = %self.trail.arn, origin, size, why = ?why, "transparency log ended");
            }
        }
        Ok(())
    }

    /// Moves the cursor, which holds the journal, to where reading goes on.
    pub(crate) async fn advance(&mut self) -> Result<(), FollowError> {
        self.shared.catalog.advance(self.step_of(Some(self.committed), self.next)).await?;
        self.committed = self.next;
        Ok(())
    }

    /// Says whether the trail delivers elsewhere than the log lies.
    pub(crate) fn moved(&self) -> bool {
        let (Some(log), Some(trail)) = (&self.log, self.live()) else { return false };
        log.body.bucket != trail.s3_bucket || log.body.folder != crate::path::folder(&trail, &log.body.id)
    }

    /// Returns the trail as it is, or as it was last.
    pub(crate) fn trail(&self) -> Option<Arc<LiveTrail>> {
        self.live().or_else(|| self.last_seen.clone())
    }

    fn is_due(&self) -> bool {
        self.since.is_some_and(|since| since.elapsed() >= self.shared.interval)
    }

    async fn wait(&mut self, stop: &CancellationToken) {
        let left = self.since.map_or(WAKE, |since| self.shared.interval.saturating_sub(since.elapsed()));
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.journal.reach(self.next) => {}
            () = tokio::time::sleep(left.clamp(Duration::from_millis(1), WAKE)) => {}
        }
    }

    /// Returns the trail as it is now; none once it is deleted.
    fn live(&self) -> Option<Arc<LiveTrail>> {
        let snapshot = self.shared.catalog.current();
        snapshot.trail(&self.trail.arn).filter(|trail| *trail.id() == self.trail).map(Arc::clone)
    }

    fn step_of(&self, expected: Option<Position>, to: Position) -> CursorMove {
        CursorMove { name: cursor_name(&self.trail), expected, to }
    }

    fn report(&self, error: &FollowError) {
        let code = match error {
            FollowError::Tile(TileError::Refused { code }) => code.as_str(),
            FollowError::Tile(TileError::Different) => "ObjectAlreadyExists",
            FollowError::Journal(_)
            | FollowError::Snapshot(_)
            | FollowError::Store(_)
            | FollowError::Cursor(_)
            | FollowError::State(_)
            | FollowError::Sign(_)
            | FollowError::Intake(_)
            | FollowError::Thread(_) => "InternalError",
        };
        telemetry::failed(&self.trail.arn, code);
        let error = error as &dyn std::error::Error;
        tracing::warn!(trail = %self.trail.arn, code, error, "transparency log deferred");
    }

    /// Tells how far the log is behind: everything since the first event that is in no tree yet.
    fn report_lag(&self) {
        let first = self
            .pending
            .first()
            .map_or((self.next, self.received_ms), |leaf| (leaf.position, leaf.received_ms));
        let behind = self.journal.tail().saturating_sub(first.0);
        let age_ms = self.shared.clock.now().as_millisecond().saturating_sub(first.1);
        telemetry::lag(&self.trail.arn, behind, if behind == 0 { 0 } else { (age_ms / 1000).max(0) });
    }
}

#[cfg(test)]
mod tests;
