//! The walk through one lookup's candidates, newest first, over all places that may hold some.
//!
//! Places (chunks of the head, splits, the runs of splits) are opened only when the walk comes to their greatest
//! key, so a page of frequent events touches the newest places alone; they are let go of at their end. What a walk
//! holds is so one cursor for each term and run that has events where the walk is.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::vec;

use crate::attribute::{Attribute, Term};
use crate::chunk::Chunk;
use crate::documents::Documents;
use crate::error::StoreError;
use crate::key::{Key, Range};
use crate::split::{Found, Run, RunCursor, Split};
use crate::view::View;

/// What a lookup looks for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The attribute of the terms; none for everything in the scopes.
    pub(crate) attribute: Option<Attribute>,
    pub(crate) sought: Sought,
    pub(crate) range: Range,
}

/// The terms that are looked for, one for each account, and the first second that is wanted of each. Ascending;
/// no term is there twice.
#[derive(Debug, Clone)]
pub(crate) struct Sought(Vec<(Term, i64)>);

impl Sought {
    /// Puts terms in order. Where two accounts have the same, the events' bytes tell them apart.
    pub(crate) fn new(terms: impl Iterator<Item = (Term, i64)>) -> Self {
        let mut terms: Vec<(Term, i64)> = terms.collect();
        terms.sort_unstable();
        terms.dedup_by_key(|(term, _)| *term);
        Self(terms)
    }

    /// Returns the first second that is wanted of a term; none for one that is not looked for.
    pub(crate) fn since(&self, term: Term) -> Option<i64> {
        match self.0.as_slice() {
            [(only, since)] => (*only == term).then_some(*since),
            many => {
                let found = many.binary_search_by_key(&term, |(term, _)| *term).ok()?;
                many.get(found).map(|(_, since)| *since)
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = (Term, i64)> + '_ {
        self.0.iter().copied()
    }
}

/// An event that has the wanted term. Whether it has the wanted value shows in its bytes.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) key: Key,
    pub(crate) documents: Arc<Documents>,
}

/// The state of a walk: what may be next, the greatest key first.
#[derive(Debug)]
pub(crate) struct Walk {
    wanted: Wanted,
    ahead: BinaryHeap<Ahead>,
    /// The key that was returned last: an event that has two of the terms comes twice, one after the other.
    last: Option<Key>,
}

/// Something that holds keys up to this one.
#[derive(Debug)]
struct Ahead {
    key: Key,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// Not opened yet: its keys are this one or lower.
    Chunk(Arc<Chunk>, Arc<Documents>),
    Split(Arc<Split>),
    Run(Arc<Found>, Run),
    /// Open: its next key is this one.
    Keys(vec::IntoIter<Key>, Arc<Documents>),
    Postings(Box<RunCursor>),
}

impl Walk {
    /// Prepares the walk; opens nothing yet.
    pub(crate) fn new(view: &View, wanted: Wanted) -> Self {
        let mut walk = Self { wanted, ahead: BinaryHeap::new(), last: None };
        for part in &view.heads {
            for chunk in &part.chunks {
                walk.expect(chunk.span(), || Place::Chunk(Arc::clone(chunk), Arc::clone(&part.documents)));
            }
        }
        for split in &view.splits {
            walk.expect(split.manifest().span(), || Place::Split(Arc::clone(split)));
        }
        walk
    }

    /// Returns the next candidate; none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Candidate>, StoreError> {
        while let Some(Ahead { key, place }) = self.ahead.pop() {
            let documents = match place {
                Place::Chunk(chunk, documents) => {
                    self.go_on(Place::Keys(chunk.find(&self.wanted).into_iter(), documents))?;
                    continue;
                }
                Place::Split(split) => {
                    self.open(&split)?;
                    continue;
                }
                Place::Run(found, run) => {
                    for cursor in found.open(&run, &self.wanted.range)? {
                        self.go_on(Place::Postings(Box::new(cursor)))?;
                    }
                    continue;
                }
                Place::Keys(_, ref documents) => Arc::clone(documents),
                Place::Postings(ref run) => Arc::clone(run.documents()),
            };
            self.go_on(place)?;
            if self.last.replace(key) != Some(key) {
                return Ok(Some(Candidate { key, documents }));
            }
        }
        Ok(None)
    }

    /// Keeps a place in mind if any of its keys can lie in the range.
    fn expect(&mut self, span: Option<(Key, Key)>, place: impl FnOnce() -> Place) {
        let range = &self.wanted.range;
        if let Some((newest, _)) = span.filter(|(newest, oldest)| range.meets(*newest, *oldest)) {
            self.ahead.push(Ahead { key: newest.min(range.below), place: place() });
        }
    }

    /// Opens a split: what its runs hold is looked at when the walk comes to each.
    fn open(&mut self, split: &Arc<Split>) -> Result<(), StoreError> {
        let found = Arc::new(split.find(self.wanted.sought.iter())?);
        if !found.is_empty() {
            for run in &split.manifest().runs {
                self.expect(Some((run.newest, run.oldest)), || Place::Run(Arc::clone(&found), run.clone()));
            }
        }
        Ok(())
    }

    /// Moves an open place to its next key, and lets go of it where there is none.
    fn go_on(&mut self, mut place: Place) -> Result<(), StoreError> {
        let next = match &mut place {
            Place::Keys(keys, _) => keys.next(),
            Place::Postings(run) => run.next()?,
            Place::Chunk(..) | Place::Split(_) | Place::Run(..) => None,
        };
        self.ahead.extend(next.map(|key| Ahead { key, place }));
        Ok(())
    }
}

impl Ord for Ahead {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl PartialOrd for Ahead {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ahead {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Ahead {}

#[cfg(test)]
impl Walk {
    /// Counts the postings that are held open.
    pub(crate) fn open_postings(&self) -> usize {
        self.ahead.iter().filter(|ahead| matches!(ahead.place, Place::Postings(_))).count()
    }
}

#[cfg(test)]
mod tests;
