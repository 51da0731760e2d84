//! The walk through one lookup's candidates, newest first, over all places that may hold some.
//!
//! Places (chunks of the head, splits) are opened only when the walk comes to their greatest key, so a
//! page of frequent events touches the newest places alone.

use std::collections::BinaryHeap;
use std::sync::Arc;
use std::vec;

use crate::attribute::{Attribute, Term};
use crate::chunk::Chunk;
use crate::documents::Documents;
use crate::error::StoreError;
use crate::key::{Key, Range};
use crate::split::{RunCursor, Split};
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

/// The state of a walk.
#[derive(Debug)]
pub(crate) struct Walk {
    wanted: Wanted,
    /// Ascending by greatest key.
    unopened: Vec<(Key, Place)>,
    /// The next key of each open cursor that has one.
    next: BinaryHeap<(Key, usize)>,
    cursors: Vec<Cursor>,
    /// The key that was returned last: an event that has two of the terms comes twice, one after the other.
    last: Option<Key>,
}

#[derive(Debug)]
enum Place {
    Chunk(Arc<Chunk>, Arc<Documents>),
    Split(Arc<Split>),
}

#[derive(Debug)]
enum Cursor {
    Chunk(vec::IntoIter<Key>, Arc<Documents>),
    Run(Box<RunCursor>),
}

impl Walk {
    /// Prepares the walk; opens nothing yet.
    pub(crate) fn new(view: &View, wanted: Wanted) -> Self {
        let mut unopened = Vec::new();
        for part in &view.heads {
            for chunk in &part.chunks {
                if let Some((newest, oldest)) = chunk.span()
                    && wanted.range.meets(newest, oldest)
                {
                    unopened.push((newest, Place::Chunk(Arc::clone(chunk), Arc::clone(&part.documents))));
                }
            }
        }
        for split in &view.splits {
            if let Some((newest, oldest)) = split.manifest().span()
                && wanted.range.meets(newest, oldest)
            {
                unopened.push((newest, Place::Split(Arc::clone(split))));
            }
        }
        unopened.sort_by_key(|(newest, _)| *newest);
        Self { wanted, unopened, next: BinaryHeap::new(), cursors: Vec::new(), last: None }
    }

    /// Returns the next candidate; none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Candidate>, StoreError> {
        loop {
            self.open_due()?;
            let Some((key, number)) = self.next.pop() else { return Ok(None) };
            let Some(cursor) = self.cursors.get_mut(number) else { return Ok(None) };
            let documents = Arc::clone(cursor.documents());
            if let Some(after) = cursor.next()? {
                self.next.push((after, number));
            }
            if self.last.replace(key) != Some(key) {
                return Ok(Some(Candidate { key, documents }));
            }
        }
    }

    /// Opens every place that may hold a key above the next one known.
    fn open_due(&mut self) -> Result<(), StoreError> {
        while let Some((newest, _)) = self.unopened.last() {
            if self.next.peek().is_some_and(|(key, _)| key > newest) {
                break;
            }
            match self.unopened.pop() {
                Some((_, Place::Chunk(chunk, documents))) => {
                    let found = chunk.find(&self.wanted);
                    self.start(Cursor::Chunk(found.into_iter(), documents))?;
                }
                Some((_, Place::Split(split))) => {
                    let range = self.wanted.range;
                    let mut runs = Vec::new();
                    for (term, since) in self.wanted.sought.iter() {
                        runs.extend(split.find(term, &range.from(since))?);
                    }
                    for run in runs {
                        self.start(Cursor::Run(Box::new(run)))?;
                    }
                }
                None => break,
            }
        }
        Ok(())
    }

    fn start(&mut self, mut cursor: Cursor) -> Result<(), StoreError> {
        if let Some(key) = cursor.next()? {
            self.next.push((key, self.cursors.len()));
            self.cursors.push(cursor);
        }
        Ok(())
    }
}

impl Cursor {
    fn next(&mut self) -> Result<Option<Key>, StoreError> {
        match self {
            Self::Chunk(keys, _) => Ok(keys.next()),
            Self::Run(run) => run.next(),
        }
    }

    fn documents(&self) -> &Arc<Documents> {
        match self {
            Self::Chunk(_, documents) => documents,
            Self::Run(run) => run.documents(),
        }
    }
}
