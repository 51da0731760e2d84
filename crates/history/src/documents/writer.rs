//! Writing documents: events in, full blocks out.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use cairn_event::{AccountId, Region};
use cairn_journal::Position;

use super::block::{BLOCK_BYTES, BlockEntry, Encoder};
use super::grams::{SIEVE_BYTES, Sieve};
use super::{BLOCKS_FILE, DIRECTORY_FILE, Document, DocumentError, Documents, SIEVES_FILE, directory};

/// The stretch of stored bytes that copying holds in memory.
const COPY_BYTES: usize = 1 << 20;

/// The only hand that adds to one file of documents.
#[derive(Debug)]
pub(crate) struct DocumentWriter {
    documents: Arc<Documents>,
    encoder: Encoder,
    /// The sieves of the blocks, one after the other.
    sieves: File,
    /// The sieve of what is open.
    sieve: Sieve,
    open: Vec<(Position, Bytes)>,
    open_bytes: usize,
    offset: u64,
    next: Position,
    blocks: Vec<BlockEntry>,
}

impl DocumentWriter {
    /// Makes an empty file of documents in `dir`.
    pub(crate) fn create(dir: &Path) -> Result<Self, DocumentError> {
        let make = |name| OpenOptions::new().read(true).write(true).create_new(true).open(dir.join(name));
        let (file, sieves) = (make(BLOCKS_FILE)?, make(SIEVES_FILE)?);
        Ok(Self {
            documents: Arc::new(Documents::growing(file, sieves.try_clone()?)),
            encoder: Encoder::new()?,
            sieves,
            sieve: Sieve::new(),
            open: Vec::new(),
            open_bytes: 0,
            offset: 0,
            next: 0,
            blocks: Vec::new(),
        })
    }

    /// Returns what is written so far, for readers.
    pub(crate) fn documents(&self) -> &Arc<Documents> {
        &self.documents
    }

    /// Adds an event; readers find it after [`Self::publish`]. An event that was added before, as after a
    /// failure, is passed over.
    pub(crate) fn push(
        &mut self,
        position: Position,
        account: AccountId,
        region: &Region,
        event: &[u8],
    ) -> Result<(), DocumentError> {
        if position < self.next {
            return Ok(());
        }
        // A block that could not be written is still here, and goes before anything is added.
        if self.open_bytes >= BLOCK_BYTES {
            self.close_block()?;
        }
        self.sieve.add(event);
        let document = Document::encode(account, region, event);
        self.open_bytes += document.len();
        self.open.push((position, document));
        self.next = position + 1;
        if self.open_bytes >= BLOCK_BYTES { self.close_block() } else { Ok(()) }
    }

    /// Shows readers the events that fill no block yet.
    pub(crate) fn publish(&self) {
        self.documents.grow(|growing| growing.open.clone_from(&self.open));
    }

    /// Writes what is left, then the directory, and syncs both files.
    pub(crate) fn finish(&mut self, dir: &Path) -> Result<(), DocumentError> {
        if !self.open.is_empty() {
            self.close_block()?;
        }
        self.documents.file().sync_all()?;
        self.sieves.sync_all()?;
        write_directory(&dir.join(DIRECTORY_FILE), &self.blocks)
    }

    fn close_block(&mut self) -> Result<(), DocumentError> {
        let (stored, entry) = self.encoder.encode(&self.open, self.offset)?;
        self.documents.file().write_all_at(&stored, self.offset)?;
        // Taken as a copy: a sieve that could not be written is written when the block is tried again.
        self.sieves.write_all_at(&self.sieve.render(), (self.blocks.len() * SIEVE_BYTES) as u64)?;
        self.sieve.clear();
        self.offset += stored.len() as u64;
        self.open.clear();
        self.open_bytes = 0;
        self.blocks.push(entry);
        let blocks_end = self.next;
        self.documents.grow(|growing| {
            growing.blocks.push(entry);
            growing.open.clear();
            growing.blocks_end = blocks_end;
        });
        Ok(())
    }
}

/// Joins documents whose positions follow one another into new ones in `dir`, block by block as they are. All of them
/// have sieves.
pub(crate) fn concatenate(parts: &[Arc<Documents>], dir: &Path) -> Result<(), DocumentError> {
    let mut out = BufWriter::with_capacity(COPY_BYTES, File::create_new(dir.join(BLOCKS_FILE))?);
    let mut sieves = BufWriter::with_capacity(COPY_BYTES, File::create_new(dir.join(SIEVES_FILE))?);
    let mut sieve = Vec::new();
    let mut blocks: Vec<BlockEntry> = Vec::new();
    let mut offset = 0;
    let mut stored = Vec::new();
    for part in parts {
        let mut from = 0;
        loop {
            let entries = part.entries(from, 1024)?;
            if entries.is_empty() {
                break;
            }
            sieve.resize(entries.len() * SIEVE_BYTES, 0);
            if !part.read_sieves(from, &mut sieve)? {
                return Err(DocumentError::Damaged("documents without sieves are to be joined"));
            }
            sieves.write_all(&sieve)?;
            from += entries.len() as u64;
            for entry in entries {
                stored.resize(entry.stored_bytes as usize, 0);
                part.read_at(entry.offset, &mut stored)?;
                if crc32c::crc32c(&stored) != entry.checksum {
                    return Err(DocumentError::Damaged("a block's checksum is wrong"));
                }
                out.write_all(&stored)?;
                blocks.push(BlockEntry { offset, ..entry });
                offset += u64::from(entry.stored_bytes);
            }
        }
    }
    out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    sieves.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    write_directory(&dir.join(DIRECTORY_FILE), &blocks)
}

fn write_directory(path: &Path, blocks: &[BlockEntry]) -> Result<(), DocumentError> {
    // Sealing may be tried again after a failure, so an earlier try's file is replaced.
    let mut out = BufWriter::new(File::create(path)?);
    for block in blocks {
        out.write_all(&directory::encode(block))?;
    }
    Ok(out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?)
}
