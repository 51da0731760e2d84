//! Asking block by block whether it can hold what is looked for.

use std::sync::Arc;

use cairn_journal::Position;

use super::{DocumentError, Documents};
use crate::documents::grams::{SIEVE_BYTES, Sought};

/// How many blocks are asked at once.
pub(super) const STRETCH: u64 = 64;

/// Tells events that can hold something from those that can not. Quick where its questions are about neighbours.
#[derive(Debug)]
pub(crate) struct Sifter {
    documents: Arc<Documents>,
    sought: Arc<Sought>,
    stretch: Stretch,
}

/// Some neighbouring blocks and what is known of them.
#[derive(Debug, Default)]
struct Stretch {
    /// First positions, ascending, and whether the block can hold it.
    blocks: Vec<(Position, bool)>,
    /// The first position beyond.
    end: Position,
}

impl Sifter {
    /// Looks for something in these documents.
    pub(crate) fn new(documents: Arc<Documents>, sought: Arc<Sought>) -> Self {
        Self { documents, sought, stretch: Stretch::default() }
    }

    /// Tells whether the event at `position` can hold what is looked for.
    pub(crate) fn may_hold(&mut self, position: Position) -> Result<bool, DocumentError> {
        let begins = self.stretch.blocks.first().map(|(first, _)| *first);
        if begins.is_none_or(|first| position < first) || position >= self.stretch.end {
            self.stretch = self.load(position)?;
        }
        let after = self.stretch.blocks.partition_point(|(first, _)| *first <= position);
        let block = after.checked_sub(1).and_then(|number| self.stretch.blocks.get(number));
        Ok(block.is_none_or(|(_, may)| *may))
    }

    fn load(&self, position: Position) -> Result<Stretch, DocumentError> {
        let Some((number, firsts, end)) = self.documents.neighbours(position)? else {
            return Ok(Stretch { blocks: vec![(position, true)], end: position + 1 });
        };
        let mut sieves = vec![0; firsts.len() * SIEVE_BYTES];
        if !self.documents.read_sieves(number, &mut sieves)? {
            return Ok(Stretch { blocks: firsts.into_iter().map(|first| (first, true)).collect(), end });
        }
        let verdicts = sieves.chunks_exact(SIEVE_BYTES).map(|sieve| self.sought.may_be_in(sieve));
        Ok(Stretch { blocks: firsts.into_iter().zip(verdicts).collect(), end })
    }
}
