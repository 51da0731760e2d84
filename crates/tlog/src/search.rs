//! Proving an event whose place nobody knows any longer, such as a data event out of an old log file.
//!
//! Only the log's keeper can do this: the salts tell which entry is the event's, and nobody else has them.

use cairn_catalog::LiveTrail;
use cairn_journal::Position;

use crate::book::{Objects, ProveError, assemble, positions};
use crate::bundle::decode_entries;
use crate::leaf::{Commitment, SaltKey, commitment};
use crate::path::{self, TILE_WIDTH};
use crate::proof::EventProof;
use crate::service::Tlog;
use crate::state::Log;
use crate::tree::{Tree, TreeError};

/// How long before and after it happened an event may have been received, milliseconds: event times are whole
/// seconds, and received times wait for a clock that was put back.
const RECEIVED_MS: (i64, i64) = (2_000, 3_600_000);

/// The most bundles that are looked through: half a million events.
const BUNDLES_MAX: u64 = 2_048;

impl Tlog {
    /// Proves an event that happened at about `happened_ms`, given as it was recorded, byte for byte.
    ///
    /// # Errors
    /// See [`ProveError`].
    pub async fn prove_content(
        &self,
        trail: &LiveTrail,
        event: &str,
        happened_ms: i64,
    ) -> Result<EventProof, ProveError> {
        for log in Log::of_trail(&*self.catalog, &self.master, trail.id()).await? {
            let source = Objects { store: &*self.store, trail, log: &log };
            let head = log.head();
            let tree = Tree::new(&source, &head);
            if let Some(place) = search(&tree, &log.salts, event, happened_ms).await? {
                return assemble(trail, &log, &tree, place, event).await;
            }
        }
        Err(ProveError::NotLogged)
    }
}

/// Finds index and position of an event.
async fn search(
    tree: &Tree<'_>,
    salts: &SaltKey,
    event: &str,
    happened_ms: i64,
) -> Result<Option<(u64, Position)>, ProveError> {
    let bundles = tree.head().size.div_ceil(TILE_WIDTH);
    // The first bundle that begins late enough; the event may be in the one before.
    let (mut low, mut high) = (0, bundles);
    while low < high {
        let middle = low + (high - low) / 2;
        let (received_ms, _) = positions(tree, middle).await?;
        match received_ms < happened_ms.saturating_sub(RECEIVED_MS.0) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    let first = low.saturating_sub(1);
    for number in first..bundles.min(first + BUNDLES_MAX) {
        let (received_ms, positions) = positions(tree, number).await?;
        if received_ms > happened_ms.saturating_add(RECEIVED_MS.1) {
            break;
        }
        let bytes = tree.bundle(path::entries, number).await?;
        let entries = decode_entries(&bytes).map_err(|_why| TreeError::Changed)?;
        if let Some((offset, position)) = matching(salts.clone(), positions, entries, event).await? {
            return Ok(Some((number * TILE_WIDTH + offset, position)));
        }
    }
    Ok(None)
}

/// Finds the entry that commits to the event.
async fn matching(
    salts: SaltKey,
    positions: Vec<Position>,
    entries: Vec<Commitment>,
    event: &str,
) -> Result<Option<(u64, Position)>, ProveError> {
    let event = event.to_owned();
    let looking = tokio::task::spawn_blocking(move || {
        let mut places = (0_u64..).zip(positions).zip(entries);
        let is_it = |position: Position, entry: &Commitment| {
            commitment(&salts.salt(position), event.as_bytes()) == *entry
        };
        places.find(|((_, position), entry)| is_it(*position, entry)).map(|(place, _)| place)
    });
    looking.await.map_err(|_lost| ProveError::Thread)
}
