//! Asking block by block whether it can hold what is looked for.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use cairn_journal::Position;

use super::{DocumentError, Documents};
use crate::documents::grams::{SIEVE_BYTES, Sought};

/// How many blocks are asked at once.
pub(super) const STRETCH: u64 = 64;

/// Tells events that can hold something from those that can not. Each block is asked once, and remembered; questions
/// about neighbours are the quickest.
#[derive(Debug)]
pub(crate) struct Sifter {
    documents: Arc<Documents>,
    sought: Arc<Sought>,
    /// What was asked so far, by first position.
    stretches: BTreeMap<Position, Stretch>,
    /// The positions of the block that was asked last, and whether it can hold it.
    last: (Range<Position>, bool),
}

/// Some neighbouring blocks and what is known of them.
#[derive(Debug)]
struct Stretch {
    /// First positions, ascending, and whether the block can hold it.
    blocks: Vec<(Position, bool)>,
    /// The first position beyond.
    end: Position,
}

impl Sifter {
    /// Looks for something in these documents.
    pub(crate) fn new(documents: Arc<Documents>, sought: Arc<Sought>) -> Self {
        Self { documents, sought, stretches: BTreeMap::new(), last: (0..0, true) }
    }

    /// Tells whether the event at `position` can hold what is looked for.
    pub(crate) fn may_hold(&mut self, position: Position) -> Result<bool, DocumentError> {
        if !self.last.0.contains(&position) {
            self.last = self.ask(position)?;
        }
        Ok(self.last.1)
    }

    /// Finds the block of an event and what is known of it.
    fn ask(&mut self, position: Position) -> Result<(Range<Position>, bool), DocumentError> {
        let before = |stretches: &BTreeMap<Position, Stretch>| {
            let (_, stretch) = stretches.range(..=position).next_back()?;
            stretch.find(position)
        };
        if let Some(known) = before(&self.stretches) {
            return Ok(known);
        }
        let stretch = self.load(position)?;
        let found = stretch.find(position);
        if let Some((first, _)) = stretch.blocks.first() {
            self.stretches.insert(*first, stretch);
        }
        Ok(found.unwrap_or((position..position.saturating_add(1), true)))
    }

    fn load(&self, position: Position) -> Result<Stretch, DocumentError> {
        let Some((number, firsts, end)) = self.documents.neighbours(position)? else {
            return Ok(Stretch { blocks: Vec::new(), end: position });
        };
        let mut sieves = vec![0; firsts.len() * SIEVE_BYTES];
        if !self.documents.read_sieves(number, &mut sieves)? {
            return Ok(Stretch { blocks: firsts.into_iter().map(|first| (first, true)).collect(), end });
        }
        let verdicts = sieves.chunks_exact(SIEVE_BYTES).map(|sieve| self.sought.may_be_in(sieve));
        Ok(Stretch { blocks: firsts.into_iter().zip(verdicts).collect(), end })
    }
}

impl Stretch {
    /// Finds the block of an event; none if it is beyond.
    fn find(&self, position: Position) -> Option<(Range<Position>, bool)> {
        let after = self.blocks.partition_point(|(first, _)| *first <= position);
        let (first, may) = self.blocks.get(after.checked_sub(1)?)?;
        let end = self.blocks.get(after).map_or(self.end, |(next, _)| *next);
        (position < end).then_some((*first..end, *may))
    }
}
