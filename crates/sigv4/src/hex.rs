//! Lower-case hexadecimal, the only kind a signature is written in.

/// The hexadecimal form of 32 bytes: a signature or a SHA-256.
pub(crate) type Hex64 = [u8; 64];

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Writes 32 bytes as 64 lower-case digits.
pub(crate) fn encode(bytes: &[u8; 32]) -> Hex64 {
    let mut out = [0; 64];
    for (pair, byte) in out.chunks_exact_mut(2).zip(bytes) {
        if let [high, low] = pair {
            *high = digit(byte >> 4);
            *low = digit(byte & 15);
        }
    }
    out
}

/// Writes 32 bytes as text.
pub(crate) fn text(bytes: &[u8; 32]) -> String {
    encode(bytes).iter().map(|digit| char::from(*digit)).collect()
}

/// Reads 64 lower-case digits; anything else is `None`.
pub(crate) fn decode(text: &str) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(out)
}

fn digit(nibble: u8) -> u8 {
    DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0')
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes_and_nothing_else() {
        let bytes: [u8; 32] = std::array::from_fn(|i| u8::try_from(i * 8 + 3).unwrap());
        let written = text(&bytes);
        assert_eq!(decode(&written), Some(bytes));
        assert_eq!(decode(&written.to_uppercase()), None);
        assert_eq!(decode(written.trim_end_matches(|_| true)), None);
        assert_eq!(decode(&format!("{written}0")), None);
        assert_eq!(decode(&"g".repeat(64)), None);
    }
}
