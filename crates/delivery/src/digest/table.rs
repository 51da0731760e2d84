//! The chains of one trail in memory. An organization trail has hundreds: what none of them needs is not read
//! again in each round.

use std::collections::{BTreeMap, BTreeSet};

use cairn_catalog::{Delivered, TrailId};
use cairn_event::{AccountId, Region};

use super::chain::{Chain, ChainId};
use super::ends::{End, end_of};
use super::notice::{Notice, NoticeError, StoredChain};
use super::schedule::Pending;

/// The chains of one trail as its task knows them.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// The count of changes that is taken in; `None` when everything must be read.
    known: Option<u64>,
    rows: BTreeMap<ChainId, Row>,
}

/// A chain, and whether there is anything to do.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) stored: StoredChain,
    /// Nothing is to be done before this second, unless something happens to the chain; `None`: find out.
    rests_until_s: Option<i64>,
}

impl Table {
    /// Takes in what the catalog has that is not known yet.
    pub(crate) async fn refresh(&mut self, notice: &Notice, trail: &TrailId) -> Result<(), NoticeError> {
        // Asked before anything is read: what changes meanwhile is read again.
        let count = notice.changes();
        match self.known.and_then(|known| notice.changed_since(known, trail)) {
            Some(changed) => {
                for id in changed {
                    match notice.of(&id).await? {
                        Some(stored) => self.take(stored),
                        None => drop(self.rows.remove(&id)),
                    }
                }
            }
            None => {
                let chains = notice.of_trail(trail).await?;
                let there: BTreeSet<ChainId> = chains.iter().map(|stored| stored.id.clone()).collect();
                self.rows.retain(|id, _| there.contains(id));
                chains.into_iter().for_each(|stored| self.take(stored));
            }
        }
        self.known = Some(count);
        Ok(())
    }

    /// Takes in a chain; one that is new or has changed may have something to do.
    pub(crate) fn take(&mut self, stored: StoredChain) {
        let is_known = self.rows.get(&stored.id).is_some_and(|row| row.stored.version == stored.version);
        if !is_known {
            self.rows.insert(stored.id.clone(), Row { stored, rests_until_s: None });
        }
    }

    /// Forgets that anything is known: somebody else changed a chain.
    pub(crate) fn doubt(&mut self) {
        self.known = None;
    }

    /// Lets a chain rest until a second, unless something happens to it.
    pub(crate) fn rest(&mut self, id: &ChainId, until_s: i64) {
        if let Some(row) = self.rows.get_mut(id) {
            row.rests_until_s = Some(until_s);
        }
    }

    /// Takes in a new receipt: one that missed its window wakes its chain. Returns its chain where there is none
    /// yet.
    pub(crate) fn note(&mut self, trail: &TrailId, delivered: &Delivered) -> Option<ChainId> {
        let (account, region) = (delivered.receipt.account, delivered.receipt.region.clone());
        let id = ChainId { trail: trail.clone(), account, region };
        let Some(row) = self.rows.get_mut(&id) else { return Some(id) };
        let one = Pending { number: delivered.number, at_ms: delivered.at.as_millisecond() };
        if one.is_late(row.stored.chain.start_s) {
            row.rests_until_s = None;
        }
        None
    }

    /// Lists the chains that have not ended.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Row> {
        self.rows.values().filter(|row| !row.stored.chain.is_ended())
    }

    /// Returns the open chains of one Region, by account.
    pub(crate) fn of_region(&self, region: &Region) -> BTreeMap<AccountId, Chain> {
        let here = self.open().filter(|row| row.stored.id.region == *region);
        here.map(|row| (row.stored.id.account, row.stored.chain.clone())).collect()
    }
}

impl Row {
    /// Returns until when the chain has nothing to do; `None` when there may be something to do now. `passed` are the
    /// ends that log files have come to.
    pub(crate) fn rests_until(&self, now_s: i64, passed: &BTreeSet<End>) -> Option<i64> {
        let is_delivered = end_of(&self.stored).is_some_and(|end| passed.contains(&end));
        self.rests_until_s.filter(|until_s| now_s < *until_s && !is_delivered)
    }
}
