//! Event ids that follow from what they stand for, so that a call which is told again has the same one.

use aws_lc_rs::digest::{Context, SHA256};

/// Makes a GUID of parts: version 8 of RFC 9562, whose bits are anybody's own, here of a SHA-256.
pub(crate) fn guid(parts: &[&[u8]]) -> String {
    let mut bytes = digest(parts);
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = 0x80 | (*version & 0x0f);
    *variant = 0x80 | (*variant & 0x3f);
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    text
}

/// Makes sixteen bytes of parts; where one part ends and the next begins counts.
pub(crate) fn digest(parts: &[&[u8]]) -> [u8; 16] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_guids_and_follow_from_their_parts() {
        let id = guid(&[b"a", b"b"]);
        assert_eq!(id, guid(&[b"a", b"b"]));
        assert_ne!(id, guid(&[b"ab"]));
        assert_ne!(id, guid(&[b"a", b"c"]));
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(id.chars().nth(14), Some('8'), "the version");
        assert!(matches!(id.chars().nth(19), Some('8' | '9' | 'a' | 'b')), "the variant");
    }
}
