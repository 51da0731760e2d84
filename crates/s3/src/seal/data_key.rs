//! The key of one object's bytes.

use std::fmt;

use aws_lc_rs::hmac;
use cairn_event::Ids;

use super::chunk::PayloadCipher;
use crate::checksum::hex;

/// Bytes of a data key.
pub(super) const KEY_BYTES: usize = 32;

/// The key of one object's bytes, or of those of one multipart upload. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey([u8; KEY_BYTES]);

impl DataKey {
    /// Takes key bytes into custody.
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    pub(crate) fn generate(ids: &dyn Ids) -> Self {
        let mut bytes = [0; KEY_BYTES];
        ids.fill(&mut bytes);
        Self(bytes)
    }

    pub(super) fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Returns what seals and opens one payload. Parts of an upload share a data key, and a part may be sent
    /// twice: only because each payload has a key of its own may nonces count from zero in each.
    pub(crate) fn cipher(&self, payload: &str) -> PayloadCipher {
        PayloadCipher::new(&self.derive("payload", payload.as_bytes()))
    }

    /// Returns an ETag that tells nothing about the bytes to whoever lacks the key.
    pub(crate) fn etag(&self, md5: &[u8; 16]) -> String {
        let tag = self.derive("etag", md5);
        hex(tag.first_chunk::<16>().unwrap_or(md5))
    }

    fn derive(&self, purpose: &str, of: &[u8]) -> [u8; KEY_BYTES] {
        let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.0));
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(of);
        let mut derived = [0; KEY_BYTES];
        derived.copy_from_slice(mac.sign().as_ref());
        derived
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(hidden)")
    }
}
