//! Letting a tree grow: tiles, state, checkpoint, cursor.

use cairn_catalog::Trail;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::edge::TreeObject;
use crate::follow::{FollowError, Step, TrailLog};
use crate::path::CHECKPOINT;
use crate::state::{Body, Ended, Log, StateError};
use crate::store::{Place, TileError, TileStore};
use crate::telemetry;

/// How many tiles are put at once.
const PUTS_MAX: usize = 16;

impl TrailLog {
    /// Puts what waits into the tree and shows it.
    pub(crate) async fn flush(&mut self) -> Result<Step, FollowError> {
        if self.pending.is_empty() {
            return Ok(Step::Again);
        }
        if self.moved() {
            self.end_log(Ended::Moved).await?;
            return Ok(Step::Begin);
        }
        let trail = self.trail().ok_or(StateError::Malformed("its trail is gone"))?;
        let Some(mut log) = self.log.take() else { return Ok(Step::Begin) };
        let leaves = self.due_leaves(&log);
        let next = self.pending.first().map_or(self.next, |waiting| waiting.position);
        let mut edge = log.edge.clone();
        let count = leaves.len() as u64;
        let growing = tokio::task::spawn_blocking(move || (edge.grow(&leaves), edge.root(), edge));
        let (objects, root, edge) = growing.await?;
        if self.shown.is_some_and(|(size, shown)| size == edge.size() && shown != root) {
            self.log = Some(log);
            self.end_log(Ended::Forked).await?;
            return Ok(Step::Begin);
        }
        self.shown = self.shown.filter(|(size, _)| *size > edge.size());
        let bytes = objects.iter().map(|object| object.body.len() as u64).sum();
        let written = objects.len() as u64;
        match put_all(&*self.shared.store, &trail, &log.body, objects).await {
            Err(TileError::Different) => {
                self.log = Some(log);
                self.end_log(Ended::Obstructed).await?;
                return Ok(Step::Begin);
            }
            put => put?,
        }
        log.store(&*self.shared.catalog, edge, next).await?;
        if self.shown.is_none() {
            show(&*self.shared.store, &trail, &log).await?;
        }
        telemetry::grown(&self.trail.arn, count, written, bytes);
        let still_waiting = !self.pending.is_empty();
        self.log = Some(log);
        if !still_waiting {
            self.since = None;
            self.advance().await?;
        }
        Ok(Step::Again)
    }

    /// Takes what waits, but no further than to the tree that the bucket shows already: there the two are
    /// compared.
    fn due_leaves(&mut self, log: &Log) -> Vec<crate::leaf::Leaf> {
        let room = self.shown.map_or(u64::MAX, |(size, _)| size.saturating_sub(log.body.size));
        let count = usize::try_from(room).unwrap_or(usize::MAX).min(self.pending.len());
        let rest = self.pending.split_off(count);
        std::mem::replace(&mut self.pending, rest)
    }

    /// Shows the tree again where a crash may have come between state and checkpoint. A bucket that shows a
    /// larger tree of this log has seen a later catalog than this one: nothing is shown until the tree is
    /// there again.
    pub(crate) async fn show_again(&mut self) -> Result<(), FollowError> {
        let (Some(log), Some(trail)) = (&self.log, self.trail()) else { return Ok(()) };
        let key = format!("{}{CHECKPOINT}", log.body.folder);
        let place = Place { trail: &trail, bucket: &log.body.bucket, key: &key };
        // Who may only write can't compare; the next checkpoint replaces whatever is there.
        let found = self.shared.store.get(place).await.ok().flatten();
        let found = found.and_then(|bytes| log.public.open(std::str::from_utf8(&bytes).ok()?).ok());
        match found {
            Some(head) if head.size > log.body.size => {
                tracing::warn!(
                    trail = %self.trail.arn,
                    size = log.body.size,
                    shown = head.size,
                    "bucket shows a larger tree than the catalog knows"
                );
                self.shown = Some((head.size, head.root));
                Ok(())
            }
            Some(head) if head.size == log.body.size && head.root == log.edge.root() => Ok(()),
            Some(_) | None if log.body.size == 0 => Ok(()),
            Some(_) | None => show(&*self.shared.store, &trail, log).await,
        }
    }
}

async fn put_all(
    store: &dyn TileStore,
    trail: &Trail,
    body: &Body,
    objects: Vec<TreeObject>,
) -> Result<(), TileError> {
    let puts = objects.into_iter().map(|object| async move {
        let key = format!("{}{}", body.folder, object.path);
        store.put_once(Place { trail, bucket: &body.bucket, key: &key }, object.body).await
    });
    stream::iter(puts).buffer_unordered(PUTS_MAX).try_collect().await
}

/// Signs the tree as the catalog knows it, and puts the checkpoint.
async fn show(store: &dyn TileStore, trail: &Trail, log: &Log) -> Result<(), FollowError> {
    let note = log.key.sign(log.body.size, log.edge.root())?;
    let key = format!("{}{CHECKPOINT}", log.body.folder);
    let place = Place { trail, bucket: &log.body.bucket, key: &key };
    Ok(store.overwrite(place, note.into()).await?)
}
