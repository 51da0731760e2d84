//! The walk through one lookup's candidates, newest first, over all places that may hold some.
//!
//! Places (chunks of the head, splits, the runs of splits) are opened only when the walk comes to their greatest
//! key, so a page of frequent events touches the newest places alone; they are let go of at their end. What a walk
//! holds is so one cursor for each term and run that has events where the walk is.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::vec;

use cairn_event::AccountId;

use crate::attribute::Term;
use crate::chunk::Chunk;
use crate::documents::{self, Documents, Sifter};
use crate::error::StoreError;
use crate::key::{Key, Range};
use crate::search::field::Field;
use crate::search::filter::Filter;
use crate::split::{Found, Run, RunCursor, Split, Step};
use crate::verdicts::Verdicts;
use crate::view::View;

/// What a lookup looks for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// Each alone has all that is wanted; at least one.
    pub(crate) drives: Vec<Drive>,
    pub(crate) range: Range,
    /// What else must be so.
    pub(crate) conditions: Option<Arc<Conditions>>,
}

/// Terms, one of which everything that is wanted has.
#[derive(Debug, Clone)]
pub(crate) struct Drive {
    /// The field of the terms; none for everything in the scopes.
    pub(crate) field: Option<Field>,
    pub(crate) sought: Sought,
}

/// What must be so of an event beside its terms, as far as that shows without reading it.
#[derive(Debug)]
pub(crate) struct Conditions {
    pub(crate) filters: Vec<Filter>,
    /// What must stand in its bytes.
    pub(crate) pieces: Arc<documents::Sought>,
}

/// What comes next in a walk.
#[derive(Debug)]
pub(crate) enum Next {
    /// An event.
    Candidate(Candidate),
    /// None so far: everything from this key on has been looked at.
    Passed(Key),
    /// No more.
    End,
}

/// The terms that are looked for, of each account, and the first second that is wanted of each.
#[derive(Debug, Clone)]
pub(crate) struct Sought {
    /// Ascending; no term is there twice.
    terms: Vec<(Term, i64)>,
    /// The same, ascending by account.
    by_account: Vec<(AccountId, Term, i64)>,
}

impl Sought {
    /// Puts terms in order. Where two accounts have the same, the events' bytes tell them apart.
    pub(crate) fn new(terms: impl Iterator<Item = (AccountId, Term, i64)>) -> Self {
        let mut by_account: Vec<(AccountId, Term, i64)> = terms.collect();
        by_account.sort_unstable();
        let mut terms: Vec<(Term, i64)> = by_account.iter().map(|(_, term, since)| (*term, *since)).collect();
        terms.sort_unstable();
        terms.dedup_by_key(|(term, _)| *term);
        Self { terms, by_account }
    }

    /// Returns the first second that is wanted of a term; none for one that is not looked for.
    pub(crate) fn since(&self, term: Term) -> Option<i64> {
        match self.terms.as_slice() {
            [(only, since)] => (*only == term).then_some(*since),
            many => {
                let found = many.binary_search_by_key(&term, |(term, _)| *term).ok()?;
                many.get(found).map(|(_, since)| *since)
            }
        }
    }

    /// Lists the terms of these accounts, which ascend: what others have need not be asked for where only these are.
    pub(crate) fn of<'s>(&'s self, accounts: &'s [AccountId]) -> impl Iterator<Item = (Term, i64)> + 's {
        accounts.iter().flat_map(|account| {
            let from = self.by_account.partition_point(|(other, ..)| other < account);
            let rest = self.by_account.get(from..).unwrap_or_default();
            rest.iter()
                .take_while(move |(other, ..)| other == account)
                .map(|(_, term, since)| (*term, *since))
        })
    }
}

/// An event that has the wanted term. Whether it has the wanted value shows in its bytes.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) key: Key,
    pub(crate) documents: Arc<Documents>,
}

/// What a part of the head has, and what is wanted of it.
#[derive(Debug)]
struct HeadConditions {
    documents: Arc<Documents>,
    verdicts: Option<Verdicts>,
}

/// The state of a walk: what may be next, the greatest key first.
#[derive(Debug)]
pub(crate) struct Walk {
    wanted: Wanted,
    ahead: BinaryHeap<Ahead>,
    /// The key that was returned last: an event that has two of the terms comes twice, one after the other.
    last: Option<Key>,
    /// How many splits have been opened.
    opened: usize,
}

/// Something that holds keys up to this one.
#[derive(Debug)]
struct Ahead {
    key: Key,
    place: Place,
    /// Whether the key is only as far as the place was looked through.
    passed: bool,
}

#[derive(Debug)]
enum Place {
    /// Not opened yet: its keys are this one or lower.
    Chunk(Arc<Chunk>, Arc<HeadConditions>),
    Split(Arc<Split>),
    Run(Arc<Found>, Run),
    /// Open: its next key is this one.
    Keys(vec::IntoIter<Key>, Arc<Documents>),
    Postings(Box<RunCursor>),
}

