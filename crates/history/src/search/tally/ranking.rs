//! The most frequent values.

use std::collections::HashMap;

use super::shown;
use crate::search::summary::Ranked;

/// The most values that are told apart; those that come after are left out. Far more than there are in practice.
const VALUES_MAX: usize = 1_000_000;

/// How many events have each value.
#[derive(Debug, Default)]
pub(super) struct Ranking {
    places: HashMap<Box<str>, usize>,
    counts: Vec<(Box<str>, u64)>,
}

impl Ranking {
    /// Adds events that have the value. An empty value is none.
    pub(super) fn add(&mut self, value: &str, count: Option<u32>) {
        let count = u64::from(count.unwrap_or(0));
        if count == 0 || value.is_empty() {
            return;
        }
        if let Some((_, sum)) = self.places.get(value).and_then(|place| self.counts.get_mut(*place)) {
            *sum += count;
        } else if self.counts.len() < VALUES_MAX {
            self.places.insert(value.into(), self.counts.len());
            self.counts.push((value.into(), count));
        }
    }

    /// Returns the most frequent ones, most first; of equals the first by name.
    pub(super) fn top(mut self, most: usize) -> Vec<Ranked> {
        self.counts.sort_unstable_by(|(left, of_left), (right, of_right)| {
            of_right.cmp(of_left).then_with(|| left.cmp(right))
        });
        self.counts.truncate(most);
        let ranked = |(value, count): (Box<str>, u64)| Ranked { value: shown(&value).into_owned(), count };
        self.counts.into_iter().map(ranked).collect()
    }
}
