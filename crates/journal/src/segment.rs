//! A segment file: its name and its header (`docs/formats/journal-segment.md`).
//!
//! ```text
//! 0 mark [8] | 8 version u16 | 10 zero u16 | 12 zero u32 | 16 first position u64 | 24 zero u32 | 28 CRC32C u32
//! ```

use crate::damage::Defect;
use crate::fields::Fields;
use crate::journal::Position;

/// The bytes of a segment before its first frame.
pub(crate) const HEADER_BYTES: u64 = 32;

/// Starts every segment; the line ends reveal a transfer that rewrote them.
const MARK: [u8; 8] = *b"\xF5CAIRN\r\n";

/// The only layout there is.
const VERSION: u16 = 1;

/// The name of the segment whose first position is `base`.
pub(crate) fn name(base: Position) -> String {
    format!("{base:020}.seg")
}

/// The first position that a file name tells, if it names a segment.
pub(crate) fn base_of(name: &str) -> Option<Position> {
    let digits = name.strip_suffix(".seg")?;
    let plain = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

/// Renders the header.
pub(crate) fn encode_header(base: Position) -> Vec<u8> {
    let mut out = Vec::with_capacity(32);
    out.extend_from_slice(&MARK);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&[0; 6]);
    out.extend_from_slice(&base.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    let crc = crc32c::crc32c(&out);
    out.extend_from_slice(&crc.to_le_bytes());
    out
}

/// Checks the header at the front of `bytes` of the segment named for `base`.
pub(crate) fn check_header(bytes: &[u8], base: Position) -> Result<(), Defect> {
    let (covered, rest) = bytes.split_first_chunk::<28>().ok_or(Defect::CutOff)?;
    let mut fields = Fields(covered);
    if fields.array::<8>() != Some(MARK) {
        return Err(Defect::Mark);
    }
    if Fields(rest).u32().ok_or(Defect::CutOff)? != crc32c::crc32c(covered) {
        return Err(Defect::HeaderChecksum);
    }
    let version = fields.u16().ok_or(Defect::CutOff)?;
    if version != VERSION {
        return Err(Defect::Version(version));
    }
    fields.array::<6>();
    let found = fields.u64().ok_or(Defect::CutOff)?;
    if found == base { Ok(()) } else { Err(Defect::Gap { expected: base, found }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_others_are_ignored() {
        for base in [0, 7, u64::MAX] {
            assert_eq!(base_of(&name(base)), Some(base));
        }
        for other in ["lock", "1.seg", "+0000000000000000001.seg", "99999999999999999999.seg", "é.seg", ""] {
            assert_eq!(base_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_newer_version_is_named_not_guessed() {
        let mut header = encode_header(5);
        header[8] = 2;
        assert_eq!(check_header(&header, 5), Err(Defect::HeaderChecksum));
        let crc = crc32c::crc32c(&header[..28]);
        header[28..].copy_from_slice(&crc.to_le_bytes());
        assert_eq!(check_header(&header, 5), Err(Defect::Version(2)));
        assert_eq!(check_header(&encode_header(5), 6), Err(Defect::Gap { expected: 6, found: 5 }));
    }
}
