//! Events' bytes in compressed blocks, found by journal position.
//!
//! Written while events arrive, in journal order, and final from the moment a block is full: the head
//! reads from the file that the split will keep, so that an event is compressed once and never copied
//! through memory again. The layout is described in `docs/formats/history-split.md`.

mod block;
mod directory;
mod document;
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
pub(crate) use writer::{DocumentWriter, concatenate};

use block::BlockEntry;
use directory::SparseDirectory;

/// The name of the blocks' file.
pub(crate) const BLOCKS_FILE: &str = "documents";

/// The name of the directory's file.
pub(crate) const DIRECTORY_FILE: &str = "directory";

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
}

/// Where an event's bytes are.
enum Found {
    Open(Bytes),
    Block(BlockEntry),
}

impl Documents {
    /// Opens the final documents in `dir`.
    pub(crate) fn open(dir: &Path) -> Result<Self, DocumentError> {
        let file = File::open(dir.join(BLOCKS_FILE))?;
        let directory = SparseDirectory::open(&dir.join(DIRECTORY_FILE))?;
        Ok(Self { file, directory: Directory::Final(directory) })
    }

    pub(super) fn growing(file: File) -> Self {
        Self { file, directory: Directory::Growing(RwLock::default()) }
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
