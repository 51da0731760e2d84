//! The NextToken of lists that are too long for one page: where the page ended, authenticated, for the caller and
//! the request that it was answered to.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::Caller;

/// Makes and reads tokens.
pub(crate) struct PageTokens(hmac::Key);

/// The text is no token, or none that was answered to this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenInvalid;

/// What a token continues: a request of a caller, of which only the page may differ.
#[derive(Debug, Clone)]
pub(crate) struct Continued(Vec<u8>);

/// The first byte of a token.
const VERSION: u8 = 1;

/// The version and two numbers.
const CONTENT_BYTES: usize = 1 + 2 * 8;

/// How much of the authentication code a token has.
const TAG_BYTES: usize = 16;

/// Longer texts are refused unread.
const TEXT_BYTES_MAX: usize = 64;

impl Continued {
    /// Takes a request, without the token that it came with.
    pub(crate) fn new(caller: &Caller, operation: &str, request: &impl Serialize) -> Self {
        let who = (caller.account.as_str(), caller.region.as_str(), operation, request);
        // Requests came in as JSON.
        Self(serde_json::to_vec(&who).unwrap_or_default())
    }
}

impl PageTokens {
    /// Takes the key; it must be the same as long as tokens are to be honoured.
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// Makes the token for the page that begins at `place`.
    pub(crate) fn make(&self, continued: &Continued, place: [i64; 2]) -> String {
        let [first, second] = place.map(i64::to_le_bytes);
        let mut token = [&[VERSION][..], &first, &second].concat();
        let tag = self.tag(continued, &token);
        token.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Reads where the page begins.
    pub(crate) fn read(&self, continued: &Continued, text: &str) -> Result<[i64; 2], TokenInvalid> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(TokenInvalid);
        }
        let token = URL_SAFE_NO_PAD.decode(text).map_err(|_no_base64| TokenInvalid)?;
        let (content, tag) = token.split_first_chunk::<CONTENT_BYTES>().ok_or(TokenInvalid)?;
        if aws_lc_rs::constant_time::verify_slices_are_equal(tag, &self.tag(continued, content)).is_err() {
            return Err(TokenInvalid);
        }
        let [VERSION, numbers @ ..] = content else { return Err(TokenInvalid) };
        let (first, rest) = numbers.split_first_chunk::<8>().ok_or(TokenInvalid)?;
        let second = rest.first_chunk::<8>().ok_or(TokenInvalid)?;
        Ok([i64::from_le_bytes(*first), i64::from_le_bytes(*second)])
    }

    fn tag(&self, continued: &Continued, content: &[u8]) -> Vec<u8> {
        let mut signing = hmac::Context::with_key(&self.0);
        // The content comes first, and is always of one length: nothing of the request can pass for it.
        signing.update(content);
        signing.update(&continued.0);
        let mut tag = signing.sign().as_ref().to_vec();
        tag.truncate(TAG_BYTES);
        tag
    }
}

impl std::fmt::Debug for PageTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PageTokens").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use cairn_access::Context;

    use super::*;

    fn continued(region: &str, request: &str) -> Continued {
        let caller = Caller {
            account: "123456789012".parse().unwrap(),
            region: region.parse().unwrap(),
            by: cairn_access::Caller::Unsigned,
            facts: Context::default(),
        };
        Continued::new(&caller, "ListInsightsData", &request)
    }

    #[test]
    fn a_token_continues_what_it_was_answered_to_and_nothing_else() {
        let (tokens, here) = (PageTokens::new(&[7; 32]), continued("us-east-1", "a"));
        let place = [1_772_439_295, i64::MIN];
        let text = tokens.make(&here, place);
        assert!((4..=TEXT_BYTES_MAX).contains(&text.len()), "{text}");
        assert_eq!(tokens.read(&here, &text), Ok(place));
        for (other, why) in
            [(continued("eu-west-1", "a"), "Region"), (continued("us-east-1", "b"), "request")]
        {
            assert_eq!(tokens.read(&other, &text), Err(TokenInvalid), "another {why}");
        }
        assert_eq!(PageTokens::new(&[8; 32]).read(&here, &text), Err(TokenInvalid), "another key");
        for bit in 0..text.len() * 8 {
            let mut forged = text.clone().into_bytes();
            forged[bit / 8] ^= 1 << (bit % 8);
            let read = String::from_utf8(forged).map(|forged| tokens.read(&here, &forged));
            assert!(!matches!(read, Ok(Ok(_))), "bit {bit}");
        }
        for cut in 0..text.len() {
            assert_eq!(tokens.read(&here, text.get(..cut).unwrap()), Err(TokenInvalid), "cut at {cut}");
        }
        assert_eq!(tokens.read(&here, &"A".repeat(300)), Err(TokenInvalid));
    }
}
