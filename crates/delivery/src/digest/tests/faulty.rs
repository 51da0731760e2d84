//! A catalog that fails once.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use cairn_catalog::{
    Catalog, Change, CommitError, Cursor, CursorError, CursorMove, Delivered, Delivery, DeliveryKind,
    Failure, ReceiptQuery, Refusal, Revision, Snapshot, SnapshotError, Split, SplitChange, State,
    StateChange, StoreError, TakenEvent, Taking, TrailId, TrailStatus,
};
use cairn_event::{AccountId, Region};
use jiff::Timestamp;

/// Sets many states so often, then refuses to once.
#[derive(Debug)]
pub(super) struct Faulty {
    catalog: Arc<dyn Catalog>,
    left: AtomicI64,
}

impl Faulty {
    pub(super) fn new(catalog: Arc<dyn Catalog>, times: i64) -> Self {
        Self { catalog, left: AtomicI64::new(times) }
    }
}

#[async_trait]
impl Catalog for Faulty {
    fn current(&self) -> Arc<Snapshot> {
        self.catalog.current()
    }

    async fn snapshot(&self, revision: Revision) -> Result<Arc<Snapshot>, SnapshotError> {
        self.catalog.snapshot(revision).await
    }

    async fn commit(&self, based_on: Revision, changes: Vec<Change>) -> Result<Revision, CommitError> {
        self.catalog.commit(based_on, changes).await
    }

    async fn cursor(&self, name: &str) -> Result<Option<u64>, StoreError> {
        self.catalog.cursor(name).await
    }

    async fn cursors(&self) -> Result<Vec<Cursor>, StoreError> {
        self.catalog.cursors().await
    }

    async fn advance(&self, step: CursorMove) -> Result<(), CursorError> {
        self.catalog.advance(step).await
    }

    async fn rewind(&self, step: CursorMove) -> Result<(), CursorError> {
        self.catalog.rewind(step).await
    }

    async fn deliver(&self, delivery: Delivery) -> Result<(), CursorError> {
        self.catalog.deliver(delivery).await
    }

    async fn receipts(&self, query: &ReceiptQuery) -> Result<Vec<Delivered>, StoreError> {
        self.catalog.receipts(query).await
    }

    async fn last_receipt(&self) -> Result<u64, StoreError> {
        self.catalog.last_receipt().await
    }

    async fn state(&self, name: &str) -> Result<Option<State>, StoreError> {
        self.catalog.state(name).await
    }

    async fn states(&self, prefix: &str) -> Result<Vec<State>, StoreError> {
        self.catalog.states(prefix).await
    }

    async fn set_state(&self, change: StateChange) -> Result<(), CursorError> {
        self.catalog.set_state(change).await
    }

    async fn set_states(&self, changes: &[StateChange]) -> Result<(), CursorError> {
        match self.left.fetch_sub(1, Ordering::Relaxed) {
            0 => Err(CursorError::Refused(Refusal::Empty)),
            _ => self.catalog.set_states(changes).await,
        }
    }

    async fn record_delivery_success(
        &self,
        trail: &TrailId,
        place: (AccountId, &Region),
        kind: DeliveryKind,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.catalog.record_delivery_success(trail, place, kind, at).await
    }

    async fn record_delivery_failure(
        &self,
        trail: &TrailId,
        place: (AccountId, &Region),
        kind: DeliveryKind,
        at: Timestamp,
        code: &str,
    ) -> Result<(), StoreError> {
        self.catalog.record_delivery_failure(trail, place, kind, at, code).await
    }

    async fn record_delivery_failures(
        &self,
        trail: &TrailId,
        kind: DeliveryKind,
        at: Timestamp,
        failures: &[Failure],
    ) -> Result<(), StoreError> {
        self.catalog.record_delivery_failures(trail, kind, at, failures).await
    }

    async fn status(&self, trail: &TrailId, place: (AccountId, &Region)) -> Result<TrailStatus, StoreError> {
        self.catalog.status(trail, place).await
    }

    async fn known_events(&self, asked: &[TakenEvent]) -> Result<Vec<TakenEvent>, StoreError> {
        self.catalog.known_events(asked).await
    }

    async fn take_events(&self, taking: Taking) -> Result<(), CursorError> {
        self.catalog.take_events(taking).await
    }

    async fn forget_events(&self, today: i32) -> Result<u64, StoreError> {
        self.catalog.forget_events(today).await
    }

    async fn splits(&self) -> Result<Vec<Split>, StoreError> {
        self.catalog.splits().await
    }

    async fn replace_splits(&self, change: SplitChange) -> Result<(), CursorError> {
        self.catalog.replace_splits(change).await
    }

    async fn holds_secrets(&self) -> Result<bool, StoreError> {
        self.catalog.holds_secrets().await
    }

    async fn close(&self) {
        self.catalog.close().await
    }
}
