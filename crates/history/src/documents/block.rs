//! One block: some events, compressed together and covered by a checksum.

use std::sync::Arc;

use bytes::Bytes;
use cairn_journal::Position;

use super::{Document, DocumentError, Documents, Stored};

/// A block is closed by the event that takes it to this size, uncompressed. Measured: half of it makes
/// the files a fifth larger, twice of it doubles what a page of scattered events costs.
pub(crate) const BLOCK_BYTES: usize = 32 << 10;

/// The most a block may claim to hold, uncompressed: [`BLOCK_BYTES`] and the largest event, with room.
const BLOCK_BYTES_MAX: usize = 64 << 20;

/// The blocks that one lookup keeps uncompressed at a time.
const BLOCKS_KEPT: usize = 4;

/// The blocks that a search keeps: it may read events whose times are in another order than the journal.
const BLOCKS_KEPT_BY_SEARCH: usize = 64;

/// The level of zstd. Measured against 3: 4 % larger, half the time.
const LEVEL: i32 = 1;

/// What a record takes beside its bytes: position and length.
const HEAD_BYTES: usize = 12;

/// Where a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockEntry {
    /// The position of its first event.
    pub(crate) first_position: Position,
    /// Where it begins in the file.
    pub(crate) offset: u64,
    /// Its length in the file.
    pub(crate) stored_bytes: u32,
    /// Its length when uncompressed.
    pub(crate) plain_bytes: u32,
    /// CRC32C of the stored bytes.
    pub(crate) checksum: u32,
}

/// Compresses blocks.
pub(super) struct Encoder {
    zstd: zstd::bulk::Compressor<'static>,
    plain: Vec<u8>,
}

/// Reads events out of blocks and keeps the last few, since neighbours are often wanted together.
pub(crate) struct Decoder {
    zstd: zstd::bulk::Decompressor<'static>,
    stored: Vec<u8>,
    kept: Vec<(Arc<Documents>, u64, Bytes)>,
    kept_max: usize,
    /// Blocks uncompressed so far.
    decoded: usize,
}

impl Encoder {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self { zstd: zstd::bulk::Compressor::new(LEVEL)?, plain: Vec::new() })
    }

    /// Returns the block of these events and its entry.
    pub(super) fn encode(
        &mut self,
        events: &[(Position, Bytes)],
        offset: u64,
    ) -> Result<(Vec<u8>, BlockEntry), DocumentError> {
        const TOO_LARGE: DocumentError = DocumentError::Damaged("a block is too large");
        self.plain.clear();
        for (position, bytes) in events {
            let length = u32::try_from(bytes.len()).map_err(|_beyond| TOO_LARGE)?;
            self.plain.extend_from_slice(&position.to_le_bytes());
            self.plain.extend_from_slice(&length.to_le_bytes());
            self.plain.extend_from_slice(bytes);
        }
        if self.plain.len() > BLOCK_BYTES_MAX {
            return Err(TOO_LARGE);
        }
        let stored = self.zstd.compress(&self.plain)?;
        let entry = BlockEntry {
            first_position: events.first().map_or(0, |(position, _)| *position),
            offset,
            stored_bytes: u32::try_from(stored.len()).map_err(|_beyond| TOO_LARGE)?,
            plain_bytes: u32::try_from(self.plain.len()).map_err(|_beyond| TOO_LARGE)?,
            checksum: crc32c::crc32c(&stored),
        };
        Ok((stored, entry))
    }
}

impl Decoder {
    /// Makes a decoder with nothing kept.
    pub(crate) fn new() -> std::io::Result<Self> {
        let (zstd, kept_max) = (zstd::bulk::Decompressor::new()?, BLOCKS_KEPT);
        Ok(Self { zstd, stored: Vec::new(), kept: Vec::new(), kept_max, decoded: 0 })
    }

    /// Makes one that keeps more.
    pub(crate) fn of_search() -> std::io::Result<Self> {
        Ok(Self { kept_max: BLOCKS_KEPT_BY_SEARCH, ..Self::new()? })
    }

    /// Returns the event at `position` in the block; none if the block has no such event.
    pub(super) fn event(
        &mut self,
        documents: &Arc<Documents>,
        entry: &BlockEntry,
        position: Position,
    ) -> Result<Option<Bytes>, DocumentError> {
        let is_it =
            |kept: &&(Arc<Documents>, u64, Bytes)| Arc::ptr_eq(&kept.0, documents) && kept.1 == entry.offset;
        if let Some((_, _, plain)) = self.kept.iter().find(is_it) {
            return find(plain, position);
        }
        let plain = Bytes::from(self.decode(documents, entry)?);
        if self.kept.len() >= self.kept_max {
            self.kept.remove(0);
        }
        self.kept.push((Arc::clone(documents), entry.offset, plain.clone()));
        find(&plain, position)
    }

    /// Returns how many blocks were uncompressed so far.
    pub(crate) fn decoded(&self) -> usize {
        self.decoded
    }

    /// Returns all events of a block.
    pub(super) fn events(
        &mut self,
        documents: &Documents,
        entry: &BlockEntry,
    ) -> Result<Stored, DocumentError> {
        let plain = Bytes::from(self.decode(documents, entry)?);
        let mut events = Vec::new();
        let mut rest: &[u8] = &plain;
        while !rest.is_empty() {
            let (position, bytes, after) = record(rest)?;
            events.push((position, Document::decode(plain.slice_ref(bytes))?));
            rest = after;
        }
        Ok(events)
    }

    fn decode(&mut self, documents: &Documents, entry: &BlockEntry) -> Result<Vec<u8>, DocumentError> {
        self.decoded += 1;
        let plain_bytes = entry.plain_bytes as usize;
        if plain_bytes > BLOCK_BYTES_MAX || entry.stored_bytes as usize > BLOCK_BYTES_MAX {
            return Err(DocumentError::Damaged("a block claims an impossible size"));
        }
        self.stored.resize(entry.stored_bytes as usize, 0);
        documents.read_at(entry.offset, &mut self.stored)?;
        if crc32c::crc32c(&self.stored) != entry.checksum {
            return Err(DocumentError::Damaged("a block's checksum is wrong"));
        }
        let plain = self.zstd.decompress(&self.stored, plain_bytes)?;
        if plain.len() != plain_bytes {
            return Err(DocumentError::Damaged("a block has the wrong length"));
        }
        Ok(plain)
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder").field("kept", &self.kept.len()).finish_non_exhaustive()
    }
}

/// Finds an event in an uncompressed block. The block outlives a page by the page's events alone, so the
/// event is copied out.
fn find(plain: &Bytes, position: Position) -> Result<Option<Bytes>, DocumentError> {
    let mut rest: &[u8] = plain;
    while !rest.is_empty() {
        let (at, bytes, after) = record(rest)?;
        if at == position {
            return Ok(Some(Bytes::copy_from_slice(bytes)));
        }
        rest = after;
    }
    Ok(None)
}

/// Splits the first record off: position, bytes, and what follows.
fn record(rest: &[u8]) -> Result<(Position, &[u8], &[u8]), DocumentError> {
    const CUT: DocumentError = DocumentError::Damaged("a block's record is cut off");
    let (head, body) = rest.split_first_chunk::<HEAD_BYTES>().ok_or(CUT)?;
    let (at, length) = head.split_first_chunk::<8>().ok_or(CUT)?;
    let length = u32::from_le_bytes(*length.first_chunk::<4>().ok_or(CUT)?) as usize;
    let (bytes, after) = body.split_at_checked(length).ok_or(CUT)?;
    Ok((u64::from_le_bytes(*at), bytes, after))
}
