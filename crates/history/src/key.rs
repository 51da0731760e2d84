//! The order of the history: by event time, then by journal position; pages run from the greatest down.

use cairn_journal::Position;

/// An event's place in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    /// Event time, seconds since the Unix epoch.
    pub(crate) seconds: i64,
    /// The event's position in the journal; tells events of one second apart.
    pub(crate) position: Position,
}

/// Which keys a lookup may return.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    /// The earliest event time, inclusive.
    pub(crate) start: i64,
    /// Only keys below this one: the time range's end, or where the page before stopped.
    pub(crate) below: Key,
}

impl Range {
    /// Makes the range of event times from `start` to `end`, both inclusive, below `after` if given.
    pub(crate) fn new(start: i64, end: i64, after: Option<Key>) -> Self {
        let end = Key { seconds: end.saturating_add(1), position: 0 };
        Self { start, below: after.map_or(end, |after| after.min(end)) }
    }

    /// Cuts off what lies before a second.
    pub(crate) fn from(&self, seconds: i64) -> Self {
        Self { start: self.start.max(seconds), ..*self }
    }

    /// Tells whether the key lies in the range.
    pub(crate) fn holds(&self, key: Key) -> bool {
        key < self.below && key.seconds >= self.start
    }

    /// Tells whether anything between `oldest` and `newest` can lie in the range.
    pub(crate) fn meets(&self, newest: Key, oldest: Key) -> bool {
        oldest < self.below && newest.seconds >= self.start
    }
}
