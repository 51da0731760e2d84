//! What was told and is not over, and what is still to be sent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cairn_anomaly::{Direction, Minute, Sensitivity};

use crate::earlier::Earlier;
use crate::fleet::At;
use crate::sighting::Arrived;
use crate::store::Record;

/// What was told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    open: BTreeMap<(At, Sensitivity), Open>,
    /// In the order in which they were found.
    waiting: BTreeMap<u64, Record>,
    numbers: BTreeMap<Arc<str>, u64>,
    next_number: u64,
    /// Of the waiting ones, those that turned out to be in the journal, and are to be marked as sent.
    arrived: BTreeSet<Arc<str>>,
    pub(crate) earlier: Earlier,
}

/// Something unusual whose start was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) start: Minute,
    pub(crate) direction: Direction,
    pub(crate) imported: bool,
}

/// What becomes of the open ones, once it is committed.
pub(crate) type Changes = BTreeMap<(At, Sensitivity), Option<Open>>;

impl Told {
    /// Returns what is told and not over, `changes` being committed.
    pub(crate) fn open(&self, changes: &Changes, at: At, sensitivity: Sensitivity) -> Option<Open> {
        match changes.get(&(at, sensitivity)) {
            Some(changed) => *changed,
            None => self.open.get(&(at, sensitivity)).copied(),
        }
    }

    /// Notes what was committed.
    pub(crate) fn change(&mut self, changes: Changes) {
        for (key, change) in changes {
            match change {
                Some(open) => drop(self.open.insert(key, open)),
                None => drop(self.open.remove(&key)),
            }
        }
    }

    /// Lists the metrics of which something told is not over, `changes` being committed.
    pub(crate) fn unusual(&self, changes: &Changes) -> BTreeSet<At> {
        let before = self.open.keys().filter(|key| !changes.contains_key(key));
        let since = changes.iter().filter(|(_, change)| change.is_some()).map(|(key, _)| key);
        before.chain(since).map(|(at, _)| *at).collect()
    }

    /// Has records wait until they are sent; those that wait already do so once.
    pub(crate) fn wait(&mut self, records: impl IntoIterator<Item = Record>) {
        for record in records {
            if self.numbers.contains_key(&record.id) {
                continue;
            }
            self.numbers.insert(Arc::clone(&record.id), self.next_number);
            self.waiting.insert(self.next_number, record);
            self.next_number += 1;
        }
    }

    /// Notes an Insights event of the journal. Ids can be worked out beforehand: one that was imported is of an
    /// imported finding or of nothing, lest whoever may import keeps others from being sent.
    pub(crate) fn see(&mut self, arrived: &Arrived) {
        let number = self.numbers.get(arrived.id.as_str());
        let record = number.and_then(|number| self.waiting.get(number));
        if record.is_some_and(|record| record.imported == arrived.imported) {
            self.arrive(&arrived.id);
        }
    }

    /// Notes that a record is in the journal.
    pub(crate) fn arrive(&mut self, id: &str) {
        if let Some((id, _)) = self.numbers.get_key_value(id) {
            self.arrived.insert(Arc::clone(id));
        }
    }

    /// Lists up to `limit` records that are to be sent, the first one first.
    pub(crate) fn to_send(&self, limit: usize) -> Vec<Record> {
        let all = self.waiting.values().filter(|record| !self.arrived.contains(&record.id));
        all.take(limit).cloned().collect()
    }

    /// Lists the records that are to be marked as sent.
    pub(crate) fn arrived(&self) -> Vec<Arc<str>> {
        self.arrived.iter().cloned().collect()
    }

    /// Lists those and what was found again.
    pub(crate) fn arrived_of(&self, found: &[Record]) -> Vec<Arc<str>> {
        let again = found.iter().filter(|record| self.earlier.has(record));
        self.arrived.iter().chain(again.map(|record| &record.id)).cloned().collect()
    }

    /// Forgets records that are marked as sent.
    pub(crate) fn settle(&mut self, ids: &[Arc<str>]) {
        for id in ids {
            self.arrived.remove(id);
            if let Some(number) = self.numbers.remove(id) {
                self.waiting.remove(&number);
            }
        }
    }

    /// Counts the records that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}
