//! Where to start looking in a segment: a frame offset for about every 64 KiB of file.

use crate::journal::Position;

/// How far apart noted frames are at least. A 128 MiB segment notes at most 2,048 of them: 32 KiB.
pub(crate) const STRIDE_BYTES: u64 = 64 * 1024;

/// One noted frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    pub(crate) first: Position,
    pub(crate) offset: u64,
}

/// The noted frames of one segment, ascending; the first frame is always among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SparseIndex {
    entries: Vec<IndexEntry>,
}

impl SparseIndex {
    pub(crate) fn from_entries(entries: Vec<IndexEntry>) -> Self {
        Self { entries }
    }

    /// Notes a frame that follows all noted ones, if the last noted one is far enough away.
    pub(crate) fn note(&mut self, first: Position, offset: u64) {
        let far = |last: &IndexEntry| offset.saturating_sub(last.offset) >= STRIDE_BYTES;
        if self.entries.last().is_none_or(far) {
            self.entries.push(IndexEntry { first, offset });
        }
    }

    /// The last noted frame that starts at `position` or before it.
    pub(crate) fn floor(&self, position: Position) -> Option<IndexEntry> {
        let after = self.entries.partition_point(|entry| entry.first <= position);
        self.entries.get(after.checked_sub(1)?).copied()
    }

    pub(crate) fn entries(&self) -> &[IndexEntry] {
        &self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_sparse_and_the_floor_is_found() {
        let mut index = SparseIndex::default();
        for frame in 0..1_000 {
            index.note(frame * 10, 32 + frame * 1_000);
        }
        assert_eq!(index.entries().len(), 16, "a note every 66 frames of 1,000 bytes");
        for (position, floor) in [(0, 0), (659, 0), (660, 660), (661, 660), (9_999, 9_900)] {
            assert_eq!(index.floor(position).map(|entry| entry.first), Some(floor), "floor of {position}");
        }
        assert_eq!(SparseIndex::default().floor(7), None);
    }
}
