//! Looking through a split for what is wanted: the terms it has, and cursors through its runs.

use std::sync::{Arc, Mutex, PoisonError};

use tantivy::postings::{SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, TERMINATED};

use super::{Run, Split, index};
use crate::documents::{Documents, Sifter};
use crate::error::StoreError;
use crate::key::{Key, Range};
use crate::verdicts::{Verdict, Verdicts};
use crate::walk::{Conditions, Drive, Wanted};

/// The most events that a cursor passes over before it tells how far it came.
const PASSED_MAX: usize = if cfg!(test) { 2 } else { 4096 };

/// One event in so many is rare: to look at these alone is cheaper than to look at all in their order.
const RARE: u64 = 16;

/// What a split has of what is wanted.
pub(crate) struct Found {
    split: Arc<Split>,
    terms: Vec<(TermInfo, i64)>,
    verdicts: Option<Arc<Verdicts>>,
    /// Shared by all cursors, so that no block is asked twice.
    sifter: Option<Arc<Mutex<Sifter>>>,
}

/// The events of one run that have a term, newest first.
pub(crate) struct RunCursor {
    split: Arc<Split>,
    postings: SegmentPostings,
    end: DocId,
    verdicts: Option<Arc<Verdicts>>,
    sifter: Option<Arc<Mutex<Sifter>>>,
}

/// What a cursor comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// An event that may be wanted.
    Found(Key),
    /// None so far: the last event that was passed over has this key.
    Passed(Key),
    /// The end of the run or of the range.
    End,
}

impl Split {
    /// Finds what the split has of what is wanted, by the terms of which it has fewest.
    pub(crate) fn find(self: &Arc<Self>, wanted: &Wanted) -> Result<Found, StoreError> {
        let sifter = wanted.conditions.as_ref().and_then(|conditions| self.sifter(conditions));
        let mut found = Found { split: Arc::clone(self), terms: Vec::new(), verdicts: None, sifter };
        let Some(terms) = self.fewest(&wanted.drives)? else { return Ok(found) };
        if let (Some(conditions), Some(columns)) = (&wanted.conditions, &self.columns) {
            let verdicts = Verdicts::of_split(&conditions.filters, columns)?;
            if verdicts.rule_all_out() {
                return Ok(found);
            }
            found.verdicts = (!verdicts.are_empty()).then(|| Arc::new(verdicts));
        }
        found.terms = terms;
        Ok(found)
    }

    /// Makes what looks for the pieces of text in the blocks; none where that tells nothing.
    fn sifter(&self, conditions: &Conditions) -> Option<Arc<Mutex<Sifter>>> {
        let pieces = &conditions.pieces;
        let sifter = || Sifter::new(Arc::clone(&self.documents), Arc::clone(pieces));
        (self.columns.is_some() && !pieces.is_empty()).then(|| Arc::new(Mutex::new(sifter())))
    }

    /// Returns the documents that have a term of one of the drives, where these are far fewer than all; ascending.
    pub(crate) fn rare(&self, drives: &[Drive]) -> Result<Option<Vec<DocId>>, StoreError> {
        let Some(terms) = self.fewest(drives)? else { return Ok(Some(Vec::new())) };
        let events: u64 = terms.iter().map(|(info, _)| u64::from(info.doc_freq)).sum();
        if events.saturating_mul(RARE) > self.manifest.events {
            return Ok(None);
        }
        let mut docs = Vec::new();
        for (info, _) in &terms {
            let mut postings = self.terms.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
            while postings.doc() != TERMINATED {
                docs.push(postings.doc());
                postings.advance();
            }
        }
        docs.sort_unstable();
        docs.dedup();
        Ok(Some(docs))
    }

    /// Returns the terms of the drive that has fewest events here; none if one of them has no events at all.
    fn fewest(&self, drives: &[Drive]) -> Result<Option<Vec<(TermInfo, i64)>>, StoreError> {
        let mut best: Option<(u64, Vec<(TermInfo, i64)>)> = None;
        for drive in drives {
            if self.columns.is_none() && drive.field.is_some_and(|field| !field.is_in_version_1()) {
                continue;
            }
            let mut terms = Vec::new();
            for (term, since) in drive.sought.of(&self.manifest.accounts) {
                terms.extend(self.terms.get_term_info(&index::term(term))?.map(|info| (info, since)));
            }
            let events: u64 = terms.iter().map(|(info, _)| u64::from(info.doc_freq)).sum();
            if events == 0 {
                return Ok(None);
            }
            if best.as_ref().is_none_or(|(least, _)| events < *least) {
                best = Some((events, terms));
            }
        }
        Ok(best.map(|(_, terms)| terms))
    }
}

impl Found {
    /// Tells whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Returns a cursor for each term that an event of the run in the range has.
    pub(crate) fn open(&self, run: &Run, range: &Range) -> Result<Vec<RunCursor>, StoreError> {
        let split = &self.split;
        let first = split.first_below(run, range.below)?;
        let mut cursors = Vec::new();
        for (info, since) in &self.terms {
            let range = range.from(*since);
            if !range.meets(run.newest, run.oldest) {
                continue;
            }
            let end = split.first_below(run, Key { seconds: range.start, position: 0 })?;
            let mut postings = split.terms.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
            if postings.doc() < first {
                postings.seek(first);
            }
            if postings.doc() < end {
                let (verdicts, sifter) = (self.verdicts.clone(), self.sifter.clone());
                cursors.push(RunCursor { split: Arc::clone(split), postings, end, verdicts, sifter });
            }
        }
        Ok(cursors)
    }
}

impl RunCursor {
    /// Goes on to the next event that may be wanted, but not too far.
    pub(crate) fn next(&mut self) -> Result<Step, StoreError> {
        let mut passed = None;
        for _ in 0..PASSED_MAX {
            let doc = self.postings.doc();
            if doc >= self.end {
                return Ok(Step::End);
            }
            passed = Some(doc);
            self.postings.advance();
            if let Some(verdicts) = &self.verdicts
                && self.split.verdict(doc, verdicts) == Verdict::No
            {
                continue;
            }
            let key = self.split.key(doc)?;
            let may_hold = match &self.sifter {
                Some(sifter) => {
                    sifter.lock().unwrap_or_else(PoisonError::into_inner).may_hold(key.position)?
                }
                None => true,
            };
            if may_hold {
                return Ok(Step::Found(key));
            }
        }
        match passed {
            Some(doc) if self.postings.doc() < self.end => Ok(Step::Passed(self.split.key(doc)?)),
            _ => Ok(Step::End),
        }
    }

    /// Returns where the events' bytes are.
    pub(crate) fn documents(&self) -> &Arc<Documents> {
        &self.split.documents
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
