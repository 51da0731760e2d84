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

/// How much of the authentication code a token has; it comes after the version.
const TAG_BYTES: usize = 16;

/// Longer texts are refused unread.
const TEXT_BYTES_MAX: usize = 128;

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

    /// Makes the token for the page that comes behind `place`, a few bytes.
    pub(crate) fn make(&self, continued: &Continued, place: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode([&[VERSION], self.tag(continued, place).as_slice(), place].concat())
    }

    /// Reads the place that the page comes behind.
    pub(crate) fn read(&self, continued: &Continued, text: &str) -> Result<Vec<u8>, TokenInvalid> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(TokenInvalid);
        }
        let token = URL_SAFE_NO_PAD.decode(text).map_err(|_no_base64| TokenInvalid)?;
        let Some((&VERSION, rest)) = token.split_first() else { return Err(TokenInvalid) };
        let (tag, place) = rest.split_at_checked(TAG_BYTES).ok_or(TokenInvalid)?;
        match aws_lc_rs::constant_time::verify_slices_are_equal(tag, &self.tag(continued, place)) {
            Ok(()) => Ok(place.to_vec()),
            Err(_forged) => Err(TokenInvalid),
        }
    }

    fn tag(&self, continued: &Continued, place: &[u8]) -> Vec<u8> {
        let mut signing = hmac::Context::with_key(&self.0);
        // Behind its length, so that nothing of the request can pass for a part of the place.
        signing.update(&[VERSION]);
        signing.update(&(place.len() as u64).to_le_bytes());
        signing.update(place);
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
        let place = b"a place of as many bytes".to_vec();
        let text = tokens.make(&here, &place);
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
