//! A split: an immutable piece of the history on disk, index and documents, in one directory.
//!
//! The index holds for every event its terms, and lists documents newest first, so that walking a term's
//! postings forward meets events in the order of the answer and stops at the page. A merged split keeps
//! the order of its parts as *runs*: stretches of documents that are each in order.

mod cursor;
mod index;
mod manifest;
mod merge;
mod renew;
mod seal;

use std::path::Path;
use std::sync::Arc;

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, InvertedIndexReader};

use crate::coded;
use crate::documents::Documents;
use crate::error::StoreError;
use crate::key::Key;
use crate::verdicts::{Verdict, Verdicts};

pub(crate) use cursor::{Found, RunCursor, Step};
pub(crate) use manifest::{Manifest, Run};
pub(crate) use merge::merge;
pub(crate) use renew::renew;
pub(crate) use seal::seal;
#[cfg(test)]
pub(crate) use seal::{seal_old, seal_second};

/// An open split.
pub(crate) struct Split {
    manifest: Manifest,
    index: tantivy::Index,
    terms: Arc<InvertedIndexReader>,
    seconds: Column<i64>,
    positions: Column<u64>,
    /// The values beside the terms, by [`coded`]; none in an old split.
    columns: Option<Vec<StrColumn>>,
    documents: Arc<Documents>,
}

impl Split {
    /// Opens the split in `dir`.
    pub(crate) fn open(dir: &Path) -> Result<Arc<Self>, StoreError> {
        let manifest = Manifest::read(dir)?;
        let is_old = manifest.is_old();
        let index = index::open(dir, manifest.has_values())?;
        let segment = index::only_segment(&index)?;
        if u64::from(segment.max_doc()) != manifest.events {
            return Err(StoreError::damaged("a split's index and manifest disagree"));
        }
        let terms = segment.inverted_index(index::fields().terms)?;
        let seconds = segment.fast_fields().i64(index::SECONDS)?;
        let positions = segment.fast_fields().u64(index::POSITION)?;
        let columns = if is_old { None } else { Some(columns(&segment)?) };
        let documents = Arc::new(Documents::open(dir, !is_old)?);
        Ok(Arc::new(Self { manifest, index, terms, seconds, positions, columns, documents }))
    }

    /// Tells whether it is of a version before the one that is written now: whatever values and sieves it has are not
    /// looked at, and what its terms do not tell is read.
    pub(crate) fn is_old(&self) -> bool {
        self.columns.is_none()
    }

    /// Returns the columns of values; none in an old split.
    pub(crate) fn columns(&self) -> Option<&[StrColumn]> {
        self.columns.as_deref()
    }

    /// Returns the column of event times.
    pub(crate) fn seconds(&self) -> &Column<i64> {
        &self.seconds
    }

    /// Returns what the split says of itself.
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the events' bytes.
    pub(crate) fn documents(&self) -> &Arc<Documents> {
        &self.documents
    }

    /// Compares the index's checksums; the documents' are compared whenever a block is read.
    pub(crate) fn verify(&self) -> Result<(), StoreError> {
        if !self.index.validate_checksum()?.is_empty() {
            return Err(StoreError::damaged("the checksum of an index's file is wrong"));
        }
        Ok(self.documents.verify_sieves()?)
    }

    /// Tells what the values of a document say of it.
    fn verdict(&self, doc: DocId, verdicts: &Verdicts) -> Verdict {
        let Some(columns) = &self.columns else { return Verdict::Unsure };
        verdicts.of(|column| {
            let ordinal = columns.get(column).and_then(|column| column.ords().first(doc));
            ordinal.and_then(|ordinal| u32::try_from(ordinal).ok()).unwrap_or(u32::MAX)
        })
    }

    /// Returns a document's key.
    pub(crate) fn key(&self, doc: DocId) -> Result<Key, StoreError> {
        match (self.seconds.first(doc), self.positions.first(doc)) {
            (Some(seconds), Some(position)) => Ok(Key { seconds, position }),
            _ => Err(StoreError::damaged("a split's document has no key")),
        }
    }

    /// Returns the first document of the run whose key is below `bound`.
    pub(crate) fn first_below(&self, run: &Run, bound: Key) -> Result<DocId, StoreError> {
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

/// Opens the columns of values. Each has one value a document.
fn columns(segment: &tantivy::SegmentReader) -> Result<Vec<StrColumn>, StoreError> {
    let mut columns = Vec::with_capacity(coded::CODED);
    for name in coded::NAMES {
        let column = segment.fast_fields().str(name)?;
        let column = column.filter(|column| column.ords().get_cardinality().is_full());
        columns.push(column.ok_or(StoreError::Damaged("a split's index lacks values"))?);
    }
    Ok(columns)
}

impl std::fmt::Debug for Split {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Split").field("manifest", &self.manifest).finish_non_exhaustive()
    }
}
