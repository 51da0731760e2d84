//! The logs of a trail as the server tells of them, and proofs out of them.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use cairn_catalog::{DONE, LiveTrail, Trail};
use cairn_event::AccountId;
use cairn_journal::Position;
use serde::Serialize;

use crate::bundle::decode_positions;
use crate::checkpoint::CheckpointError;
use crate::path::{self, TILE_WIDTH};
use crate::proof::{EventProof, FORMAT, PathHash};
use crate::service::{Tlog, cursor_name, parse_cursor_name};
use crate::state::{Ended, Log, StateError};
use crate::store::{Place, TileStore};
use crate::tree::{FetchError, LogSource, Tree, TreeError};

/// A log as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogSummary {
    /// The ARN of the trail.
    pub trail: String,
    /// The log's name, as checkpoints give it.
    pub origin: String,
    /// The key that signs its checkpoints.
    pub public_key: String,
    /// The bucket it lies in.
    pub bucket: String,
    /// What the keys of its objects begin with.
    pub folder: String,
    /// How many events it holds.
    pub size: u64,
    /// The signed checkpoint; none while it is empty.
    pub checkpoint: Option<String>,
    /// Why it takes no more events; none while it does.
    pub ended: Option<Ended>,
}

/// An event was not proved.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// Its trail's log has not come to it yet: soon it will have.
    #[error("find the event in the trail's log: it has not come to it yet")]
    NotYet,
    /// The trail's logs do not hold it: the trail did not receive it, or its log files were not validated; or
    /// this is not how it was recorded.
    #[error("find the event in the trail's log: it is not in it")]
    NotLogged,
    /// The bucket does not hold the tree that was signed.
    #[error("read the log's tree")]
    Tree(#[from] TreeError),
    /// A bundle of positions was changed.
    #[error("read where the log's events came from: {path} was changed")]
    Positions {
        /// Its place.
        path: String,
    },
    /// The catalog failed.
    #[error("read the trail's logs")]
    State(#[from] StateError),
    /// The keys fail.
    #[error("sign the checkpoint")]
    Sign(#[from] CheckpointError),
    /// The thread that looked was lost.
    #[error("look for the event on a blocking thread")]
    Thread,
}

impl Tlog {
    /// Lists the trails of an account that have or had logs, deleted ones as they were made, by name and age.
    ///
    /// # Errors
    /// The catalog could not be read.
    pub async fn trails(&self, account: AccountId) -> Result<Vec<Arc<LiveTrail>>, StateError> {
        let current = self.catalog.current();
        let mut trails = current.account_trails(&account).to_vec();
        for id in self.catalog.cursors().await?.iter().filter_map(|cursor| parse_cursor_name(&cursor.name)) {
            if trails.iter().any(|trail| *trail.id() == id) {
                continue;
            }
            let made = self.catalog.snapshot(id.created).await?;
            trails.extend(made.trail(&id.arn).filter(|trail| trail.account == account).map(Arc::clone));
        }
        trails.sort_by(|one, other| one.id().cmp(other.id()));
        Ok(trails)
    }

    /// Lists a trail's logs, the oldest first.
    ///
    /// # Errors
    /// The catalog could not be read, or keys do not open.
    pub async fn logs(&self, trail: &LiveTrail) -> Result<Vec<LogSummary>, StateError> {
        let logs = Log::of_trail(&*self.catalog, &self.master, trail.id()).await?;
        logs.into_iter().map(|log| summary(trail, &log)).collect()
    }

    /// Proves that the event at `position` is in the trail's log.
    ///
    /// # Errors
    /// See [`ProveError`].
    pub async fn prove(
        &self,
        trail: &LiveTrail,
        position: Position,
        event: &str,
    ) -> Result<EventProof, ProveError> {
        let logs = Log::of_trail(&*self.catalog, &self.master, trail.id()).await?;
        let newest_end = logs.last().filter(|log| log.body.ended.is_none()).map(|log| log.body.next);
        let covers = |log: &&Log| log.body.first <= position && position < log.body.next;
        let Some(log) = logs.iter().find(covers) else {
            let is_done =
                self.catalog.cursor(&cursor_name(trail.id())).await.map_err(StateError::from)? == Some(DONE);
            let may_come = newest_end.is_none_or(|end| end <= position);
            let is_coming = may_come && trail.log_file_validation && !is_done;
            return Err(if is_coming { ProveError::NotYet } else { ProveError::NotLogged });
        };
        let source = Objects { store: &*self.store, trail, log };
        let head = log.head();
        let tree = Tree::new(&source, &head);
        let leaf_index = index_of(&tree, position).await?.ok_or(ProveError::NotLogged)?;
        assemble(trail, log, &tree, (leaf_index, position), event).await
    }
}

/// Makes the proof of a leaf.
pub(crate) async fn assemble(
    trail: &Trail,
    log: &Log,
    tree: &Tree<'_>,
    (leaf_index, position): (u64, Position),
    event: &str,
) -> Result<EventProof, ProveError> {
    let head = tree.head();
    let path = tree.inclusion(leaf_index).await?;
    let proof = EventProof {
        format: FORMAT.to_owned(),
        trail: trail.arn.clone(),
        event: event.to_owned(),
        salt: log.salts.salt(position),
        leaf_index,
        tree_size: head.size,
        path: path.into_iter().map(PathHash).collect(),
        checkpoint: log.key.sign(head.size, head.root)?,
        public_key: log.public.as_str().to_owned(),
    };
    // Tiles are proved by now; the bundle that told index and position is not.
    let number = leaf_index / TILE_WIDTH;
    let wrong = path::positions(number, path::width(number, head.size));
    proof.verify(&log.public).map_err(|_why| ProveError::Positions { path: wrong })?;
    Ok(proof)
}

fn summary(trail: &Trail, log: &Log) -> Result<LogSummary, StateError> {
    let checkpoint = match log.body.size {
        0 => None,
        size => Some(log.key.sign(size, log.edge.root())?),
    };
    Ok(LogSummary {
        trail: trail.arn.clone(),
        origin: log.body.origin.clone(),
        public_key: log.public.as_str().to_owned(),
        bucket: log.body.bucket.clone(),
        folder: log.body.folder.clone(),
        size: log.body.size,
        checkpoint,
        ended: log.body.ended,
    })
}

/// Finds the leaf of a position by halving; none when no leaf has it.
async fn index_of(tree: &Tree<'_>, position: Position) -> Result<Option<u64>, ProveError> {
    let size = tree.head().size;
    let (mut low, mut high) = (0, size.div_ceil(TILE_WIDTH));
    while low < high {
        let middle = low + (high - low) / 2;
        let (_received_ms, positions) = positions(tree, middle).await?;
        if positions.first().is_some_and(|first| position < *first) {
            high = middle;
        } else if positions.last().is_some_and(|last| *last < position) {
            low = middle + 1;
        } else {
            let offset = positions.binary_search(&position).ok();
            return Ok(offset.map(|offset| middle * TILE_WIDTH + offset as u64));
        }
    }
    Ok(None)
}

/// Reads where a bundle's entries came from, and when the first was received.
pub(crate) async fn positions(tree: &Tree<'_>, number: u64) -> Result<(i64, Vec<Position>), ProveError> {
    let bytes = tree.bundle(path::positions, number).await?;
    let path = || path::positions(number, path::width(number, tree.head().size));
    decode_positions(&bytes).map_err(|_why| ProveError::Positions { path: path() })
}

/// A log's objects in its bucket.
#[derive(Debug)]
pub(crate) struct Objects<'a> {
    pub(crate) store: &'a dyn TileStore,
    pub(crate) trail: &'a Trail,
    pub(crate) log: &'a Log,
}

#[async_trait]
impl LogSource for Objects<'_> {
    async fn fetch(&self, path: &str) -> Result<Option<Bytes>, FetchError> {
        let key = format!("{}{path}", self.log.body.folder);
        let place = Place { trail: self.trail, bucket: &self.log.body.bucket, key: &key };
        Ok(self.store.get(place).await?)
    }
}
