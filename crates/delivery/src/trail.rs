//! The delivery of one product of one trail: read, route, cut windows, put, commit.

use std::sync::Arc;
use std::time::Duration;

use cairn_catalog::{
    CursorError, CursorMove, DONE, Delivery as Committed, DeliveryKind, LiveTrail, Receipt, SnapshotError,
    StoreError, Trail, TrailId,
};
use cairn_event::{AccountId, Entry, EventView, Region};
use cairn_intake::IntakeError;
use cairn_journal::Position;
use cairn_projection::{BatchError, Source};
use futures_util::StreamExt as _;
use futures_util::stream;
use tokio_util::sync::CancellationToken;

use crate::backoff::backoff;
use crate::bucket::{LogFilePut, Put, PutError};
use crate::digest::NoticeError;
use crate::gathering::Gathering;
use crate::log_file::SealedLogFile;
use crate::object_key::object_key;
use crate::product::Product;
use crate::service::Delivery;
use crate::telemetry;
use crate::window::Interval;

/// The most journal bytes taken in one reading.
const READ_BYTES_MAX: usize = 4 << 20;

/// Positions after which a cursor moves although nothing was selected, so that the journal can be trimmed.
const IDLE_POSITIONS_MAX: u64 = 100_000;

/// How many files of a window are put at once: an organization trail has one for each account and Region.
const PUTS_AT_ONCE: usize = 8;

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
    window: Option<Window>,
    /// The trail as the newest routed event knew it: says where to put files once it is deleted.
    last_seen: Option<Arc<LiveTrail>>,
}

#[derive(Debug)]
struct Window {
    end_ms: i64,
    /// Where its first event stands, and when that was received: from there on nothing is delivered yet.
    first: Position,
    first_received_ms: i64,
    /// The organization whose trail it was: says where the files lie, whatever the trail is by then.
    organization: Option<String>,
    files: Gathering,
}

/// Delivery can't go on for now; it is tried again from the cursor.
#[derive(Debug, thiserror::Error)]
enum DeliverError {
    #[error("read the journal")]
    Journal(#[from] BatchError),
    #[error("read the trails of an event's revision")]
    Snapshot(#[from] SnapshotError),
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
        /// The others whose files are not in the bucket.
        others: Vec<((AccountId, Region), PutError)>,
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
            window: None,
            last_seen: None,
        }
    }

    /// Delivers until `stop`, or until a deleted trail has nothing left.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut pause = backoff();
        let mut begun = false;
        while !stop.is_cancelled() {
            let outcome = if begun { self.step().await } else { self.begin().await };
            if let Ok(step) = &outcome {
                let below = if *step == Step::Done { DONE } else { self.delivered_below() };
                self.shared.progress.reached(self.product, &self.trail, below);
            }
            match outcome {
                Ok(Step::Done) => return,
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
            self.commit(Vec::new(), self.next).await?;
        }
        Ok(Step::Again)
    }

    async fn take(&mut self, position: Position, entry: &Entry) -> Result<(), DeliverError> {
        let end_ms = self.interval.end_of_window_ms(entry.received_ms);
        if self.window.as_ref().is_some_and(|window| window.end_ms != end_ms) {
            self.close_window(position).await?;
        }
        self.next = position + 1;
        self.received_ms = entry.received_ms;
        let Ok(event) = EventView::parse(&entry.event) else { return Ok(()) };
        let snapshot = self.shared.catalog.snapshot(entry.revision).await?;
        let routed = snapshot
            .route(&event, entry.account, &entry.region, entry.origin)
            .find(|trail| *trail.id() == self.trail);
        let Some(trail) = routed else { return Ok(()) };
        if !Gathering::wants(self.product, trail, &event) {
            return Ok(());
        }
        self.last_seen = Some(Arc::clone(trail));
        let trail = Arc::clone(trail);
        if self.window.as_ref().is_some_and(|window| window.organization != trail.organization) {
            self.close_window(position).await?;
        }
        self.gather(position, entry, &event, &trail)
    }

    /// Adds an event that the trail receives to the window.
    fn gather(
        &mut self,
        position: Position,
        entry: &Entry,
        event: &EventView<'_>,
        trail: &Arc<LiveTrail>,
    ) -> Result<(), DeliverError> {
        let end_ms = self.interval.end_of_window_ms(entry.received_ms);
        let length_ms = i64::try_from(self.interval.length().as_millis()).unwrap_or(i64::MAX);
        let window = self.window.get_or_insert_with(|| Window {
            end_ms,
            first: position,
            first_received_ms: entry.received_ms,
            organization: trail.organization.clone(),
            files: Gathering::begin(self.product, trail, end_ms, length_ms),
        });
        Ok(window.files.push(position, entry, event, (trail, window.end_ms))?)
    }

    /// Closes the open window once its time is over and nothing more can fall into it.
    async fn at_the_tail(&mut self) -> Result<Step, DeliverError> {
        self.report_lag();
        let Some(window) = &self.window else {
            return self.at_rest().await;
        };
        if self.shared.clock.now().as_millisecond() < window.end_ms {
            return Ok(Step::Idle);
        }
        let later = self.shared.intake.advance_to(window.end_ms).await?;
        if later == self.next {
            self.close_window(self.next).await?;
        }
        Ok(Step::Again)
    }

