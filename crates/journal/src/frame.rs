//! The frame: one batch on the disk, a fixed header and a body (`docs/formats/journal-segment.md`).
//!
//! ```text
//! 0 mark [4] | 4 codec u8 | 5 zero u8 | 6 zero u16 | 8 first position u64 | 16 records u32
//! | 20 body bytes u32 | 24 bytes before compression u32 | 28 body CRC32C u32 | 32 header CRC32C u32
//! ```
//!
//! The header's checksum also covers where the frame belongs (segment and offset), so that a frame that
//! was written to, or left over at, another place is never taken for one.

use crate::damage::Defect;
use crate::fields::Fields;
use crate::journal::Position;
use crate::options::{FRAME_BYTES_MAX, FRAME_RECORDS_MAX};

/// The bytes of a frame before its body.
pub(crate) const HEADER_BYTES: u64 = 36;

/// Starts every frame. 0xF5 and 0xFF occur in no UTF-8 text, so no stored JSON contains it.
pub(crate) const MARK: [u8; 4] = [0xF5, b'C', b'J', 0xFF];

/// Where stored bytes belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The first position of the segment.
    pub(crate) base: Position,
    /// The offset in the segment's file.
    pub(crate) offset: u64,
}

/// How a body is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// As it is: compressing did not shrink it.
    Plain,
    /// One zstd frame.
    Zstd,
}

/// Everything known of a frame without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    pub(crate) codec: Codec,
    /// The position of the first record.
    pub(crate) first: Position,
    /// How many records there are; never 0.
    pub(crate) records: u32,
    /// The length of the body as stored.
    pub(crate) body_bytes: u32,
    /// The length of the body before compression.
    pub(crate) plain_bytes: u32,
    /// The checksum of the body as stored.
    pub(crate) body_crc: u32,
}

impl FrameHeader {
    pub(crate) fn encode(&self, place: Place) -> Vec<u8> {
        let mut out = Vec::with_capacity(36);
        out.extend_from_slice(&MARK);
        out.push(match self.codec {
            Codec::Plain => 0,
            Codec::Zstd => 1,
        });
        out.extend_from_slice(&[0; 3]);
        out.extend_from_slice(&self.first.to_le_bytes());
        out.extend_from_slice(&self.records.to_le_bytes());
        out.extend_from_slice(&self.body_bytes.to_le_bytes());
        out.extend_from_slice(&self.plain_bytes.to_le_bytes());
        out.extend_from_slice(&self.body_crc.to_le_bytes());
        let crc = placed_crc(&out, place);
        out.extend_from_slice(&crc.to_le_bytes());
        out
    }

    /// Reads the header at the front of `bytes`.
    pub(crate) fn decode(bytes: &[u8], place: Place) -> Result<Self, Defect> {
        let (covered, rest) = bytes.split_first_chunk::<32>().ok_or(Defect::CutOff)?;
        let mut fields = Fields(covered);
        if fields.array::<4>() != Some(MARK) {
            return Err(Defect::Mark);
        }
        let crc = Fields(rest).u32().ok_or(Defect::CutOff)?;
        if crc != placed_crc(covered, place) {
            return Err(Defect::HeaderChecksum);
        }
        Self::decode_fields(&mut fields).ok_or(Defect::CutOff)?
    }

    /// The position after the last record.
    pub(crate) fn end(&self) -> Position {
        self.first.saturating_add(u64::from(self.records))
    }

    /// The bytes of header and body together.
    pub(crate) fn frame_bytes(&self) -> u64 {
        HEADER_BYTES + u64::from(self.body_bytes)
    }

    fn decode_fields(fields: &mut Fields<'_>) -> Option<Result<Self, Defect>> {
        let codec = match fields.u8()? {
            0 => Codec::Plain,
            1 => Codec::Zstd,
            _ => return Some(Err(Defect::Value("the codec is unknown; a newer Cairn wrote it"))),
        };
        if fields.array::<3>()? != [0; 3] {
            return Some(Err(Defect::Value("a field kept for later is in use; a newer Cairn wrote it")));
        }
        let header = Self {
            codec,
            first: fields.u64()?,
            records: fields.u32()?,
            body_bytes: fields.u32()?,
            plain_bytes: fields.u32()?,
            body_crc: fields.u32()?,
        };
        Some(header.within_limits())
    }

    fn within_limits(self) -> Result<Self, Defect> {
        let over = |value: u32, limit: usize| usize::try_from(value).map_or(true, |value| value > limit);
        if self.records == 0 || over(self.records, FRAME_RECORDS_MAX) {
            return Err(Defect::Value("the record count is outside its limits"));
        }
        if over(self.plain_bytes, FRAME_BYTES_MAX) || self.body_bytes > self.plain_bytes {
            return Err(Defect::Value("the body's length is outside its limits"));
        }
        if self.first.checked_add(u64::from(self.records)).is_none() {
            return Err(Defect::Value("the positions overflow"));
        }
        Ok(self)
    }
}

/// The checksum of `bytes` as stored at `place`.
pub(crate) fn placed_crc(bytes: &[u8], place: Place) -> u32 {
    let crc = crc32c::crc32c(bytes);
    let crc = crc32c::crc32c_append(crc, &place.base.to_le_bytes());
    crc32c::crc32c_append(crc, &place.offset.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place { base: 100, offset: 4_000 };

    fn header() -> FrameHeader {
        FrameHeader {
            codec: Codec::Zstd,
            first: 120,
            records: 3,
            body_bytes: 50,
            plain_bytes: 90,
            body_crc: 7,
        }
    }

    #[test]
    fn a_header_is_read_only_where_it_was_written_for() {
        let bytes = header().encode(PLACE);
        assert_eq!(bytes.len() as u64, HEADER_BYTES);
        assert_eq!(FrameHeader::decode(&bytes, PLACE), Ok(header()));
        for elsewhere in [Place { offset: 4_001, ..PLACE }, Place { base: 99, ..PLACE }] {
            assert_eq!(FrameHeader::decode(&bytes, elsewhere), Err(Defect::HeaderChecksum));
        }
        assert_eq!(FrameHeader::decode(&bytes[..35], PLACE), Err(Defect::CutOff));
        assert_eq!(FrameHeader::decode(&[0; 36], PLACE), Err(Defect::Mark));
    }

    #[test]
    fn values_outside_their_limits_are_refused_under_a_good_checksum() {
        let cases = [
            FrameHeader { records: 0, ..header() },
            FrameHeader { records: 65_537, ..header() },
            FrameHeader { body_bytes: 91, ..header() },
            FrameHeader { plain_bytes: 8 * 1024 * 1024 + 1, ..header() },
            FrameHeader { first: u64::MAX - 2, ..header() },
        ];
        for case in cases {
            let decoded = FrameHeader::decode(&case.encode(PLACE), PLACE);
            assert!(matches!(decoded, Err(Defect::Value(_))), "{case:?}: {decoded:?}");
        }
        for (at, value) in [(4, 2), (5, 1), (6, 1), (7, 1)] {
            let mut bytes = header().encode(PLACE);
            bytes[at] = value;
            let crc = placed_crc(&bytes[..32], PLACE);
            bytes[32..].copy_from_slice(&crc.to_le_bytes());
            assert!(matches!(FrameHeader::decode(&bytes, PLACE), Err(Defect::Value(_))), "byte {at}");
        }
    }
}
