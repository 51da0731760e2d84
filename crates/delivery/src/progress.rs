//! How far delivery has come, for those who must wait for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use cairn_catalog::TrailId;
use cairn_event::{AccountId, Region};
use cairn_journal::Position;

use crate::owed::Places;
use crate::product::Product;

/// How far each product of a trail has come.
#[derive(Debug, Default)]
pub(crate) struct Progress(Mutex<BTreeMap<(TrailId, Product), Reached>>);

#[derive(Debug, Default)]
struct Reached {
    /// The position below which everything is delivered that is not owed.
    below: Position,
    /// From where on something of an account and Region is owed.
    owed: BTreeMap<(AccountId, Region), Position>,
}

impl Progress {
    /// Tells that everything below a position is in its bucket and in the ledger, but for what is owed.
    pub(crate) fn reached(&self, product: Product, trail: &TrailId, below: Position, owed: &Places) {
        let mut reached = Reached { below, owed: BTreeMap::new() };
        for (place, from) in owed {
            let lowest = reached.owed.entry((place.account, place.region.clone())).or_insert(*from);
            *lowest = (*lowest).min(*from);
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get_mut(&(trail.clone(), product)) {
            Some(known) => *known = reached,
            None => drop(all.insert((trail.clone(), product), reached)),
        }
    }

    /// Returns how far a product has come; `None` while its task has not begun.
    pub(crate) fn of(&self, product: Product, trail: &TrailId) -> Option<Position> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&(trail.clone(), product)).map(|reached| reached.below)
    }

    /// Returns from where on something of an account and Region is owed. Ask for [`Progress::of`] first: what is
    /// denied meanwhile then lies beyond.
    pub(crate) fn owed_from(
        &self,
        product: Product,
        trail: &TrailId,
        place: &(AccountId, Region),
    ) -> Option<Position> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&(trail.clone(), product)).and_then(|reached| reached.owed.get(place)).copied()
    }
}
