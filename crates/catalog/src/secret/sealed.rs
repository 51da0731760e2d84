//! Sealing and opening.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::SecretBytes;

/// The key that all secrets are sealed under.
pub struct MasterKey {
    key: LessSafeKey,
    id: [u8; ID_LEN],
}

/// What a secret belongs to. A secret opens only under the name it was sealed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretName<'a> {
    /// The kind of its owner, such as `access-key`.
    pub kind: &'a str,
    /// The owner's key among its kind.
    pub key: &'a str,
}

/// A sealed secret; safe to store, still nobody's business: `Debug` shows its length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

/// A secret was not sealed or did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It was sealed under another master key: the key file is not the one that belongs to this catalog.
    #[error("open a secret that was sealed under another master key")]
    OtherKey,
    /// Its bytes were changed, or it was moved here from another owner.
    #[error("open a sealed secret: it was changed or belongs to something else")]
    Tampered,
    /// A newer Cairn sealed it, or it is no sealed secret at all.
    #[error("open a sealed secret of an unknown version")]
    UnknownVersion,
    /// The cipher refused; nothing was sealed.
    #[error("seal a secret")]
    Refused,
}

impl MasterKey {
    /// The length of the key, bytes.
    pub const LEN: usize = 32;

    /// Takes the key's bytes.
    ///
    /// # Errors
    /// [`SealError::Refused`] if the cipher does not take them; it takes any.
    pub fn new(bytes: &[u8; Self::LEN]) -> Result<Self, SealError> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_unspecified| SealError::Refused)?;
        // The id tells keys apart without telling anything about them.
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, bytes), b"cairn master key id");
        let id = tag.as_ref().first_chunk::<ID_LEN>().ok_or(SealError::Refused)?;
        Ok(Self { key: LessSafeKey::new(key), id: *id })
    }

    /// Seals a secret. `fill` provides unpredictable bytes; the same ones twice would betray secrets.
    ///
    /// # Errors
    /// [`SealError::Refused`] if the cipher refuses.
    pub fn seal(
        &self,
        name: SecretName<'_>,
        secret: &[u8],
        fill: impl FnOnce(&mut [u8]),
    ) -> Result<Sealed, SealError> {
        let mut nonce = [0; NONCE_LEN];
        fill(&mut nonce);
        let mut body = secret.to_vec();
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        self.key
            .seal_in_place_append_tag(nonce_used, Aad::from(self.bind(name)), &mut body)
            .map_err(|_unspecified| SealError::Refused)?;
        let mut out = Vec::with_capacity(HEAD_LEN + body.len());
        out.push(VERSION);
        out.extend_from_slice(&self.id);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&body);
        Ok(Sealed(out))
    }

    /// Opens a sealed secret.
    ///
    /// # Errors
    /// It was sealed under another key or name, was changed, or has an unknown version.
    pub fn open(&self, name: SecretName<'_>, sealed: &Sealed) -> Result<SecretBytes, SealError> {
        let (version, rest) = sealed.0.split_first().ok_or(SealError::UnknownVersion)?;
        if *version != VERSION {
            return Err(SealError::UnknownVersion);
        }
        let (id, rest) = rest.split_first_chunk::<ID_LEN>().ok_or(SealError::Tampered)?;
        if *id != self.id {
            return Err(SealError::OtherKey);
        }
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Tampered)?;
        let mut body = body.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self
            .key
            .open_in_place(nonce, Aad::from(self.bind(name)), &mut body)
            .map_err(|_unspecified| SealError::Tampered)?;
        let secret = SecretBytes::new(opened.to_vec());
        body.fill(0);
        Ok(secret)
    }

    /// Renders what a sealed secret is bound to. Lengths keep (`ab`, `c`) and (`a`, `bc`) apart.
    fn bind(&self, name: SecretName<'_>) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 + name.kind.len() + name.key.len());
        out.extend_from_slice(b"cairn sealed secret");
        out.push(VERSION);
        out.extend_from_slice(&self.id);
        for part in [name.kind, name.key] {
            out.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
            out.extend_from_slice(part.as_bytes());
        }
        out
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(hidden)")
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map(Self).map_err(serde::de::Error::custom)
    }
}

const VERSION: u8 = 1;
const ID_LEN: usize = 8;
const HEAD_LEN: usize = 1 + ID_LEN + NONCE_LEN;