impl Walk {
    /// Prepares the walk; opens nothing yet.
    pub(crate) fn new(view: &View, wanted: Wanted) -> Self {
        let mut walk = Self { wanted, ahead: BinaryHeap::new(), last: None, opened: 0 };
        for part in &view.heads {
            let conditions = walk.wanted.conditions.as_ref();
            let verdicts = conditions.map(|conditions| Verdicts::of_head(&conditions.filters, &part.codes));
            let head = Arc::new(HeadConditions { documents: Arc::clone(&part.documents), verdicts });
            for chunk in &part.chunks {
                walk.expect(chunk.span(), || Place::Chunk(Arc::clone(chunk), Arc::clone(&head)));
            }
        }
        for split in &view.splits {
            walk.expect(split.manifest().span(), || Place::Split(Arc::clone(split)));
        }
        walk
    }

    /// Returns the next candidate; none at the end. However long that takes.
    pub(crate) fn next(&mut self) -> Result<Option<Candidate>, StoreError> {
        loop {
            match self.step()? {
                Next::Candidate(candidate) => return Ok(Some(candidate)),
                Next::Passed(_) => {}
                Next::End => return Ok(None),
            }
        }
    }

    /// Counts the splits that have been opened: that alone takes its time.
    pub(crate) fn opened(&self) -> usize {
        self.opened
    }

    /// Goes on until there is a candidate, or some thousand events or a place without any have been passed over.
    pub(crate) fn step(&mut self) -> Result<Next, StoreError> {
        while let Some(Ahead { key, place, passed }) = self.ahead.pop() {
            let documents = match place {
                Place::Chunk(chunk, head) => {
                    let keys = self.find_in(&chunk, &head)?;
                    self.go_on(Place::Keys(keys.into_iter(), Arc::clone(&head.documents)))?;
                    continue;
                }
                Place::Split(split) => {
                    let before = self.ahead.len();
                    self.open(&split)?;
                    if self.is_past(key, before) {
                        return Ok(Next::Passed(key));
                    }
                    continue;
                }
                Place::Run(found, run) => {
                    let before = self.ahead.len();
                    for cursor in found.open(&run, &self.wanted.range)? {
                        self.go_on(Place::Postings(Box::new(cursor)))?;
                    }
                    if self.is_past(key, before) {
                        return Ok(Next::Passed(key));
                    }
                    continue;
                }
                Place::Keys(_, ref documents) => Arc::clone(documents),
                Place::Postings(ref run) => Arc::clone(run.documents()),
            };
            self.go_on(place)?;
            if passed {
                return Ok(Next::Passed(key));
            }
            if self.last.replace(key) != Some(key) {
                return Ok(Next::Candidate(Candidate { key, documents }));
            }
        }
        Ok(Next::End)
    }

    /// Tells whether a place whose greatest key is this one had nothing, so that the key is done with. The range's
    /// bound is none of its keys.
    fn is_past(&self, key: Key, before: usize) -> bool {
        self.ahead.len() == before && key < self.wanted.range.below
    }

    /// Finds what is wanted of a chunk of the head.
    fn find_in(&self, chunk: &Chunk, head: &HeadConditions) -> Result<Vec<Key>, StoreError> {
        let Wanted { drives, range, conditions } = &self.wanted;
        // Any will do where all rows are looked at; the last is no broader than the first.
        let Some(drive) = drives.last() else { return Ok(Vec::new()) };
        let keys = chunk.find(drive, range, head.verdicts.as_ref());
        let pieces =
            conditions.as_ref().map(|conditions| &conditions.pieces).filter(|pieces| !pieces.is_empty());
        let Some(pieces) = pieces else { return Ok(keys) };
        let mut sifter = Sifter::new(Arc::clone(&head.documents), Arc::clone(pieces));
        let mut left = Vec::new();
        for key in keys {
            if sifter.may_hold(key.position)? {
                left.push(key);
            }
        }
        Ok(left)
    }

    /// Keeps a place in mind if any of its keys can lie in the range.
    fn expect(&mut self, span: Option<(Key, Key)>, place: impl FnOnce() -> Place) {
        let range = &self.wanted.range;
        if let Some((newest, _)) = span.filter(|(newest, oldest)| range.meets(*newest, *oldest)) {
            self.ahead.push(Ahead { key: newest.min(range.below), place: place(), passed: false });
        }
    }

    /// Opens a split: what its runs hold is looked at when the walk comes to each.
    fn open(&mut self, split: &Arc<Split>) -> Result<(), StoreError> {
        self.opened += 1;
        let found = Arc::new(split.find(&self.wanted)?);
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
            Place::Keys(keys, _) => keys.next().map(|key| (key, false)),
            Place::Postings(run) => match run.next()? {
                Step::Found(key) => Some((key, false)),
                Step::Passed(key) => Some((key, true)),
                Step::End => None,
            },
            Place::Chunk(..) | Place::Split(_) | Place::Run(..) => None,
        };
        self.ahead.extend(next.map(|(key, passed)| Ahead { key, place, passed }));
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
