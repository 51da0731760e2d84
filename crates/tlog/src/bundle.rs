//! What lies in bundles: entries, and where in the journal they came from.

use cairn_journal::Position;

use crate::leaf::{Commitment, Leaf};

/// A bundle's bytes are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("read a bundle: {0}")]
pub(crate) struct BundleError(&'static str);

/// Renders entries as tlog-tiles wants them: each after its length, two big-endian bytes.
pub(crate) fn encode_entries(leaves: &[Leaf]) -> Vec<u8> {
    let mut out = Vec::with_capacity(leaves.len() * (2 + ENTRY_BYTES));
    for leaf in leaves {
        out.extend_from_slice(&LENGTH);
        out.extend_from_slice(&leaf.entry);
    }
    out
}

/// Reads a bundle of entries.
///
/// # Errors
/// An entry has another length than a commitment, or the last one is cut off.
pub(crate) fn decode_entries(bytes: &[u8]) -> Result<Vec<Commitment>, BundleError> {
    let (entries, rest) = bytes.as_chunks::<{ 2 + ENTRY_BYTES }>();
    if !rest.is_empty() {
        return Err(BundleError("it is cut off"));
    }
    let entry = |chunk: &[u8; 2 + ENTRY_BYTES]| {
        let (length, entry) = chunk.split_first_chunk::<2>()?;
        if *length == LENGTH { entry.try_into().ok() } else { None }
    };
    entries.iter().map(entry).collect::<Option<_>>().ok_or(BundleError("an entry is not 32 bytes long"))
}

/// Renders where leaves came from: position and received time of the first, eight big-endian bytes each, then
/// for each other how far its position is from the one before, in LEB128.
pub(crate) fn encode_positions(leaves: &[Leaf]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + leaves.len());
    let mut last = None;
    for leaf in leaves {
        match last {
            None => {
                out.extend_from_slice(&leaf.position.to_be_bytes());
                out.extend_from_slice(&leaf.received_ms.to_be_bytes());
            }
            Some(last) => push_leb128(&mut out, leaf.position.saturating_sub(last)),
        }
        last = Some(leaf.position);
    }
    out
}

/// Reads a bundle of positions: the received time of the first event, and all positions.
///
/// # Errors
/// It is cut off, or positions do not rise.
pub(crate) fn decode_positions(bytes: &[u8]) -> Result<(i64, Vec<Position>), BundleError> {
    let cut_off = BundleError("it is cut off");
    let (first, rest) = bytes.split_first_chunk::<8>().ok_or(cut_off)?;
    let (received, mut rest) = rest.split_first_chunk::<8>().ok_or(cut_off)?;
    let mut last = Position::from_be_bytes(*first);
    let mut positions = vec![last];
    while !rest.is_empty() {
        let step = take_leb128(&mut rest).ok_or(cut_off)?;
        last = last.checked_add(step).filter(|_| step > 0).ok_or(BundleError("positions do not rise"))?;
        positions.push(last);
    }
    Ok((i64::from_be_bytes(*received), positions))
}

fn push_leb128(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return out.push(low & 0x7f);
        }
        out.push(low | 0x80);
    }
}

fn take_leb128(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

const ENTRY_BYTES: usize = size_of::<Commitment>();

/// 32, as two big-endian bytes.
const LENGTH: [u8; 2] = [0, 32];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaf(position: Position) -> Leaf {
        Leaf { position, received_ms: 5, entry: [7; 32] }
    }

    proptest! {
        #[test]
        fn bundles_are_read_back(steps in prop::collection::vec(1..u64::MAX / 300, 1..256)) {
            let mut at = 0;
            let positions: Vec<u64> = steps.iter().map(|step| { at += step; at }).collect();
            let leaves: Vec<Leaf> = positions.iter().map(|position| leaf(*position)).collect();
            prop_assert_eq!(decode_positions(&encode_positions(&leaves)), Ok((5, positions)));
            let entries: Vec<Commitment> = leaves.iter().map(|leaf| leaf.entry).collect();
            prop_assert_eq!(decode_entries(&encode_entries(&leaves)), Ok(entries));
        }
    }

    #[test]
    fn what_is_no_bundle_is_refused() {
        let whole = encode_positions(&[leaf(1), leaf(300)]);
        assert_eq!(whole.len(), 18, "two bytes for a step of 299");
        for cut in [0, 8, 15, 17] {
            assert!(decode_positions(&whole[..cut]).is_err(), "{cut}");
        }
        assert!(decode_positions(&[&whole[..16], &[0]].concat()).is_err(), "the same position twice");
        let entry = encode_entries(&[leaf(1)]);
        assert!(decode_entries(&entry[..33]).is_err());
        assert!(decode_entries(&[&[0, 31], &entry[2..]].concat()).is_err());
    }
}
