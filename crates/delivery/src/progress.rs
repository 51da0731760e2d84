//! How far delivery has come, for those who must wait for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use cairn_catalog::TrailId;
use cairn_journal::Position;

use crate::product::Product;

/// For each product of a trail, the position below which everything is delivered.
#[derive(Debug, Default)]
pub(crate) struct Progress(Mutex<BTreeMap<(TrailId, Product), Position>>);

impl Progress {
    /// Tells that everything below a position is in its bucket and in the ledger.
    pub(crate) fn reached(&self, product: Product, trail: &TrailId, below: Position) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get_mut(&(trail.clone(), product)) {
            Some(position) => *position = below,
            None => drop(all.insert((trail.clone(), product), below)),
        }
    }

    /// Returns how far a product has come; `None` while its task has not begun.
    pub(crate) fn of(&self, product: Product, trail: &TrailId) -> Option<Position> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&(trail.clone(), product)).copied()
    }
}
