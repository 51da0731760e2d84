//! Events' bytes in compressed blocks, found by journal position.
//!
//! Written while events arrive, in journal order, and final from the moment a block is full: the head
//! reads from the file that the split will keep, so that an event is compressed once and never copied
//! through memory again. The layout is described in `docs/formats/history-split.md`.

mod block;
mod directory;
mod document;
mod grams;
mod sifter;
mod writer;

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, RwLock};

use bytes::Bytes;
use cairn_journal::Position;

pub(crate) use block::Decoder;
pub(crate) use document::Document;
pub(crate) use grams::Sought;
pub(crate) use sifter::Sifter;
pub(crate) use writer::{DocumentWriter, concatenate};

use block::BlockEntry;
use directory::SparseDirectory;
use grams::SIEVE_BYTES;
use sifter::STRETCH;

/// The name of the blocks' file.
pub(crate) const BLOCKS_FILE: &str = "documents";

/// The name of the directory's file.
pub(crate) const DIRECTORY_FILE: &str = "directory";

/// The name of the sieves' file; splits of version 1 have none.
pub(crate) const SIEVES_FILE: &str = "sieves";

/// Stored events could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocumentError {
    #[error("read stored events")]
    Io(#[from] io::Error),
    #[error("read stored events: {0}")]
    Damaged(&'static str),
}

/// A file of blocks, growing or final.
#[derive(Debug)]
pub(crate) struct Documents {
    file: File,
    /// A sieve a block; none in a split of version 1.
    sieves: Option<File>,
    directory: Directory,
}

#[derive(Debug)]
enum Directory {
    Growing(RwLock<Growing>),
    Final(SparseDirectory),
}

/// What is known of a file that is being written.
#[derive(Debug, Default)]
pub(super) struct Growing {
    /// The blocks written, ascending.
    pub(super) blocks: Vec<BlockEntry>,
    /// The events that fill no block yet, ascending by position.
    pub(super) open: Vec<(Position, Bytes)>,
    /// The position after the last event of the last block.
    pub(super) blocks_end: Position,
}

/// Some neighbouring blocks: the number of the first, the first position of each, and the first position beyond.
type Neighbours = (u64, Vec<Position>, Position);

/// Stored events with their positions.
pub(crate) type Stored = Vec<(Position, Document)>;

/// Where an event's bytes are.
enum Found {
    Open(Bytes),
    Block(BlockEntry),
}

impl Documents {
    /// Opens the final documents in `dir`, with or without sieves.
    pub(crate) fn open(dir: &Path, has_sieves: bool) -> Result<Self, DocumentError> {
        let file = File::open(dir.join(BLOCKS_FILE))?;
        let directory = SparseDirectory::open(&dir.join(DIRECTORY_FILE))?;
        let sieves = has_sieves.then(|| File::open(dir.join(SIEVES_FILE))).transpose()?;
        if let Some(sieves) = &sieves
            && sieves.metadata()?.len() != directory.len() * SIEVE_BYTES as u64
        {
            return Err(DocumentError::Damaged("there is not one sieve for each block"));
        }
        Ok(Self { file, sieves, directory: Directory::Final(directory) })
    }

    pub(super) fn growing(file: File, sieves: File) -> Self {
        Self { file, sieves: Some(sieves), directory: Directory::Growing(RwLock::default()) }
    }

    /// Returns the event at `position`; none if it is not here.
    pub(crate) fn get(
        self: &Arc<Self>,
        position: Position,
        decoder: &mut Decoder,
    ) -> Result<Option<Document>, DocumentError> {
        let stored = match self.locate(position)? {
            None => None,
            Some(Found::Open(bytes)) => Some(bytes),
            Some(Found::Block(entry)) => decoder.event(self, &entry, position)?,
        };
        stored.map(Document::decode).transpose()
    }

    /// Returns the blocks' entries from the `from`th on, at most `max` of them; for copying.
    pub(crate) fn entries(&self, from: u64, max: usize) -> Result<Vec<BlockEntry>, DocumentError> {
        match &self.directory {
            Directory::Final(directory) => directory.entries(from, max),
            Directory::Growing(_) => Err(DocumentError::Damaged("a file still written is to be copied")),
        }
    }

    /// Compares the checksums of all sieves.
    pub(crate) fn verify_sieves(&self) -> Result<(), DocumentError> {
        let Directory::Final(directory) = &self.directory else { return Ok(()) };
        let mut sieve = [0; SIEVE_BYTES];
        for number in 0..directory.len() {
            if !self.read_sieves(number, &mut sieve)? {
                return Ok(());
            }
            grams::check(&sieve)?;
        }
        Ok(())
    }

    /// Returns every event of some blocks from the `from`th on, ascending; none after the last.
    pub(crate) fn events_of_block(
        &self,
        number: u64,
        decoder: &mut Decoder,
    ) -> Result<Option<Stored>, DocumentError> {
        let Some(entry) = self.entries(number, 1)?.first().copied() else { return Ok(None) };
        decoder.events(self, &entry).map(Some)
    }

    /// Reads the sieves of blocks from the `number`th on; false where there are none.
    fn read_sieves(&self, number: u64, into: &mut [u8]) -> Result<bool, DocumentError> {
        let Some(sieves) = &self.sieves else { return Ok(false) };
        sieves.read_exact_at(into, number * SIEVE_BYTES as u64)?;
        Ok(true)
    }

    /// Finds the block of `position` with some neighbours; none where it is in no block yet.
    fn neighbours(&self, position: Position) -> Result<Option<Neighbours>, DocumentError> {
        match &self.directory {
            Directory::Final(directory) => directory.neighbours(position),
            Directory::Growing(growing) => {
                let growing = growing.read().unwrap_or_else(std::sync::PoisonError::into_inner);
                if position >= growing.blocks_end {
                    return Ok(None);
                }
                let after = growing.blocks.partition_point(|block| block.first_position <= position);
                let Some(number) = after.checked_sub(1) else { return Ok(None) };
                let from = number - number % usize::try_from(STRETCH).unwrap_or(1);
                let mut firsts = growing.blocks.iter().skip(from).map(|block| block.first_position);
                let these: Vec<Position> =
                    firsts.by_ref().take(usize::try_from(STRETCH).unwrap_or(1)).collect();
                Ok(Some((from as u64, these, firsts.next().unwrap_or(growing.blocks_end))))
            }
        }
    }

    /// Reads stored bytes as they are.
    pub(crate) fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), DocumentError> {
        Ok(self.file.read_exact_at(into, offset)?)
    }

    fn locate(&self, position: Position) -> Result<Option<Found>, DocumentError> {
        match &self.directory {
            Directory::Final(directory) => Ok(directory.find(position)?.map(Found::Block)),
            Directory::Growing(growing) => {
                let growing = growing.read().unwrap_or_else(std::sync::PoisonError::into_inner);
                if let Ok(index) = growing.open.binary_search_by_key(&position, |(at, _)| *at) {
                    return Ok(growing.open.get(index).map(|(_, bytes)| Found::Open(bytes.clone())));
                }
                let after = growing.blocks.partition_point(|block| block.first_position <= position);
                let block = after.checked_sub(1).and_then(|index| growing.blocks.get(index));
                Ok(block.map(|block| Found::Block(*block)))
            }
        }
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn grow(&self, change: impl FnOnce(&mut Growing)) {
        if let Directory::Growing(growing) = &self.directory {
            change(&mut growing.write().unwrap_or_else(std::sync::PoisonError::into_inner));
        }
    }
}

#[cfg(test)]
mod tests;
