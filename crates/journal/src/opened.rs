//! Segments opened for reading: file and index, a bounded number of them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::file_system::File;
use crate::index::{IndexEntry, SparseIndex};
use crate::journal::Position;
use crate::watch::lock;

/// One segment that can be read.
#[derive(Debug)]
pub(crate) struct OpenSegment {
    pub(crate) base: Position,
    pub(crate) file: Arc<dyn File>,
    /// The offset after the last durable frame; what lies behind may be in the writing, or cut off.
    frames_end: AtomicU64,
    /// Grows while the segment is written.
    index: Mutex<SparseIndex>,
}

impl OpenSegment {
    pub(crate) fn new(base: Position, file: Arc<dyn File>, frames_end: u64, index: SparseIndex) -> Self {
        Self { base, file, frames_end: AtomicU64::new(frames_end), index: Mutex::new(index) }
    }

    pub(crate) fn frames_end(&self) -> u64 {
        self.frames_end.load(Ordering::Acquire)
    }

    pub(crate) fn floor(&self, position: Position) -> Option<IndexEntry> {
        lock(&self.index).floor(position)
    }

    /// Takes in a frame that has become durable.
    pub(crate) fn add_frame(&self, first: Position, offset: u64, frames_end: u64) {
        lock(&self.index).note(first, offset);
        self.frames_end.store(frames_end, Ordering::Release);
    }

    pub(crate) fn notes(&self) -> u64 {
        lock(&self.index).entries().len() as u64
    }

    pub(crate) fn with_index<T>(&self, look: impl FnOnce(&SparseIndex) -> T) -> T {
        look(&lock(&self.index))
    }
}

/// The sealed segments that were read last, so that neither file handles nor indexes grow with the
/// journal.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    /// The most recently used is last.
    segments: Mutex<Vec<Arc<OpenSegment>>>,
}

impl Opened {
    pub(crate) fn find(&self, base: Position) -> Option<Arc<OpenSegment>> {
        let mut segments = lock(&self.segments);
        let index = segments.iter().position(|segment| segment.base == base)?;
        let found = segments.remove(index);
        segments.push(Arc::clone(&found));
        Some(found)
    }

    pub(crate) fn insert(&self, segment: Arc<OpenSegment>) {
        let mut segments = lock(&self.segments);
        segments.retain(|held| held.base != segment.base);
        if segments.len() >= OPENED_MAX {
            segments.remove(0);
        }
        segments.push(segment);
    }

    pub(crate) fn forget(&self, base: Position) {
        lock(&self.segments).retain(|held| held.base != base);
    }
}

/// How many sealed segments stay open: 32 handles and at most 1 MiB of indexes at 128 MiB a segment.
const OPENED_MAX: usize = 32;
