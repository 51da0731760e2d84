//! The catalog in one SQLite file.
//!
//! One connection writes, a few read beside it (`cairn_sqlite`). The newest revision is also in memory, behind a
//! lock that is only ever held to copy a pointer.

mod column;
mod cursors;
mod entities;
mod ledger;
mod revisions;
mod schema;
mod splits;
mod states;
mod status;
mod taken;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use cairn_event::{AccountId, Region};
use cairn_sqlite::{Database, Failed, Settings, Tx};
use jiff::Timestamp;
use sqlx::Sqlite;
use sqlx::pool::PoolConnection;

use self::column::failed;
use self::revisions::Revisions;
use crate::{
    Catalog, Change, CommitError, Cursor, CursorError, CursorMove, Delivered, Delivery, DeliveryKind,
    Failure, OpenError, ReceiptQuery, Revision, Snapshot, SnapshotError, Split, SplitChange, State,
    StateChange, StoreError, TakenEvent, Taking, TrailId, TrailStatus,
};

/// A [`Catalog`] in one SQLite file.
#[derive(Debug)]
pub struct SqliteCatalog {
    database: Database,
    revisions: Revisions,
}

impl SqliteCatalog {
    /// Opens the catalog in the file at `path`; makes it, for its owner's eyes only, if there is none. The
    /// directory must exist.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        cairn_sqlite::make_private(path).map_err(OpenError::File)?;
        let database = Database::open(path, &SETTINGS).await.map_err(open_failed)?;
        schema::migrate(&database).await?;
        let mut tx = database.writer().begin().await.map_err(open_failed)?;
        let newest = entities::newest(&mut tx).await.map_err(OpenError::Store)?;
        tx.rollback().await.map_err(open_failed)?;
        Ok(Self { database, revisions: Revisions::new(newest) })
    }

    async fn begin(&self, doing: &'static str) -> Result<Tx, StoreError> {
        self.database.begin().await.map_err(|error| failed(doing, error))
    }

    async fn finish(&self, tx: Tx, doing: &'static str) -> Result<(), StoreError> {
        self.database.finish(tx).await.map_err(|error| failed(doing, error))
    }

    /// Remembers that the disk failed.
    fn watch<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        outcome.inspect_err(|error| self.database.heed(error.failure))
    }

    /// Remembers that the disk failed, for errors that are not always the store's.
    fn watch_cursor<T>(&self, outcome: Result<T, CursorError>) -> Result<T, CursorError> {
        if let Err(CursorError::Store(error)) = &outcome {
            self.database.heed(error.failure);
        }
        outcome
    }

    async fn reader(&self, doing: &'static str) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.database.reader().await.map_err(|error| failed(doing, error))
    }

    /// Brings memory up to what the store holds: another process, or a commit whose caller went away, may
    /// have made revisions since.
    async fn catch_up(&self, tx: &mut Tx) -> Result<Arc<Snapshot>, StoreError> {
        let head = entities::head(tx).await?;
        let known = self.revisions.current();
        if known.revision() == head {
            return Ok(known);
        }
        let newest = entities::newest(tx).await?;
        self.revisions.publish(Arc::clone(&newest));
        Ok(newest)
    }
}

#[async_trait]
impl Catalog for SqliteCatalog {
    fn current(&self) -> Arc<Snapshot> {
        self.revisions.current()
    }

    async fn snapshot(&self, revision: Revision) -> Result<Arc<Snapshot>, SnapshotError> {
        if let Some(known) = self.revisions.find(revision) {
            return Ok(known);
        }
        let mut connection = self.reader("read a revision").await?;
        let current = entities::head(&mut connection).await?;
        if revision > current {
            return Err(SnapshotError::Unknown { asked: revision, current });
        }
        let old = entities::load(&mut connection, revision).await?;
        self.revisions.keep(Arc::clone(&old));
        Ok(old)
    }

    async fn commit(&self, based_on: Revision, changes: Vec<Change>) -> Result<Revision, CommitError> {
        let doing = "commit a revision";
        // Revisions only grow, so a base older than what memory knows has lost already.
        let known = self.revisions.current().revision();
        if based_on < known {
            return Err(CommitError::Conflict { current: known });
        }
        let mut tx = self.begin(doing).await?;
        let current = self.catch_up(&mut tx).await?;
        if current.revision() != based_on {
            return Err(CommitError::Conflict { current: current.revision() });
        }
        let (next, steps) = current.apply(changes)?;
        let rows = entities::rows(&steps)?;
        self.watch(entities::write(&mut tx, next.revision(), &rows).await)?;
        self.finish(tx, doing).await?;
        let revision = next.revision();
        self.revisions.publish(Arc::new(next));
        Ok(revision)
    }

    async fn cursor(&self, name: &str) -> Result<Option<u64>, StoreError> {
        cursors::read(&mut *self.reader("read a cursor").await?, name).await
    }

    async fn cursors(&self) -> Result<Vec<Cursor>, StoreError> {
        cursors::list(&mut *self.reader("list the cursors").await?).await
    }

    async fn advance(&self, step: CursorMove) -> Result<(), CursorError> {
        step.check_forward()?;
        let doing = "advance a cursor";
        let mut tx = self.begin(doing).await?;
        self.watch_cursor(cursors::set(&mut tx, &step).await)?;
        Ok(self.finish(tx, doing).await?)
    }

    async fn rewind(&self, step: CursorMove) -> Result<(), CursorError> {
        step.check()?;
        let doing = "rewind a cursor";
        let mut tx = self.begin(doing).await?;
        self.watch_cursor(cursors::set(&mut tx, &step).await)?;
        Ok(self.finish(tx, doing).await?)
    }

