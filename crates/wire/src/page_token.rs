//! Tokens of pages: the key of a page's last item, bound to the list that it came from.
//!
//! A token of another account, operation or filter is refused, since its list is another. It hides nothing: whoever
//! got the page has seen the key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Makes the token of what follows `key` in a list. `list` says which list it is: whose, of which operation,
/// filtered how.
pub fn token<'a>(list: impl IntoIterator<Item = &'a str>, key: &str) -> String {
    URL_SAFE_NO_PAD.encode([&hash(list).to_be_bytes()[..], key.as_bytes()].concat())
}

/// Returns the key in a token; nothing where it is no token of this list.
pub fn open<'a>(list: impl IntoIterator<Item = &'a str>, token: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (of, key) = bytes.split_first_chunk()?;
    if *of == hash(list).to_be_bytes() { String::from_utf8(key.to_vec()).ok() } else { None }
}

/// FNV-1a: nothing is kept secret by it, and a zero byte after each part keeps them apart.
fn hash<'a>(list: impl IntoIterator<Item = &'a str>) -> u64 {
    let bytes = list.into_iter().flat_map(|text| text.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_token_is_good_for_its_own_list_alone() {
        let made = token(["111122223333", "ListKeys"], "é/last");
        assert_eq!(open(["111122223333", "ListKeys"], &made).as_deref(), Some("é/last"));
        for other in
            [["444455556666", "ListKeys"], ["111122223333", "ListAliases"], ["111122223333ListKeys", ""]]
        {
            assert_eq!(open(other, &made), None, "{other:?}");
        }
        assert_eq!(open(["111122223333ListKeys"], &made), None);
    }

    proptest! {
        #[test]
        fn whatever_is_sent_as_a_token_is_refused(sent in ".{0,64}") {
            prop_assert_eq!(open(["111122223333", "ListKeys"], &sent), None);
        }
    }
}
