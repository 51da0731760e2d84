//! Session tokens: a session, sealed.
//!
//! Layout, version 1 (page: `docs/formats/session-token.md`), in base64:
//!
//! ```text
//! u8 version = 1 | 12 bytes nonce | ciphertext | 16 bytes tag
//! additional data: "cairn session token" | version | access key id
//! ```
//!
//! The access key id is what the caller presents beside the token: a token opens with its own key alone.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cairn_event::Ids;

use crate::Session;

/// The key that session tokens are sealed under.
pub struct TokenKey(LessSafeKey);

/// A token could not be made, or is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It was made by somebody else, for another key, or was changed since.
    #[error("open a session token that was not made here for this key")]
    Foreign,
    /// Another version of Cairn made it.
    #[error("open a session token of an unknown version")]
    UnknownVersion,
    /// The cipher refused, or the session could not be written.
    #[error("seal a session token")]
    Refused,
}

impl TokenKey {
    /// Takes the key's bytes.
    ///
    /// # Errors
    /// [`TokenError::Refused`] if the cipher does not take them; it takes any.
    pub fn new(bytes: &[u8; 32]) -> Result<Self, TokenError> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_unspecified| TokenError::Refused)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Seals a session. The token is at least `chars_min` characters long.
    ///
    /// # Errors
    /// [`TokenError::Refused`] if the cipher refuses.
    pub fn seal(&self, session: &Session, chars_min: usize, ids: &dyn Ids) -> Result<String, TokenError> {
        let mut body = serde_json::to_vec(session).map_err(|_unwritable| TokenError::Refused)?;
        // White space behind JSON says nothing.
        let short = (chars_min * 3 / 4).saturating_sub(HEAD_LEN + body.len() + AES_256_GCM.tag_len());
        body.resize(body.len() + short, b' ');
        let mut nonce = [0; NONCE_LEN];
        ids.fill(&mut nonce);
        let bound = Aad::from(bind(&session.access_key_id));
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut body)
            .map_err(|_unspecified| TokenError::Refused)?;
        let mut token = Vec::with_capacity(HEAD_LEN + body.len());
        token.push(VERSION);
        token.extend_from_slice(&nonce);
        token.extend_from_slice(&body);
        Ok(STANDARD.encode(token))
    }

    /// Opens the token that was presented with a key.
    ///
    /// # Errors
    /// [`TokenError::Foreign`] for a token that was not sealed for this key under this one, or was changed;
    /// [`TokenError::UnknownVersion`].
    pub fn open(&self, access_key_id: &str, token: &str) -> Result<Session, TokenError> {
        let token = STANDARD.decode(token).map_err(|_not_base64| TokenError::Foreign)?;
        let (version, rest) = token.split_first().ok_or(TokenError::Foreign)?;
        if *version != VERSION {
            return Err(TokenError::UnknownVersion);
        }
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(TokenError::Foreign)?;
        let mut body = body.to_vec();
        let opened = self
            .0
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bind(access_key_id)), &mut body)
            .map_err(|_unspecified| TokenError::Foreign)?;
        let session = serde_json::from_slice(opened).map_err(|_other_writer| TokenError::UnknownVersion);
        body.fill(0);
        session
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(hidden)")
    }
}

fn bind(access_key_id: &str) -> Vec<u8> {
    let mut bound = b"cairn session token".to_vec();
    bound.push(VERSION);
    bound.extend_from_slice(access_key_id.as_bytes());
    bound
}

const VERSION: u8 = 1;
const HEAD_LEN: usize = 1 + NONCE_LEN;
