//! The one writer of the index: changes queue up, and those that wait together commit together.
//!
//! A change is acknowledged after the commit that holds it is synced (`synchronous = FULL`). A change that
//! refuses writes nothing, and does not disturb its neighbours. When a batch fails, its changes are
//! tried one by one; when a sync fails, the writer refuses everything until a restart.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::blob::{BlobId, Blobs};
use super::error::StoreError;
use super::known_buckets::KnownBuckets;
use crate::telemetry;

/// Changes that may wait; beyond it callers wait for a place.
const QUEUE_MAX: usize = 1024;
/// Changes in one transaction.
const BATCH_MAX: usize = 128;
/// SQLite's primary result code for a failed read, write or sync.
const SQLITE_IOERR: i32 = 10;

/// A change of the index.
#[async_trait]
pub(crate) trait Change: Send + Sync + 'static {
    type Outcome: Send + Sync + 'static;

    /// Applies the change within a transaction. Must decide to refuse before it writes. Adds to `garbage`
    /// the payloads that no row names any more. May be called again after a rollback.
    async fn apply(
        &self,
        tx: &mut SqliteConnection,
        garbage: &mut Vec<BlobId>,
    ) -> Result<Self::Outcome, StoreError>;

    /// Whether it changes a bucket; then the buckets in memory are forgotten.
    fn changes_buckets(&self) -> bool {
        false
    }

    /// Told when a row that names the change's payloads is durable, or may be: they must stay.
    fn keep_payloads(&mut self) {}
}

/// Hands changes to the writer task.
#[derive(Debug)]
pub(crate) struct IndexWriter {
    queue: mpsc::Sender<Box<dyn Queued>>,
}

impl IndexWriter {
    /// Starts the task; it ends when told to, after the changes already queued.
    pub(crate) fn start(
        connection: SqliteConnection,
        (blobs, known_buckets): (Arc<Blobs>, Arc<KnownBuckets>),
        tasks: &TaskTracker,
        shutdown: CancellationToken,
    ) -> Self {
        let (queue, inbox) = mpsc::channel(QUEUE_MAX);
        let worker = Worker { connection, blobs, known_buckets, inbox, poisoned: false };
        tasks.spawn(worker.run(shutdown));
        Self { queue }
    }

    /// Applies a change and waits until it is durable.
    ///
    /// Once queued, the change happens even if the caller goes away.
    pub(crate) async fn submit<C: Change>(&self, change: C) -> Result<C::Outcome, StoreError> {
        let (reply, answer) = oneshot::channel();
        let pending = Pending { change, result: None, reply };
        self.queue.send(Box::new(pending)).await.map_err(|_closed| StoreError::Closed)?;
        answer.await.map_err(|_dropped| StoreError::Closed)?
    }
}

/// A queued change, whatever its outcome's type.
#[async_trait]
trait Queued: Send + Sync {
    /// Applies it; true when it refused or failed in the index.
    async fn apply(
        &mut self,
        tx: &mut SqliteConnection,
        garbage: &mut Vec<BlobId>,
    ) -> Result<(), IndexFailed>;
    /// Whether it changes a bucket.
    fn changes_buckets(&self) -> bool;

    /// Answers the caller. `failure` replaces an outcome that did not become durable.
    fn answer(self: Box<Self>, failure: Option<StoreError>);
}

/// The index itself failed, so that the transaction cannot be committed.
struct IndexFailed(StoreError);

struct Pending<C: Change> {
    change: C,
    result: Option<Result<C::Outcome, StoreError>>,
    reply: oneshot::Sender<Result<C::Outcome, StoreError>>,
}

#[async_trait]
impl<C: Change> Queued for Pending<C> {
    async fn apply(
        &mut self,
        tx: &mut SqliteConnection,
        garbage: &mut Vec<BlobId>,
    ) -> Result<(), IndexFailed> {
        match self.change.apply(tx, garbage).await {
            Err(error @ StoreError::Index(_)) => Err(IndexFailed(error)),
            result => {
                self.result = Some(result);
                Ok(())
            }
        }
    }

    fn changes_buckets(&self) -> bool {
        self.change.changes_buckets()
    }

    fn answer(self: Box<Self>, failure: Option<StoreError>) {
        let Self { mut change, result, reply } = *self;
        let refused = failure.is_none() && !matches!(result, Some(Ok(_)));
        if !refused {
            // Even a failed commit may be found committed after a restart; the sweep then tells.
            change.keep_payloads();
        }
        let result = match (failure, result) {
            (Some(failure), _) => Err(failure),
            (None, Some(result)) => result,
            (None, None) => Err(StoreError::Closed),
        };
        let _caller_gone = reply.send(result);
    }
}