    async fn deliver(&self, delivery: Delivery) -> Result<(), CursorError> {
        delivery.check()?;
        let doing = "enter a delivery";
        let mut tx = self.begin(doing).await?;
        self.watch_cursor(cursors::set(&mut tx, &delivery.cursor).await)?;
        if let Some(change) = &delivery.state {
            self.watch_cursor(states::set(&mut tx, change).await)?;
        }
        let entered = ledger::enter(&mut tx, &delivery).await;
        let new = self.watch_cursor(entered)?;
        self.watch(status::delivered(&mut tx, &new, delivery.delivered_at).await)?;
        Ok(self.finish(tx, doing).await?)
    }

    async fn receipts(&self, query: &ReceiptQuery) -> Result<Vec<Delivered>, StoreError> {
        ledger::read(&mut *self.reader("read the delivery ledger").await?, query).await
    }

    async fn last_receipt(&self) -> Result<u64, StoreError> {
        ledger::last(&mut *self.reader("read the delivery ledger").await?).await
    }

    async fn state(&self, name: &str) -> Result<Option<State>, StoreError> {
        states::read(&mut *self.reader("read a state").await?, name).await
    }

    async fn states(&self, prefix: &str) -> Result<Vec<State>, StoreError> {
        states::list(&mut *self.reader("list states").await?, prefix).await
    }

    async fn set_state(&self, change: StateChange) -> Result<(), CursorError> {
        change.check()?;
        let doing = "set a state";
        let mut tx = self.begin(doing).await?;
        self.watch_cursor(states::set(&mut tx, &change).await)?;
        Ok(self.finish(tx, doing).await?)
    }

    async fn set_states(&self, changes: &[StateChange]) -> Result<(), CursorError> {
        StateChange::check_all(changes)?;
        let doing = "set states";
        let mut tx = self.begin(doing).await?;
        for change in changes {
            self.watch_cursor(states::set(&mut tx, change).await)?;
        }
        Ok(self.finish(tx, doing).await?)
    }

    async fn record_delivery_success(
        &self,
        trail: &TrailId,
        place: (AccountId, &Region),
        kind: DeliveryKind,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let doing = "record a delivery";
        let mut tx = self.begin(doing).await?;
        self.watch(status::succeeded(&mut tx, trail, place, kind, at).await)?;
        self.finish(tx, doing).await
    }

    async fn record_delivery_failure(
        &self,
        trail: &TrailId,
        place: (AccountId, &Region),
        kind: DeliveryKind,
        at: Timestamp,
        code: &str,
    ) -> Result<(), StoreError> {
        let doing = "record a failed delivery";
        let mut tx = self.begin(doing).await?;
        self.watch(status::failed_with(&mut tx, trail, place, kind, at, code).await)?;
        self.finish(tx, doing).await
    }

    async fn record_delivery_failures(
        &self,
        trail: &TrailId,
        kind: DeliveryKind,
        at: Timestamp,
        failures: &[Failure],
    ) -> Result<(), StoreError> {
        let doing = "record failed deliveries";
        let mut tx = self.begin(doing).await?;
        for Failure { account, region, code } in failures {
            let place = (*account, region);
            self.watch(status::failed_anew(&mut tx, trail, place, kind, at, code).await)?;
        }
        self.finish(tx, doing).await
    }

    async fn status(&self, trail: &TrailId, place: (AccountId, &Region)) -> Result<TrailStatus, StoreError> {
        status::read(&mut *self.reader("read a trail's status").await?, trail, place).await
    }

    async fn known_events(&self, asked: &[TakenEvent]) -> Result<Vec<TakenEvent>, StoreError> {
        taken::known(&mut *self.reader("look for taken events").await?, asked).await
    }

    async fn take_events(&self, taking: Taking) -> Result<(), CursorError> {
        taking.check()?;
        let doing = "enter taken events";
        let mut tx = self.begin(doing).await?;
        self.watch_cursor(cursors::set(&mut tx, &taking.cursor).await)?;
        self.watch(taken::take(&mut tx, &taking).await)?;
        Ok(self.finish(tx, doing).await?)
    }

    async fn forget_events(&self, today: i32) -> Result<u64, StoreError> {
        let doing = "forget taken events";
        let mut tx = self.begin(doing).await?;
        let gone = self.watch(taken::forget(&mut tx, today).await)?;
        self.finish(tx, doing).await?;
        Ok(gone)
    }

    async fn splits(&self) -> Result<Vec<Split>, StoreError> {
        splits::list(&mut *self.reader("list the splits").await?).await
    }

    async fn replace_splits(&self, change: SplitChange) -> Result<(), CursorError> {
        change.check()?;
        let doing = "replace splits";
        let mut tx = self.begin(doing).await?;
        if let Some(step) = &change.cursor {
            self.watch_cursor(cursors::set(&mut tx, step).await)?;
        }
        self.watch_cursor(splits::replace(&mut tx, &change).await)?;
        Ok(self.finish(tx, doing).await?)
    }

    async fn holds_secrets(&self) -> Result<bool, StoreError> {
        entities::any_secret(&mut *self.reader("look for secrets").await?).await
    }

    async fn close(&self) {
        self.database.close().await;
    }
}

fn open_failed(error: impl Into<Failed>) -> OpenError {
    OpenError::Store(failed("open the file", error))
}

/// Readers enough for a status page beside replaying projections; more would only queue on the same disk.
const SETTINGS: Settings = Settings { readers_max: 4, tune: |options| options };
