//! The delivery of one product of one trail: read, route, cut windows, put, commit.
//!
//! What a bucket denies is owed and caught up with beside the rest.

mod catch_up;
mod put;

use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{
    CursorError, CursorMove, DONE, Delivery as Committed, DeliveryKind, Failure, LiveTrail, Receipt,
    Revision, SnapshotError, StoreError, TrailId,
};
use cairn_event::{AccountId, Entry, EventView, Region};
use cairn_intake::IntakeError;
use cairn_journal::Position;
use cairn_projection::{BatchError, Source};
use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::catch_up::Retries;
use crate::backoff::backoff;
use crate::bucket::PutError;
use crate::digest::NoticeError;
use crate::gathering::Gathering;
use crate::lag::Lag;
use crate::log_file::Folder;
use crate::owed::{Owed, OwedError, Place, Places};
use crate::product::Product;
use crate::service::Delivery;
use crate::telemetry;
use crate::window::Interval;

/// The most journal bytes taken in one reading.
const READ_BYTES_MAX: usize = 4 << 20;

/// Positions after which a cursor moves although nothing was selected, so that the journal can be trimmed.
const IDLE_POSITIONS_MAX: u64 = 100_000;

/// A sleeping trail looks around at least this often.
const WAKE: Duration = Duration::from_secs(5);

/// The task of one product of one trail.
#[derive(Debug)]
pub(crate) struct TrailDelivery {
    shared: Arc<Delivery>,
    journal: Source,
    product: Product,
    interval: Interval,
    cursor_name: String,
    trail: TrailId,
    /// The next position to read.
    next: Position,
    /// What the catalog's cursor holds.
    committed: Position,
    /// The received time of the newest entry taken.
    received_ms: i64,
    /// Before when intake promised that nothing more will have been received.
    ended_ms: i64,
    window: Option<Window>,
    /// What of the stretch below the cursor is not delivered.
    owed: Owed,
    retries: Retries,
}

#[derive(Debug)]
struct Window {
    end_ms: i64,
    /// Where its first event stands, and when that was received: from there on nothing is delivered yet.
    first: Position,
    first_received_ms: i64,
    begun: Instant,
    /// The trail as its newest event knew it: says where to put files once the trail is deleted. All its events knew
    /// one organization, which says where the files lie, whatever the trail is by then.
    trail: Arc<LiveTrail>,
    /// The revision that this event was routed by.
    revision: Revision,
    files: Gathering,
}

/// Whether an event could be taken in.
#[derive(Debug, PartialEq, Eq)]
enum Fit {
    /// It was, or the trail does not want it.
    Taken,
    /// It belongs to another window.
    Cut,
}