struct Worker {
    connection: SqliteConnection,
    blobs: Arc<Blobs>,
    known_buckets: Arc<KnownBuckets>,
    inbox: mpsc::Receiver<Box<dyn Queued>>,
    poisoned: bool,
}

impl Worker {
    async fn run(mut self, shutdown: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        loop {
            // Both arms may be dropped: `recv_many` takes nothing from the queue unless it returns.
            let received = tokio::select! {
                biased;
                received = self.inbox.recv_many(&mut batch, BATCH_MAX) => received,
                () = shutdown.cancelled(), if !self.inbox.is_closed() => {
                    // No new changes; those already queued are still written.
                    self.inbox.close();
                    continue;
                }
            };
            if received == 0 {
                break;
            }
            self.write(&mut batch).await;
        }
        let closed = sqlx::Connection::close(self.connection).await;
        if let Err(error) = closed {
            tracing::warn!(%error, "the object index did not close cleanly; the next start recovers it");
        }
    }

    async fn write(&mut self, batch: &mut Vec<Box<dyn Queued>>) {
        match self.commit(batch).await {
            Ok(garbage) => {
                telemetry::committed(batch.len());
                batch.drain(..).for_each(|queued| queued.answer(None));
                self.discard(garbage);
            }
            Err(error) if batch.len() == 1 => {
                telemetry::commit_failed();
                self.fail(batch, error);
            }
            // One of them cannot be written; the others must not suffer.
            Err(_) => {
                for queued in std::mem::take(batch) {
                    let mut alone = vec![queued];
                    match self.commit(&mut alone).await {
                        Ok(garbage) => {
                            telemetry::committed(1);
                            alone.into_iter().for_each(|queued| queued.answer(None));
                            self.discard(garbage);
                        }
                        Err(error) => {
                            telemetry::commit_failed();
                            self.fail(&mut alone, error);
                        }
                    }
                }
            }
        }
    }

    /// Applies and commits; nothing of it remains when it fails.
    async fn commit(&mut self, batch: &mut [Box<dyn Queued>]) -> Result<Vec<BlobId>, StoreError> {
        if self.poisoned {
            return Err(StoreError::Poisoned);
        }
        let mut garbage = Vec::new();
        let result = self.transact(batch, &mut garbage).await;
        // Also after a failure: nobody knows then what the index holds.
        if batch.iter().any(|queued| queued.changes_buckets()) {
            self.known_buckets.forget();
        }
        if let Err(error) = &result {
            if is_io_failure(error) {
                self.poisoned = true;
                tracing::error!(%error, "a write or sync of the object index failed; it refuses writes until a restart");
            }
            // SQLite may have rolled back by itself; then this refuses, which is as good.
            let _already_rolled_back = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
        }
        result.map(|()| garbage)
    }

    async fn transact(
        &mut self,
        batch: &mut [Box<dyn Queued>],
        garbage: &mut Vec<BlobId>,
    ) -> Result<(), StoreError> {
        sqlx::query("BEGIN IMMEDIATE").execute(&mut self.connection).await?;
        for queued in batch {
            queued.apply(&mut self.connection, garbage).await.map_err(|IndexFailed(error)| error)?;
        }
        sqlx::query("COMMIT").execute(&mut self.connection).await?;
        Ok(())
    }

    fn fail(&self, batch: &mut Vec<Box<dyn Queued>>, error: StoreError) {
        let mut error = Some(error);
        for queued in batch.drain(..) {
            queued.answer(Some(error.take().unwrap_or(StoreError::Closed)));
        }
    }

    /// Removes payloads off the runtime; a crash before it is done leaves orphans for the next start.
    fn discard(&self, garbage: Vec<BlobId>) {
        if garbage.is_empty() {
            return;
        }
        let blobs = Arc::clone(&self.blobs);
        let _detached = tokio::task::spawn_blocking(move || blobs.remove(garbage));
    }
}

fn is_io_failure(error: &StoreError) -> bool {
    let StoreError::Index(sqlx::Error::Database(database)) = error else { return false };
    let code = database.code().and_then(|code| code.parse::<i32>().ok());
    code.is_some_and(|code| code & 0xFF == SQLITE_IOERR)
}
