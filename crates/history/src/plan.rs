//! What is to be done about the splits, decided from their descriptions alone.

use std::collections::BTreeSet;

use crate::split::Manifest;

/// Neighbours of about the same size are merged once there are this many.
const MERGE_COUNT_MIN: usize = 4;

/// The most splits merged at once.
const MERGE_COUNT_MAX: usize = 64;

/// A merged split spans at most this much event time, so that expiry need not wait for its newest event.
const SPAN_SECONDS_MAX: i64 = 24 * 60 * 60;

/// The most runs of a merged split: each costs a lookup a little.
const RUNS_MAX: usize = 64;

/// Splits up to this size count as equally small.
const SMALL_EVENTS: u64 = 1000;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Remove these: all their events are older than the history reaches.
    Expire(Vec<String>),
    /// Make these neighbours one.
    Merge(Vec<String>),
    /// Write this one, which is of an old version, as they are written now.
    Renew(String),
}

/// Returns the next step; none when all is as it should be.
///
/// `splits` ascend by journal position. Expiry comes first, since it costs nothing. Then the smallest
/// neighbours are merged: a split is merged with others of its size, so that an event is merged a
/// logarithmic number of times. Splits of a version before are written anew, one at a time, and merged after that.
/// Those that are set aside are left as they are until they expire.
pub(crate) fn next_step(
    splits: &[&Manifest],
    set_aside: &BTreeSet<&str>,
    oldest_seconds: i64,
    events_max: u64,
) -> Option<Step> {
    let expired =
        splits.iter().filter(|split| split.span().is_some_and(|(newest, _)| newest.seconds < oldest_seconds));
    let expired: Vec<String> = expired.map(|split| split.id()).collect();
    if !expired.is_empty() {
        return Some(Step::Expire(expired));
    }
    let is_aside = |split: &Manifest| set_aside.contains(split.id().as_str());
    let sizes: BTreeSet<u32> = splits.iter().map(|split| size(split.events)).collect();
    for size_max in sizes {
        let mut group = Group::default();
        for split in splits {
            let fits = size(split.events) <= size_max && !is_aside(split);
            if fits && group.admits(split, events_max) {
                group.add(split);
                continue;
            }
            if group.is_enough() {
                break;
            }
            group = Group::default();
            if fits && group.admits(split, events_max) {
                group.add(split);
            }
        }
        if group.is_enough() {
            return Some(Step::Merge(group.ids));
        }
    }
    // People look at what is new.
    splits.iter().rev().find(|split| split.is_old() && !is_aside(split)).map(|split| Step::Renew(split.id()))
}

/// Returns the class of size: each is four times as large as the one before.
fn size(events: u64) -> u32 {
    (events / SMALL_EVENTS).checked_ilog(4).map_or(0, |log| log + 1)
}

/// Neighbours that may become one split.
#[derive(Debug, Default)]
struct Group {
    ids: Vec<String>,
    events: u64,
    runs: usize,
    /// The latest and the earliest event time.
    span: Option<(i64, i64)>,
    /// The largest class of size.
    size_max: u32,
    /// How many are of that class.
    largest: usize,
}

impl Group {
    fn admits(&self, split: &Manifest, events_max: u64) -> bool {
        let Some((newest, oldest)) = self.span_with(split) else { return false };
        !split.is_old()
            && self.ids.len() < MERGE_COUNT_MAX
            && self.events + split.events <= events_max
            && self.runs + split.runs.len() <= RUNS_MAX
            && newest.saturating_sub(oldest) <= SPAN_SECONDS_MAX
    }

    fn add(&mut self, split: &Manifest) {
        self.span = self.span_with(split);
        self.ids.push(split.id());
        self.events += split.events;
        self.runs += split.runs.len();
        let size = size(split.events);
        if size > self.size_max {
            (self.size_max, self.largest) = (size, 0);
        }
        self.largest += usize::from(size == self.size_max);
    }

    /// Tells whether merging makes something of the next size rather than one large split a bit larger.
    fn is_enough(&self) -> bool {
        self.largest >= MERGE_COUNT_MIN
    }

    fn span_with(&self, split: &Manifest) -> Option<(i64, i64)> {
        let (newest, oldest) = split.span()?;
        let (before_newest, before_oldest) = self.span.unwrap_or((newest.seconds, oldest.seconds));
        Some((before_newest.max(newest.seconds), before_oldest.min(oldest.seconds)))
    }
}

#[cfg(test)]
mod tests;
