//! The seal: what ends a finished segment (`docs/formats/journal-segment.md`).
//!
//! The noted frames, 16 bytes each, then a trailer that ends the file:
//!
//! ```text
//! 0 mark [4] | 4 notes u32 | 8 first position u64 | 16 position after the last u64 | 24 frames end at u64
//! | 32 notes' CRC32C u32 | 36 trailer's CRC32C u32
//! ```

use crate::damage::Defect;
use crate::fields::Fields;
use crate::frame::{Place, placed_crc};
use crate::index::{IndexEntry, SparseIndex};
use crate::journal::Position;

/// The bytes of the trailer.
pub(crate) const TRAILER_BYTES: u64 = 40;

/// Starts every trailer.
pub(crate) const MARK: [u8; 4] = [0xF5, b'C', b'S', 0xFF];

const NOTE_BYTES: u64 = 16;

/// The bytes of a seal with that many notes.
pub(crate) const fn bytes(notes: u64) -> u64 {
    notes * NOTE_BYTES + TRAILER_BYTES
}

/// What a trailer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seal {
    /// The segment's first position.
    pub(crate) base: Position,
    /// The position after the segment's last.
    pub(crate) end: Position,
    /// Where the frames end and the notes begin.
    pub(crate) frames_end: u64,
    notes: u32,
    notes_crc: u32,
}

impl Seal {
    /// Renders notes and trailer, to be stored at `frames_end`.
    pub(crate) fn encode(base: Position, end: Position, frames_end: u64, index: &SparseIndex) -> Vec<u8> {
        let mut out = Vec::new();
        for entry in index.entries() {
            out.extend_from_slice(&entry.first.to_le_bytes());
            out.extend_from_slice(&entry.offset.to_le_bytes());
        }
        let notes_crc = crc32c::crc32c(&out);
        let mut trailer = Vec::with_capacity(40);
        trailer.extend_from_slice(&MARK);
        let notes = u32::try_from(index.entries().len()).unwrap_or(u32::MAX);
        trailer.extend_from_slice(&notes.to_le_bytes());
        trailer.extend_from_slice(&base.to_le_bytes());
        trailer.extend_from_slice(&end.to_le_bytes());
        trailer.extend_from_slice(&frames_end.to_le_bytes());
        trailer.extend_from_slice(&notes_crc.to_le_bytes());
        let offset = frames_end + out.len() as u64;
        let crc = placed_crc(&trailer, Place { base, offset });
        trailer.extend_from_slice(&crc.to_le_bytes());
        out.extend_from_slice(&trailer);
        out
    }

    /// Reads the trailer at `place`, which need not end the file.
    pub(crate) fn decode(bytes: &[u8], place: Place) -> Result<Self, Defect> {
        let (covered, rest) = bytes.split_first_chunk::<36>().ok_or(Defect::CutOff)?;
        let mut fields = Fields(covered);
        if fields.array::<4>() != Some(MARK) {
            return Err(Defect::Mark);
        }
        if Fields(rest).u32().ok_or(Defect::CutOff)? != placed_crc(covered, place) {
            return Err(Defect::HeaderChecksum);
        }
        let seal = Self::decode_fields(&mut fields).ok_or(Defect::CutOff)?;
        let ends_here = seal.frames_end.checked_add(seal.notes_bytes()) == Some(place.offset);
        if seal.base != place.base || seal.end <= seal.base || !ends_here {
            return Err(Defect::Value("the seal contradicts itself"));
        }
        Ok(seal)
    }

    /// The bytes of the notes.
    pub(crate) fn notes_bytes(&self) -> u64 {
        u64::from(self.notes) * NOTE_BYTES
    }

    /// Reads the notes that the trailer speaks of.
    pub(crate) fn decode_notes(&self, bytes: &[u8]) -> Result<SparseIndex, Defect> {
        if crc32c::crc32c(bytes) != self.notes_crc {
            return Err(Defect::BodyChecksum);
        }
        let mut fields = Fields(bytes);
        let mut entries = Vec::with_capacity(bytes.len() / 16);
        while let (Some(first), Some(offset)) = (fields.u64(), fields.u64()) {
            entries.push(IndexEntry { first, offset });
        }
        Ok(SparseIndex::from_entries(entries))
    }

    fn decode_fields(fields: &mut Fields<'_>) -> Option<Self> {
        let notes = fields.u32()?;
        let (base, end, frames_end) = (fields.u64()?, fields.u64()?, fields.u64()?);
        Some(Self { base, end, frames_end, notes, notes_crc: fields.u32()? })
    }
}