/// Delivery can't go on for now; it is tried again from the cursor.
#[derive(Debug, thiserror::Error)]
enum DeliverError {
    #[error("read the journal")]
    Journal(#[from] BatchError),
    #[error("read the trails of an event's revision")]
    Snapshot(#[from] SnapshotError),
    #[error("read what is owed")]
    Owed(#[from] OwedError),
    #[error("read the cursor")]
    Store(#[from] StoreError),
    #[error("commit a delivery")]
    Cursor(#[from] CursorError),
    #[error("close the window")]
    Intake(#[from] IntakeError),
    #[error("begin and end the digest chains of trails")]
    Notice(#[from] NoticeError),
    #[error("compress a log file")]
    Compress(#[from] std::io::Error),
    #[error("deliver a log file of {account} in {region}")]
    Put {
        account: AccountId,
        region: Region,
        source: PutError,
        /// Everybody who is told.
        failures: Vec<Failure>,
    },
    #[error("wait for a working thread")]
    Thread(#[from] tokio::task::JoinError),
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Again,
    Idle,
    Done,
}

impl TrailDelivery {
    pub(crate) fn new(shared: Arc<Delivery>, product: Product, trail: TrailId) -> Self {
        let interval = match product {
            Product::LogFiles => shared.config.interval,
            Product::AggregatedEvents => shared.config.aggregation_window,
        };
        Self {
            journal: shared.journal.clone(),
            shared,
            product,
            interval,
            cursor_name: product.cursor_name(&trail),
            trail,
            next: 0,
            committed: 0,
            received_ms: i64::MAX,
            ended_ms: i64::MIN,
            window: None,
            owed: Owed::default(),
            retries: Retries::default(),
        }
    }

    /// Delivers until `stop`, or until a deleted trail has nothing left.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut pause = backoff();
        let mut begun = false;
        while !stop.is_cancelled() {
            let outcome = if begun { self.turn().await } else { self.begin().await };
            if let Ok(step) = &outcome {
                let below = if *step == Step::Done { DONE } else { self.delivered_below() };
                self.shared.progress.reached(self.product, &self.trail, below, &self.owed.places);
            }
            match outcome {
                Ok(Step::Done) => {
                    self.shared.lags.forget(&self.trail);
                    return;
                }
                Ok(step) => {
                    begun = true;
                    pause.succeeded();
                    if step == Step::Idle {
                        self.wait(&stop).await;
                    }
                }
                Err(error) => {
                    self.report(&error).await;
                    begun = false;
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(pause.failed()) => {}
                    }
                }
            }
        }
    }

    /// Takes up where the cursor stands. Whatever was read but not committed is read again.
    async fn begin(&mut self) -> Result<Step, DeliverError> {
        self.window = None;
        self.owed = Owed::read(&*self.shared.catalog, self.product, &self.trail).await?;
        self.committed = match self.shared.catalog.cursor(&self.cursor_name).await? {
            Some(DONE) => return Ok(Step::Done),
            Some(position) => position,
            None => {
                let first = self.live().map_or(0, |trail| trail.created_at_position);
                let to = first.max(self.journal.reader().head());
                match self.shared.catalog.advance(self.step_of(None, to)).await {
                    Ok(()) => to,
                    // Whoever is about to delete the trail gave it its cursor.
                    Err(CursorError::Moved { actual: Some(position) }) => position,
                    Err(error) => return Err(error.into()),
                }
            }
        };
        self.next = self.committed;
        Ok(Step::Again)
    }

    /// Takes a step, and one towards what is owed.
    async fn turn(&mut self) -> Result<Step, DeliverError> {
        let step = self.step().await?;
        let goes_on = step != Step::Done && self.catch_up().await?;
        Ok(if goes_on { Step::Again } else { step })
    }

    async fn step(&mut self) -> Result<Step, DeliverError> {
        if self.journal.tail() <= self.next {
            return self.at_the_tail().await;
        }
        let Some(records) = self.journal.read(self.next, READ_BYTES_MAX).await? else {
            return self.at_the_tail().await;
        };
        for record in records.iter() {
            self.take(record.position, &record.entry).await?;
        }
        self.report_lag();
        if self.window.is_none() && self.next - self.committed > IDLE_POSITIONS_MAX {
            self.commit(Vec::new(), self.next, self.owed.places.clone()).await?;
        }
        Ok(Step::Again)
    }

    async fn take(&mut self, position: Position, entry: &Entry) -> Result<(), DeliverError> {
        let mut window = self.window.take();
        let fit = self.fit(&mut window, (position, entry), None).await?;
        self.window = window;
        if fit == Fit::Cut {
            self.close_window(position).await?;
            let mut window = None;
            self.fit(&mut window, (position, entry), None).await?;
            self.window = window;
        }
        self.next = position + 1;
        self.received_ms = entry.received_ms;
        if self.window.as_ref().is_some_and(|window| window.first == position) {
            self.note_lag();
        }
        Ok(())
    }

    /// Adds an event to the window if the trail receives it; of log files only those of some places, if they are
    /// named. Where windows end depends on the journal and the revisions alone.
    async fn fit(
        &self,
        window: &mut Option<Window>,
        (position, entry): (Position, &Entry),
        only: Option<&Places>,
    ) -> Result<Fit, DeliverError> {
        let end_ms = self.interval.end_of_window_ms(entry.received_ms);
        if window.as_ref().is_some_and(|window| window.end_ms != end_ms) {
            return Ok(Fit::Cut);
        }
        let Ok(event) = EventView::parse(&entry.event) else { return Ok(Fit::Taken) };
        let snapshot = self.shared.catalog.snapshot(entry.revision).await?;
        let routed = snapshot
            .route(&event, entry.account, &entry.region, entry.origin)
            .find(|trail| *trail.id() == self.trail);
        let Some(trail) = routed else { return Ok(Fit::Taken) };
        if !Gathering::wants(self.product, trail, &event) {
            return Ok(Fit::Taken);
        }
        if window.as_ref().is_some_and(|window| window.trail.organization != trail.organization) {
            return Ok(Fit::Cut);
        }
        let length_ms = i64::try_from(self.interval.length().as_millis()).unwrap_or(i64::MAX);
        let window = window.get_or_insert_with(|| Window {
            end_ms,
            first: position,
            first_received_ms: entry.received_ms,
            begun: Instant::now(),
            trail: Arc::clone(trail),
            revision: entry.revision,
            files: Gathering::begin(self.product, trail, end_ms, length_ms),
        });
        (window.trail, window.revision) = (Arc::clone(trail), entry.revision);
        let is_asked = |places: &Places| {
            let place = |folder| Place { account: entry.account, region: entry.region.clone(), folder };
            Folder::of(event.category()).is_some_and(|folder| places.contains_key(&place(folder)))
        };
        // What is summed up can't be told apart before it is.
        if self.product == Product::AggregatedEvents || only.is_none_or(is_asked) {
            window.files.push(position, entry, &event, (trail, end_ms))?;
        }
        Ok(Fit::Taken)
    }

    /// Closes the open window once its time is over and nothing more can fall into it.
    async fn at_the_tail(&mut self) -> Result<Step, DeliverError> {
        self.report_lag();
        let Some(window) = &self.window else {
            return self.at_rest().await;
        };
        if !self.time_left(window).is_zero() {
            return Ok(Step::Idle);
        }
        let end_ms = window.end_ms;
        let later = self.shared.intake.advance_to(end_ms).await?;
        self.ended_ms = end_ms;
        if later == self.next {
            self.close_window(self.next).await?;
        }
        Ok(Step::Again)
    }

    /// Returns how long a window waits for more. Received times never fall: after a clock that was put forward was set
    /// right, they are ahead of it, by days perhaps. Then a window waits for as long as it is, and not once more when
    /// its files are tried again.
    fn time_left(&self, window: &Window) -> Duration {
        if window.end_ms <= self.ended_ms {
            return Duration::ZERO;
        }
        let now_ms = self.shared.clock.now().as_millisecond();
        let left = Duration::from_millis(u64::try_from(window.end_ms - now_ms).unwrap_or_default());
        if now_ms >= window.first_received_ms {
            return left;
        }
        left.min(self.interval.length().saturating_sub(window.begun.elapsed()))
    }

    /// With nothing open and nothing to read, a trail that is no more is done.
    async fn at_rest(&mut self) -> Result<Step, DeliverError> {
        if self.live().is_some() || !self.owed.places.is_empty() {
            return Ok(Step::Idle);
        }
        // Entries stamped before the deletion may still be on their way into the journal.
        let now_ms = self.shared.clock.now().as_millisecond();
        if self.shared.intake.advance_to(now_ms).await? != self.next {
            return Ok(Step::Again);
        }
        self.shared.catalog.advance(self.step_of(Some(self.committed), DONE)).await?;
        Ok(Step::Done)
    }

    /// Puts every file of the window, then commits receipts and cursor together. What the bucket denies is owed from
    /// then on; what is owed already is left to [`TrailDelivery::catch_up`]. When more is denied than may be owed,
    /// or the bucket takes nothing, the cursor waits.
    async fn close_window(&mut self, next: Position) -> Result<(), DeliverError> {
        let Some(window) = self.window.take() else { return Ok(()) };
        let (first, mut places) = (window.first, self.owed.places.clone());
        let outcome = self.put_window(window, next, |place| !self.owed.places.contains_key(place)).await?;
        for place in outcome.denied.keys() {
            places.insert(place.clone(), first);
        }
        if let Some(failure) = self.failure(&outcome, &places) {
            self.commit(outcome.receipts, self.committed, self.owed.places.clone()).await?;
            return Err(failure);
        }
        self.commit(outcome.receipts, next, places).await?;
        self.tell_denied(&outcome.denied).await;
        Ok(())
    }

    /// Enters receipts, moves the cursor and notes what is owed from then on: what must be true together is in one
    /// transaction. Receipts beyond what one takes are entered before, which alone repeats nothing.
    async fn commit(
        &mut self,
        mut receipts: Vec<Receipt>,
        next: Position,
        owed: Places,
    ) -> Result<(), DeliverError> {
        if !receipts.is_empty() {
            // A chain that begins with a revision gets every receipt that is entered after it.
            self.shared.digests.notice.take_in().await?;
        }
        let delivered_at = self.shared.clock.now();
        while receipts.len() > Committed::RECEIPTS_MAX {
            let rest = receipts.split_off(Committed::RECEIPTS_MAX);
            let cursor = self.step_of(Some(self.committed), self.committed);
            let first = Committed { cursor, receipts, delivered_at, state: None };
            self.shared.catalog.deliver(first).await?;
            receipts = rest;
        }
        let cursor = self.step_of(Some(self.committed), next);
        let state = self.owed.change(self.product, &self.trail, &owed);
        self.shared.catalog.deliver(Committed { cursor, receipts, delivered_at, state }).await?;
        self.committed = next;
        self.owed.changed(owed);
        Ok(())
    }

    /// Waits for something new to read, or for the open window to end.
    async fn wait(&mut self, stop: &CancellationToken) {
        let left = self
            .window
            .as_ref()
            .map_or(WAKE, |window| self.time_left(window).clamp(Duration::from_millis(1), WAKE));
        let left = self.retries.left(&self.owed).map_or(left, |due| left.min(due));
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.journal.reach(self.next) => {}
            () = tokio::time::sleep(left) => {}
        }
    }

    /// Returns the position below which everything is delivered but for what is owed.
    fn delivered_below(&self) -> Position {
        self.window.as_ref().map_or(self.next, |window| window.first)
    }

    /// Returns the trail as it is now; `None` once it is deleted.
    fn live(&self) -> Option<Arc<LiveTrail>> {
        let snapshot = self.shared.catalog.current();
        snapshot.trail(&self.trail.arn).filter(|trail| *trail.id() == self.trail).map(Arc::clone)
    }

    fn step_of(&self, expected: Option<Position>, to: Position) -> CursorMove {
        CursorMove { name: self.cursor_name.clone(), expected, to }
    }

    async fn report(&self, error: &DeliverError) {
        let code = match error {
            DeliverError::Put { source, .. } => source.code(),
            DeliverError::Journal(_)
            | DeliverError::Snapshot(_)
            | DeliverError::Owed(_)
            | DeliverError::Store(_)
            | DeliverError::Cursor(_)
            | DeliverError::Intake(_)
            | DeliverError::Notice(_)
            | DeliverError::Compress(_)
            | DeliverError::Thread(_) => "InternalError",
        };
        let arn = &self.trail.arn;
        telemetry::failed(arn, code);
        tracing::warn!(trail = %arn, code, error = error as &dyn std::error::Error, "log file delivery deferred");
        match error {
            DeliverError::Put { failures, .. } => self.note(failures).await,
            _ => {
                let owner = self.live().map(|trail| (trail.account, trail.home_region.clone()));
                let told = |(account, region)| Failure { account, region, code: code.to_owned() };
                self.note(&owner.map(told).into_iter().collect::<Vec<_>>()).await;
            }
        }
    }

    /// Lets `GetTrailStatus` tell each account of its failure.
    async fn note(&self, failures: &[Failure]) {
        let (now, kind) = (self.shared.clock.now(), DeliveryKind::LogFiles);
        if failures.is_empty() {
            return;
        }
        let noted = self.shared.catalog.record_delivery_failures(&self.trail, kind, now, failures).await;
        if let Err(error) = noted {
            let (trail, error) = (&self.trail.arn, &error as &dyn std::error::Error);
            tracing::warn!(%trail, error, "delivery failures not noted");
        }
    }

    /// Tells how far delivery is behind: everything since the first event that is in no file yet.
    fn report_lag(&self) {
        let (first, received_ms) = match &self.window {
            Some(window) => (window.first, window.first_received_ms),
            None => (self.next, self.received_ms),
        };
        let lowest = self.owed.places.values().min().copied().unwrap_or(first).min(first);
        telemetry::owed(
            self.product.as_str(),
            &self.trail.arn,
            self.owed.places.len(),
            self.journal.tail().saturating_sub(lowest),
        );
        self.note_lag();
        let behind = self.journal.tail().saturating_sub(first);
        let age_ms = self.shared.clock.now().as_millisecond().saturating_sub(received_ms);
        telemetry::lag(
            self.product.as_str(),
            &self.trail.arn,
            behind,
            if behind == 0 { 0 } else { (age_ms / 1000).max(0) },
        );
    }
    /// Tells the same to those who ask; of what is summed up beside, nobody does.
    fn note_lag(&self) {
        if self.product == Product::LogFiles {
            let received_ms = self.window.as_ref().map(|window| window.first_received_ms);
            let waits_since = received_ms.and_then(|at| Timestamp::from_millisecond(at).ok());
            let owed_from = self.owed.places.values().min().copied();
            self.shared.lags.note(&self.trail, Lag { next: self.next, waits_since, owed_from });
        }
    }
}
