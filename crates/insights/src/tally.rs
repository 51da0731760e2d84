//! What was counted and is not in the store yet.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use cairn_anomaly::Minute;
use cairn_journal::Position;

use crate::attribution::{Attribute, Share};
use crate::fleet::At;

/// The most values of an attribute that are kept of one minute of a metric, those with the most calls. More than ten
/// times what a record names; calls of others are in the count all the same.
const VALUES_MAX: usize = 64;

/// The most values that are told apart while calls come in: of that many, all are counted exactly. Whatever comes first
/// or last, a value with more than this part of all calls is among them, and none is put down for calls it has not.
const TOLD_APART_MAX: usize = 512;

/// The calls of one metric in one minute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) calls: u32,
    values: [BTreeMap<Arc<str>, u32>; Attribute::ALL.len()],
}

/// Calls by minute and metric.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    open: BTreeMap<Minute, OpenMinute>,
    unsaved: BTreeMap<(At, Minute), Cell>,
}

/// A minute that further calls may come of.
#[derive(Debug)]
pub(crate) struct OpenMinute {
    /// The position of its first call.
    first: Position,
    pub(crate) cells: BTreeMap<At, Cell>,
}

impl Cell {
    pub(crate) fn add(&mut self, values: &[String; Attribute::ALL.len()]) {
        self.calls = self.calls.saturating_add(1);
        for (known, value) in self.values.iter_mut().zip(values) {
            if let Some(calls) = known.get_mut(value.as_str()) {
                *calls = calls.saturating_add(1);
            } else if known.len() < TOLD_APART_MAX {
                known.insert(Arc::from(value.as_str()), 1);
            } else {
                // As many different values take a call off each other (Misra and Gries): what is frequent remains.
                known.retain(|_, calls| {
                    *calls -= 1;
                    *calls > 0
                });
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.calls = self.calls.saturating_add(other.calls);
        for (known, values) in self.values.iter_mut().zip(other.values) {
            for (value, more) in values {
                let calls = known.entry(value).or_default();
                *calls = calls.saturating_add(more);
            }
        }
    }

    /// Lists the values that are kept with their calls.
    pub(crate) fn shares(&self) -> impl Iterator<Item = (Attribute, &Arc<str>, u32)> {
        let all = Attribute::ALL.into_iter().zip(&self.values);
        all.flat_map(|(attribute, values)| {
            let mut values: Vec<(&Arc<str>, u32)> =
                values.iter().map(|(value, calls)| (value, *calls)).collect();
            if values.len() > VALUES_MAX {
                values.sort_by_key(|(_, calls)| Reverse(*calls));
                values.truncate(VALUES_MAX);
            }
            values.into_iter().map(move |(value, calls)| (attribute, value, calls))
        })
    }
}

impl Tally {
    /// Counts a call of a minute that is open.
    pub(crate) fn count(&mut self, at: At, minute: Minute, position: Position, values: &[String; 3]) {
        let open = self.open.entry(minute).or_insert(OpenMinute { first: position, cells: BTreeMap::new() });
        open.first = open.first.min(position);
        open.cells.entry(at).or_default().add(values);
    }

    /// Counts a call of a minute that is closed.
    pub(crate) fn count_late(&mut self, at: At, minute: Minute, values: &[String; 3]) {
        self.unsaved.entry((at, minute)).or_default().add(values);
    }

    /// Ends a minute: what was counted in it waits to be saved from now on.
    pub(crate) fn close(&mut self, minute: Minute) -> BTreeMap<At, u32> {
        let Some(closed) = self.open.remove(&minute) else { return BTreeMap::new() };
        let mut calls = BTreeMap::new();
        for (at, cell) in closed.cells {
            calls.insert(at, cell.calls);
            self.unsaved.entry((at, minute)).or_default().merge(cell);
        }
        calls
    }

    /// Returns the first position of a call in a minute that is open, or else `next`.
    pub(crate) fn resume(&self, next: Position) -> Position {
        self.open.values().map(|open| open.first).min().unwrap_or(next)
    }

    /// Tells whether any minute is open.
    pub(crate) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Tells whether a metric has calls in a minute that is open.
    pub(crate) fn knows(&self, at: At) -> bool {
        self.open.values().any(|open| open.cells.contains_key(&at))
    }

    /// Counts the cells that wait to be saved.
    pub(crate) fn unsaved(&self) -> usize {
        self.unsaved.len()
    }

    /// Lists what waits to be saved of a metric, from one minute up to another.
    fn unsaved_of(&self, at: At, from: Minute, to: Minute) -> impl Iterator<Item = &Cell> {
        let range = (at, from)..(at, to.max(from));
        self.unsaved.range(range).map(|(_, cell)| cell)
    }

    /// Adds up the calls that wait to be saved of a metric, from one minute up to another.
    pub(crate) fn unsaved_calls(&self, at: At, from: Minute, to: Minute) -> u64 {
        self.unsaved_of(at, from, to).map(|cell| u64::from(cell.calls)).sum()
    }

    /// Adds up whom those are put down to.
    pub(crate) fn add_unsaved_shares(&self, at: At, (from, to): (Minute, Minute), shares: &mut Vec<Share>) {
        let mut sums: BTreeMap<(Attribute, Arc<str>), u64> =
            shares.drain(..).map(|share| ((share.attribute, share.value), share.calls)).collect();
        for (attribute, value, calls) in self.unsaved_of(at, from, to).flat_map(Cell::shares) {
            *sums.entry((attribute, Arc::clone(value))).or_default() += u64::from(calls);
        }
        let sorted = sums.into_iter();
        shares.extend(sorted.map(|((attribute, value), calls)| Share { attribute, value, calls }));
    }

    /// Takes what waits to be saved.
    pub(crate) fn take(&mut self) -> BTreeMap<(At, Minute), Cell> {
        std::mem::take(&mut self.unsaved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(who: &str) -> [String; 3] {
        [who.to_owned(), "cli".to_owned(), "null".to_owned()]
    }

    #[test]
    fn more_values_than_are_told_apart_are_counted_all_the_same() {
        let mut cell = Cell::default();
        for number in 0..200 {
            cell.add(&values(&format!("user-{number}")));
        }
        assert_eq!(cell.calls, 200);
        assert_eq!(
            cell.shares().filter(|(attribute, ..)| *attribute == Attribute::UserIdentityArn).count(),
            64
        );
        let agents: Vec<u32> =
            cell.shares().filter(|share| share.0 == Attribute::UserAgent).map(|share| share.2).collect();
        assert_eq!(agents, [200]);
    }

    fn of(cell: &Cell, who: &str) -> Option<u32> {
        let mut shares = cell.shares().filter(|share| share.0 == Attribute::UserIdentityArn);
        shares.find(|share| &**share.1 == who).map(|share| share.2)
    }

    #[test]
    fn who_calls_most_is_told_though_others_called_first() {
        let mut cell = Cell::default();
        for number in 0..70 {
            cell.add(&values(&format!("user-{number}")));
        }
        for _ in 0..120 {
            cell.add(&values("mallory"));
        }
        assert_eq!(of(&cell, "mallory"), Some(120));
    }

    #[test]
    fn among_any_number_of_values_the_most_frequent_remain_and_none_gains() {
        let mut cell = Cell::default();
        for number in 0..20_000 {
            cell.add(&values(&format!("user-{number}")));
            if number % 20 == 0 {
                cell.add(&values("mallory"));
            }
        }
        let mallory = of(&cell, "mallory").unwrap();
        assert!((1_000 - 21_000 / 512..=1_000).contains(&mallory), "{mallory}");
        let others = cell.shares().filter(|share| share.1.starts_with("user-"));
        assert!(others.map(|share| share.2).all(|calls| calls == 1));
    }
}
