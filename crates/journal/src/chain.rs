//! The segments that make up the journal, in order and without a gap.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::journal::Position;
use crate::opened::OpenSegment;

/// All segments, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    pub(crate) sealed: VecDeque<SealedSegment>,
    pub(crate) active: Option<ActiveSegment>,
}

/// A segment that will not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SealedSegment {
    pub(crate) base: Position,
    /// The position after its last; above `base`.
    pub(crate) end: Position,
    /// The file's length.
    pub(crate) bytes: u64,
}

/// The segment that is written.
#[derive(Debug, Clone)]
pub(crate) struct ActiveSegment {
    pub(crate) open: Arc<OpenSegment>,
    /// The file's length, zeros written ahead included.
    pub(crate) bytes: u64,
}

/// Where a position is to be looked for.
#[derive(Debug, Clone)]
pub(crate) enum Located {
    Sealed(SealedSegment),
    Active(Arc<OpenSegment>),
}

impl Chain {
    /// The first position kept, or `tail` if there is no segment.
    pub(crate) fn head(&self, tail: Position) -> Position {
        let active = self.active.as_ref().map(|active| active.open.base);
        self.sealed.front().map(|oldest| oldest.base).or(active).unwrap_or(tail)
    }

    /// What all files together take.
    pub(crate) fn bytes(&self) -> u64 {
        self.sealed_bytes() + self.active.as_ref().map_or(0, |active| active.bytes)
    }

    pub(crate) fn sealed_bytes(&self) -> u64 {
        self.sealed.iter().map(|segment| segment.bytes).sum()
    }

    /// Finds the segment of a durable position at or above the head.
    pub(crate) fn locate(&self, position: Position) -> Option<Located> {
        if let Some(active) = &self.active
            && active.open.base <= position
        {
            return Some(Located::Active(Arc::clone(&active.open)));
        }
        let after = self.sealed.partition_point(|segment| segment.base <= position);
        let segment = self.sealed.get(after.checked_sub(1)?)?;
        (position < segment.end).then_some(Located::Sealed(*segment))
    }

    /// The oldest segment, if all of it lies below `below` and it is not the last one. The last segment
    /// stays whatever is asked: its name is what keeps positions from being given out again.
    pub(crate) fn trimmable(&self, below: Position) -> Option<SealedSegment> {
        let oldest = self.sealed.front()?;
        let last = self.sealed.len() == 1 && self.active.is_none();
        (oldest.end <= below && !last).then_some(*oldest)
    }
}