    /// With nothing open and nothing to read, a trail that is no more is done.
    async fn at_rest(&mut self) -> Result<Step, DeliverError> {
        if self.live().is_some() {
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

    /// Puts every file of the window, then commits receipts and cursor together. Where the bucket denies some
    /// accounts' files, those of others are there all the same; the cursor waits.
    async fn close_window(&mut self, next: Position) -> Result<(), DeliverError> {
        let Some(window) = self.window.take() else { return Ok(()) };
        let (end_ms, organization) = (window.end_ms, window.organization);
        let files = tokio::task::spawn_blocking(move || window.files.close(end_ms)).await??;
        let Some(trail) = self.live().or_else(|| self.last_seen.clone()) else { return Ok(()) };
        let trail = Trail { organization, ..trail.trail().clone() };
        let (mut receipts, failure) = self.put_all(&trail, files).await;
        while receipts.len() > Committed::RECEIPTS_MAX {
            let rest = receipts.split_off(Committed::RECEIPTS_MAX);
            self.commit(std::mem::replace(&mut receipts, rest), self.committed).await?;
        }
        match failure {
            None => self.commit(receipts, next).await,
            Some(failure) => {
                self.commit(receipts, self.committed).await?;
                Err(failure)
            }
        }
    }

    /// Puts files and returns the receipts of those that are in the bucket, in their order.
    async fn put_all(
        &self,
        trail: &Trail,
        files: Vec<SealedLogFile>,
    ) -> (Vec<Receipt>, Option<DeliverError>) {
        let mut receipts = Vec::with_capacity(files.len());
        let mut denied: Vec<((AccountId, Region), PutError)> = Vec::new();
        let mut puts =
            stream::iter(files.into_iter().map(|file| self.put(trail, file))).buffered(PUTS_AT_ONCE);
        while let Some(put) = puts.next().await {
            match put {
                Ok(receipt) => receipts.push(receipt),
                Err((place, error)) => {
                    // Others may still be let in; a bucket that is gone or does not answer takes nobody's.
                    let goes_on = error.is_denied();
                    denied.push((place, error));
                    if !goes_on {
                        break;
                    }
                }
            }
        }
        let failure = denied.pop().map(|((account, region), source)| DeliverError::Put {
            account,
            region,
            source,
            others: denied,
        });
        (receipts, failure)
    }

    async fn put(
        &self,
        trail: &Trail,
        file: SealedLogFile,
    ) -> Result<Receipt, ((AccountId, Region), PutError)> {
        let key = object_key(trail, &file);
        let (region, folder, body) = (&file.region, file.folder, file.body.clone());
        let put = LogFilePut { trail, region, folder, key: &key, body, metadata: &[] };
        match self.shared.bucket.put_once(put).await {
            Ok(put) => {
                if put == Put::Created {
                    telemetry::delivered(&trail.arn, file.events, file.body.len());
                }
                Ok(self.receipt(&trail.s3_bucket, key, &file))
            }
            Err(error) => Err(((file.account, file.region), error)),
        }
    }

    async fn commit(&mut self, receipts: Vec<Receipt>, next: Position) -> Result<(), DeliverError> {
        if !receipts.is_empty() {
            // A chain that begins with a revision gets every receipt that is entered after it.
            self.shared.digests.notice.take_in().await?;
        }
        let cursor = self.step_of(Some(self.committed), next);
        let delivered_at = self.shared.clock.now();
        self.shared.catalog.deliver(Committed { cursor, receipts, delivered_at }).await?;
        self.committed = next;
        Ok(())
    }

    /// Waits for something new to read, or for the open window to end.
    async fn wait(&mut self, stop: &CancellationToken) {
        let left = self.window.as_ref().map_or(WAKE, |window| {
            let left_ms = window.end_ms - self.shared.clock.now().as_millisecond();
            let left = Duration::from_millis(u64::try_from(left_ms).unwrap_or_default());
            left.clamp(Duration::from_millis(1), WAKE)
        });
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.journal.reach(self.next) => {}
            () = tokio::time::sleep(left) => {}
        }
    }

    /// Returns the position below which everything is delivered.
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

    fn receipt(&self, bucket: &str, key: String, file: &SealedLogFile) -> Receipt {
        Receipt {
            trail: self.trail.clone(),
            account: file.account,
            region: file.region.clone(),
            bucket: bucket.to_owned(),
            key,
            sha256: file.sha256,
            bytes: file.body.len() as u64,
            events: file.events,
            oldest_event: file.oldest_event,
            newest_event: file.newest_event,
            first_position: file.first_position,
            last_position: file.last_position,
        }
    }

    async fn report(&self, error: &DeliverError) {
        let code = match error {
            DeliverError::Put { source, .. } => source.code(),
            DeliverError::Journal(_)
            | DeliverError::Snapshot(_)
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
        if let DeliverError::Put { account, region, others, .. } = error {
            for ((account, region), source) in others {
                self.note_failure((*account, region), source.code()).await;
            }
            self.note_failure((*account, region), code).await;
        } else if let Some(trail) = self.live() {
            self.note_failure((trail.account, &trail.home_region), code).await;
        }
    }

    /// Lets `GetTrailStatus` tell the account of a failure.
    async fn note_failure(&self, place: (AccountId, &Region), code: &str) {
        let (now, kind) = (self.shared.clock.now(), DeliveryKind::LogFiles);
        let noted = self.shared.catalog.record_delivery_failure(&self.trail, place, kind, now, code).await;
        if let Err(error) = noted {
            let (trail, error) = (&self.trail.arn, &error as &dyn std::error::Error);
            tracing::warn!(%trail, error, "delivery failure not noted");
        }
    }

    /// Tells how far delivery is behind: everything since the first event that is in no file yet.
    fn report_lag(&self) {
        let (first, received_ms) = match &self.window {
            Some(window) => (window.first, window.first_received_ms),
            None => (self.next, self.received_ms),
        };
        let behind = self.journal.tail().saturating_sub(first);
        let age_ms = self.shared.clock.now().as_millisecond().saturating_sub(received_ms);
        telemetry::lag(
            self.product.as_str(),
            &self.trail.arn,
            behind,
            if behind == 0 { 0 } else { (age_ms / 1000).max(0) },
        );
    }
}
