//! A split: an immutable piece of the history on disk, index and documents, in one directory.
//!
//! The index holds for every event its terms, and lists documents newest first, so that walking a term's
//! postings forward meets events in the order of the answer and stops at the page. A merged split keeps
//! the order of its parts as *runs*: stretches of documents that are each in order.

mod index;
mod manifest;
mod merge;
mod seal;

use std::path::Path;
use std::sync::Arc;

use tantivy::columnar::Column;
use tantivy::postings::{SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, InvertedIndexReader};

use crate::attribute::Term;
use crate::documents::Documents;
use crate::error::StoreError;
use crate::key::{Key, Range};

pub(crate) use manifest::{Manifest, Run};
pub(crate) use merge::merge;
pub(crate) use seal::seal;

/// An open split.
pub(crate) struct Split {
    manifest: Manifest,
    index: tantivy::Index,
    terms: Arc<InvertedIndexReader>,
    seconds: Column<i64>,
    positions: Column<u64>,
    documents: Arc<Documents>,
}

/// The terms that a split has of those that are looked for.
pub(crate) struct Found {
    split: Arc<Split>,
    terms: Vec<(TermInfo, i64)>,
}

/// The events of one run that have a term, newest first.
pub(crate) struct RunCursor {
    split: Arc<Split>,
    postings: SegmentPostings,
    end: DocId,
    start_seconds: i64,
}

impl Split {
    /// Opens the split in `dir`.
    pub(crate) fn open(dir: &Path) -> Result<Arc<Self>, StoreError> {
        let manifest = Manifest::read(dir)?;
        let index = index::open(dir)?;
        let segment = index::only_segment(&index)?;
        if u64::from(segment.max_doc()) != manifest.events {
            return Err(StoreError::damaged("a split's index and manifest disagree"));
        }
        let terms = segment.inverted_index(index::fields().terms)?;
        let seconds = segment.fast_fields().i64(index::SECONDS)?;
        let positions = segment.fast_fields().u64(index::POSITION)?;
        let documents = Arc::new(Documents::open(dir)?);
        Ok(Arc::new(Self { manifest, index, terms, seconds, positions, documents }))
    }

    /// Returns what the split says of itself.
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the events' bytes.
    pub(crate) fn documents(&self) -> &Arc<Documents> {
        &self.documents
    }

    /// Finds which of these terms any event has; each comes with the first second that is wanted of it.
    pub(crate) fn find(
        self: &Arc<Self>,
        sought: impl Iterator<Item = (Term, i64)>,
    ) -> Result<Found, StoreError> {
        let mut terms = Vec::new();
        for (term, since) in sought {
            terms.extend(self.terms.get_term_info(&index::term(term))?.map(|info| (info, since)));
        }
        Ok(Found { split: Arc::clone(self), terms })
    }

    /// Compares the index's checksums; the documents' are compared whenever a block is read.
    pub(crate) fn verify(&self) -> Result<(), StoreError> {
        if self.index.validate_checksum()?.is_empty() {
            Ok(())
        } else {
            Err(StoreError::damaged("the checksum of an index's file is wrong"))
        }
    }

    fn key(&self, doc: DocId) -> Result<Key, StoreError> {
        match (self.seconds.first(doc), self.positions.first(doc)) {
            (Some(seconds), Some(position)) => Ok(Key { seconds, position }),
            _ => Err(StoreError::damaged("a split's document has no key")),
        }
    }

    /// Returns the first document of the run whose key is below `bound`.
    fn first_below(&self, run: &Run, bound: Key) -> Result<DocId, StoreError> {
        if run.newest < bound {
            return Ok(run.first);
        }
        let (mut low, mut high) = (run.first, run.end());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.key(middle)? < bound { high = middle } else { low = middle + 1 }
        }
        Ok(low)
    }
}

impl Found {
    /// Tells whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Returns a cursor for each term that an event of the run in the range has.
    pub(crate) fn open(&self, run: &Run, range: &Range) -> Result<Vec<RunCursor>, StoreError> {
        let (first, end) = (self.split.first_below(run, range.below)?, run.end());
        let mut cursors = Vec::new();
        for (info, since) in &self.terms {
            let range = range.from(*since);
            if !range.meets(run.newest, run.oldest) {
                continue;
            }
            let terms = &self.split.terms;
            let mut postings = terms.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
            if postings.doc() < first {
                postings.seek(first);
            }
            if postings.doc() < end && self.split.key(postings.doc())?.seconds >= range.start {
                let split = Arc::clone(&self.split);
                cursors.push(RunCursor { split, postings, end, start_seconds: range.start });
            }
        }
        Ok(cursors)
    }
}

impl RunCursor {
    /// Returns the next event's key; none at the end of the run or of the range.
    pub(crate) fn next(&mut self) -> Result<Option<Key>, StoreError> {
        let doc = self.postings.doc();
        if doc >= self.end {
            return Ok(None);
        }
        let key = self.split.key(doc)?;
        if key.seconds < self.start_seconds {
            return Ok(None);
        }
        self.postings.advance();
        Ok(Some(key))
    }

    /// Returns where the events' bytes are.
    pub(crate) fn documents(&self) -> &Arc<Documents> {
        &self.split.documents
    }
}

impl std::fmt::Debug for Split {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Split").field("manifest", &self.manifest).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found").field("terms", &self.terms.len()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for RunCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunCursor").field("end", &self.end).finish_non_exhaustive()
    }
}
