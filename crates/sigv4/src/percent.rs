//! Percent-encoding as SigV4 demands it: everything but the unreserved characters, capitals in escapes.

use std::borrow::Cow;

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// A `%` that two hexadecimal digits do not follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadEscape;

/// Appends `bytes` with everything but `A-Z a-z 0-9 - . _ ~` (and `/` where `keep_slash`) escaped.
pub(crate) fn encode_into(out: &mut Vec<u8>, bytes: &[u8], slash: Slash) {
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte),
            b'/' if slash == Slash::Kept => out.push(byte),
            _ => out.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte & 15)]),
        }
    }
}

/// What becomes of `/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slash {
    Kept,
    Escaped,
}

/// Undoes escapes once. `+` is a plus sign: SigV4 has no form encoding.
pub(crate) fn decode(text: &str) -> Result<Cow<'_, [u8]>, BadEscape> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'%') {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(&byte) = rest.next() {
        if byte == b'%' {
            let high = rest.next().and_then(|digit| value(*digit)).ok_or(BadEscape)?;
            let low = rest.next().and_then(|digit| value(*digit)).ok_or(BadEscape)?;
            out.push(high << 4 | low);
        } else {
            out.push(byte);
        }
    }
    Ok(Cow::Owned(out))
}

fn digit(nibble: u8) -> u8 {
    DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0')
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
