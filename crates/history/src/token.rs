//! The sealed NextToken: where a page ended, bound to the query that it continues.
//!
//! Sealed with AES-256-GCM, so that a client can neither read positions out of it nor make one up. The
//! nonce is derived from the content by a keyed hash: the same page of the same query has the same token,
//! and no nonce serves two contents.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::key::Key;

/// The first byte of the content.
const VERSION: u8 = 1;

/// Version, seconds, position, fingerprint.
const CONTENT_BYTES: usize = 25;

/// Longer texts are refused unread.
const TEXT_BYTES_MAX: usize = 256;

const PURPOSE: &[u8] = b"cairn history token";

/// Seals and opens tokens.
pub(crate) struct Tokens {
    seal: LessSafeKey,
    nonces: hmac::Key,
}

/// The text is no token, or none of this query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenInvalid;

impl Tokens {
    /// Takes the key; it must be the same as long as tokens are to be honoured.
    pub(crate) fn new(key: &[u8; 32]) -> Result<Self, Unspecified> {
        let seal = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key)?);
        let derive = hmac::Key::new(hmac::HMAC_SHA256, key);
        let nonces = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&derive, PURPOSE).as_ref());
        Ok(Self { seal, nonces })
    }

    /// Makes the token for the page after `after`.
    pub(crate) fn seal(&self, after: Key, fingerprint: u64) -> Result<String, Unspecified> {
        let mut sealed = Vec::with_capacity(CONTENT_BYTES);
        sealed.push(VERSION);
        sealed.extend_from_slice(&after.seconds.to_le_bytes());
        sealed.extend_from_slice(&after.position.to_le_bytes());
        sealed.extend_from_slice(&fingerprint.to_le_bytes());
        let hash = hmac::sign(&self.nonces, &sealed);
        let nonce: [u8; NONCE_LEN] = *hash.as_ref().first_chunk().ok_or(Unspecified)?;
        self.seal.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(PURPOSE),
            &mut sealed,
        )?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Reads where the page before ended.
    pub(crate) fn open(&self, text: &str, fingerprint: u64) -> Result<Key, TokenInvalid> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(TokenInvalid);
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_no_base64| TokenInvalid)?;
        let (nonce, sealed) = bytes.split_first_chunk_mut::<NONCE_LEN>().ok_or(TokenInvalid)?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self.seal.open_in_place(nonce, Aad::from(PURPOSE), sealed);
        let content = opened.map_err(|_forged| TokenInvalid)?;
        let content: &[u8; CONTENT_BYTES] = (&*content).try_into().map_err(|_length| TokenInvalid)?;
        let [version, s0, s1, s2, s3, s4, s5, s6, s7, p0, p1, p2, p3, p4, p5, p6, p7, of @ ..] = *content;
        if version != VERSION || u64::from_le_bytes(of) != fingerprint {
            return Err(TokenInvalid);
        }
        Ok(Key {
            seconds: i64::from_le_bytes([s0, s1, s2, s3, s4, s5, s6, s7]),
            position: u64::from_le_bytes([p0, p1, p2, p3, p4, p5, p6, p7]),
        })
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        let tokens = Tokens::new(&[7; 32]).unwrap();
        let key = Key { seconds: 1_772_439_295, position: 42 };
        let text = tokens.seal(key, 99).unwrap();
        assert_eq!(tokens.open(&text, 99), Ok(key));
        assert_eq!(tokens.seal(key, 99).unwrap(), text, "the same page has the same token");
        assert_eq!(tokens.open(&text, 98), Err(TokenInvalid), "another query");
        assert_eq!(Tokens::new(&[8; 32]).unwrap().open(&text, 99), Err(TokenInvalid), "another key");
        for bit in 0..text.len() * 8 {
            let mut forged = text.clone().into_bytes();
            forged[bit / 8] ^= 1 << (bit % 8);
            // The last character of base64 has two bits that carry nothing; the decoder refuses them set.
            let opened = String::from_utf8(forged).map(|forged| tokens.open(&forged, 99));
            assert!(!matches!(opened, Ok(Ok(_))), "bit {bit}");
        }
        for cut in 0..text.len() {
            assert_eq!(tokens.open(text.get(..cut).unwrap(), 99), Err(TokenInvalid), "cut at {cut}");
        }
        assert_eq!(tokens.open(&"A".repeat(300), 99), Err(TokenInvalid));
    }
}
