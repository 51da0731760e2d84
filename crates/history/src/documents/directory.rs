//! The directory of blocks: fixed-size entries, ascending by position. Of a final one every 64th entry's
//! position is held in memory; the rest is read when it is needed.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use cairn_journal::Position;

use super::DocumentError;
use super::block::BlockEntry;

/// The length of an entry on disk.
const ENTRY_BYTES: usize = 28;

/// How many entries one held position stands for.
const STRIDE: u64 = 64;

/// The most blocks a directory may claim, so that a damaged length asks for no more memory than this.
const BLOCKS_MAX: u64 = 1 << 26;

/// A directory on disk.
#[derive(Debug)]
pub(super) struct SparseDirectory {
    file: File,
    entries: u64,
    held: Vec<Position>,
}

impl SparseDirectory {
    pub(super) fn open(path: &Path) -> Result<Self, DocumentError> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let entries = length / ENTRY_BYTES as u64;
        if !length.is_multiple_of(ENTRY_BYTES as u64) || entries > BLOCKS_MAX {
            return Err(DocumentError::Damaged("a directory has an impossible length"));
        }
        let mut directory = Self { file, entries, held: Vec::new() };
        let mut from = 0;
        while from < entries {
            let first = directory.entries(from, 1)?;
            directory.held.extend(first.iter().map(|entry| entry.first_position));
            from += STRIDE;
        }
        Ok(directory)
    }

    /// Returns how many blocks there are.
    pub(super) fn len(&self) -> u64 {
        self.entries
    }

    /// Returns a stretch of blocks around `position`: the number of the first, the first position of each, and the
    /// first position beyond. None where `position` lies before all of them.
    pub(super) fn neighbours(
        &self,
        position: Position,
    ) -> Result<Option<(u64, Vec<Position>, Position)>, DocumentError> {
        let after = self.held.partition_point(|first| *first <= position);
        let Some(stretch) = after.checked_sub(1) else { return Ok(None) };
        let number = stretch as u64 * STRIDE;
        let entries = self.entries(number, usize::try_from(STRIDE).unwrap_or(usize::MAX))?;
        let firsts = entries.iter().map(|entry| entry.first_position).collect();
        Ok(Some((number, firsts, self.held.get(after).copied().unwrap_or(Position::MAX))))
    }

    /// Returns the block in which `position` must be, if it is here at all.
    pub(super) fn find(&self, position: Position) -> Result<Option<BlockEntry>, DocumentError> {
        let after = self.held.partition_point(|first| *first <= position) as u64;
        let Some(stretch) = after.checked_sub(1) else { return Ok(None) };
        let entries = self.entries(stretch * STRIDE, usize::try_from(STRIDE).unwrap_or(usize::MAX))?;
        let after = entries.partition_point(|entry| entry.first_position <= position);
        Ok(after.checked_sub(1).and_then(|index| entries.get(index)).copied())
    }

    /// Returns the entries from the `from`th on, at most `max` of them.
    pub(super) fn entries(&self, from: u64, max: usize) -> Result<Vec<BlockEntry>, DocumentError> {
        let count = usize::try_from(self.entries.saturating_sub(from)).unwrap_or(usize::MAX).min(max);
        let mut bytes = vec![0; count * ENTRY_BYTES];
        self.file.read_exact_at(&mut bytes, from * ENTRY_BYTES as u64)?;
        let (chunks, _none_left) = bytes.as_chunks::<ENTRY_BYTES>();
        Ok(chunks.iter().map(decode).collect())
    }
}

/// Renders an entry.
pub(super) fn encode(entry: &BlockEntry) -> [u8; ENTRY_BYTES] {
    let mut out = [0; ENTRY_BYTES];
    let parts = entry
        .first_position
        .to_le_bytes()
        .into_iter()
        .chain(entry.offset.to_le_bytes())
        .chain(entry.stored_bytes.to_le_bytes())
        .chain(entry.plain_bytes.to_le_bytes())
        .chain(entry.checksum.to_le_bytes());
    for (to, from) in out.iter_mut().zip(parts) {
        *to = from;
    }
    out
}

fn decode(bytes: &[u8; ENTRY_BYTES]) -> BlockEntry {
    let [p0, p1, p2, p3, p4, p5, p6, p7, o0, o1, o2, o3, o4, o5, o6, o7, rest @ ..] = *bytes;
    let [s0, s1, s2, s3, l0, l1, l2, l3, c0, c1, c2, c3] = rest;
    BlockEntry {
        first_position: u64::from_le_bytes([p0, p1, p2, p3, p4, p5, p6, p7]),
        offset: u64::from_le_bytes([o0, o1, o2, o3, o4, o5, o6, o7]),
        stored_bytes: u32::from_le_bytes([s0, s1, s2, s3]),
        plain_bytes: u32::from_le_bytes([l0, l1, l2, l3]),
        checksum: u32::from_le_bytes([c0, c1, c2, c3]),
    }
}
