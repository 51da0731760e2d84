//! Which blocks can hold a piece of text: for each block a sieve of the groups of four characters in it.
//!
//! A sieve is a set of bits; each group of four ASCII characters that follow one another in an event, in lower case,
//! sets one by its hash. A block whose sieve lacks a group of what is looked for does not hold it, and need not be
//! read. A sieve that has all of them proves nothing.

use std::sync::LazyLock;

use super::DocumentError;

/// The length of a sieve on disk: bits, and the CRC32C of them.
pub(crate) const SIEVE_BYTES: usize = BITS_BYTES + 4;

/// Measured on blocks of 32 KiB of usual events: a quarter of the bits are set, so that a block has a word of eight
/// characters by chance once in a thousand times.
const BITS_BYTES: usize = 2044;

const BITS: u64 = BITS_BYTES as u64 * 8;

/// The length of a group.
const GRAM: usize = 4;

/// Gathers the groups of one block.
pub(super) struct Sieve(Box<[u8; BITS_BYTES]>);

/// The groups of everything that is looked for, as bit numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sought(Vec<u32>);

/// A bit's number, by hash.
fn bit(gram: u32) -> u32 {
    // Multiplied with odd numbers, and the upper half brought into the lower one.
    let spread = gram.wrapping_mul(0x9E37_79B1);
    let spread = u64::from((spread ^ (spread >> 15)).wrapping_mul(0x85EB_CA6B));
    u32::try_from((spread * BITS) >> 32).unwrap_or(0)
}

/// Bytes in lower case; 0 for those that take no part, and end what came before.
static LOWER: LazyLock<[u8; 256]> = LazyLock::new(|| {
    std::array::from_fn(|byte| match u8::try_from(byte).unwrap_or(0) {
        // JSON writes these otherwise than they are meant.
        b'"' | b'\\' => 0,
        byte if byte.is_ascii() && !byte.is_ascii_control() => byte.to_ascii_lowercase(),
        _ => 0,
    })
});

/// Tells each group of a text to `take`.
fn grams(text: &[u8], mut take: impl FnMut(u32)) {
    let lower = &*LOWER;
    let (mut window, mut length) = (0_u32, 0_usize);
    for byte in text {
        let byte = lower.get(usize::from(*byte)).copied().unwrap_or(0);
        length = if byte == 0 { 0 } else { length + 1 };
        window = window << 8 | u32::from(byte);
        if length >= GRAM {
            take(window);
        }
    }
}

impl Sieve {
    pub(super) fn new() -> Self {
        Self(Box::new([0; BITS_BYTES]))
    }

    /// Adds all groups of an event.
    pub(super) fn add(&mut self, event: &[u8]) {
        let bits = &mut self.0;
        let mut set = |gram| {
            let bit = bit(gram);
            if let Some(byte) = bits.get_mut(bit as usize / 8) {
                *byte |= 1 << (bit % 8);
            }
        };
        grams(event, &mut set);
        // What JSON may write in several ways must be found as it is meant. Cairn writes none of these itself.
        let foreign = event.windows(2).any(|pair| matches!(pair, [b'\\', b'u' | b'/']));
        if foreign && let Ok(meant) = serde_json::from_slice::<serde_json::Value>(event) {
            grams(meant.to_string().as_bytes(), &mut set);
        }
    }

    /// Renders it.
    pub(super) fn render(&self) -> [u8; SIEVE_BYTES] {
        let mut out = [0; SIEVE_BYTES];
        let (bits, checksum) = out.split_at_mut(BITS_BYTES);
        bits.copy_from_slice(&*self.0);
        checksum.copy_from_slice(&crc32c::crc32c(&*self.0).to_le_bytes());
        out
    }

    /// Begins anew.
    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }
}

impl Sought {
    /// Looks for these pieces of text, which all must be there.
    pub(crate) fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut bits = Vec::new();
        for text in texts {
            grams(text.as_bytes(), |gram| bits.push(bit(gram)));
        }
        bits.sort_unstable();
        bits.dedup();
        Self(bits)
    }

    /// Tells whether every block is worth reading, since what is looked for is too short to tell.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether a block with this sieve can have all that is looked for. A damaged sieve says yes.
    pub(crate) fn may_be_in(&self, sieve: &[u8]) -> bool {
        let lacks = |bit: &u32| sieve.get(*bit as usize / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 0);
        !self.0.iter().any(lacks) || check(sieve).is_err()
    }
}

/// Compares a sieve's checksum.
pub(super) fn check(sieve: &[u8]) -> Result<(), DocumentError> {
    match sieve.split_at_checked(BITS_BYTES) {
        Some((bits, checksum)) if checksum == crc32c::crc32c(bits).to_le_bytes() => Ok(()),
        _ => Err(DocumentError::Damaged("a sieve's checksum is wrong")),
    }
}

impl std::fmt::Debug for Sieve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sieve").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sieve(events: &[&str]) -> [u8; SIEVE_BYTES] {
        let mut sieve = Sieve::new();
        events.iter().for_each(|event| sieve.add(event.as_bytes()));
        sieve.render()
    }

    fn sought(text: &str) -> Sought {
        Sought::new([text].into_iter())
    }

    #[test]
    fn what_is_there_passes_and_most_of_what_is_not_does_not() {
        let there =
            sieve(&[r#"{"userName":"Alice","note":"say \"hello\""}"#, r#"{"path":"\u0061\/lpha","x":"ü"}"#]);
        for text in
            ["alice", "ALICE", "lic", "say \"hello\"", "a/lpha", "username\":\"alice", "", "ü", "über"]
        {
            assert!(sought(text).may_be_in(&there), "{text}");
        }
        for text in ["bobby", "alicia", "goodbye"] {
            assert!(!sought(text).may_be_in(&there), "{text}");
        }
        assert!(sought("lic").is_empty() && !sought("alic").is_empty());
    }

    #[test]
    fn a_damaged_sieve_hides_nothing() {
        let mut there = sieve(&["{\"userName\":\"alice\"}"]);
        for byte in 0..there.len() {
            there[byte] ^= 0xff;
            assert!(sought("alice").may_be_in(&there), "{byte}");
            there[byte] ^= 0xff;
        }
        assert!(sought("alice").may_be_in(&there[..100]));
    }

    proptest! {
        #[test]
        fn no_part_of_an_event_is_hidden(text in "[ -~é\\PC]{0,60}", from in 0_usize..60, length in 0_usize..20) {
            let event = serde_json::json!({ "note": text }).to_string();
            let part: String = text.chars().skip(from).take(length).collect();
            prop_assert!(sought(&part).may_be_in(&sieve(&[&event])));
            prop_assert!(sought(&part.to_uppercase()).may_be_in(&sieve(&[&event])) || !part.is_ascii());
        }
    }
}
