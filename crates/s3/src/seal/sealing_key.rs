//! The server's own key, which seals the data keys of SSE-S3.
//!
//! A sealed data key is a nonce of 12 bytes, the key encrypted by AES-256-GCM, and the tag of 16 bytes. It is
//! bound to the bucket and key of its object: rows exchanged in the index do not open.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest;
use cairn_event::Ids;

use super::data_key::{DataKey, KEY_BYTES};
use super::encryption::SealedKey;
use crate::checksum::hex;

/// The key that seals data keys: 32 bytes that the server derives from its master key. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealingKey([u8; 32]);

impl SealingKey {
    /// Takes key bytes into custody.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(hidden)")
    }
}

/// Where an object is: what its data key is bound to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
}

impl Place<'_> {
    /// The ARN of the object.
    pub(crate) fn arn(self) -> String {
        format!("arn:aws:s3:::{}/{}", self.bucket, self.key)
    }

    fn bound(self) -> Aad<String> {
        // A bucket's name holds no slash.
        Aad::from(format!("cairn object key 1 {}/{}", self.bucket, self.key))
    }
}

/// Seals and opens data keys.
pub(crate) struct Wrapping {
    cipher: LessSafeKey,
    id: String,
}

impl Wrapping {
    pub(crate) fn new(key: &SealingKey) -> Self {
        let cipher = UnboundKey::new(&AES_256_GCM, &key.0).expect("a key of AES-256 has 32 bytes");
        let mut told = digest::Context::new(&digest::SHA256);
        told.update(b"cairn sealing key id");
        told.update(&key.0);
        let id = told.finish();
        Self { cipher: LessSafeKey::new(cipher), id: hex(id.as_ref().first_chunk::<8>().unwrap_or(&[0; 8])) }
    }

    /// Names the key without telling it: 16 hexadecimal digits.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn wrap(&self, key: &DataKey, place: Place<'_>, ids: &dyn Ids) -> SealedKey {
        let mut nonce = [0; NONCE_LEN];
        ids.fill(&mut nonce);
        let mut sealed = key.expose().to_vec();
        let tag = self.cipher.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            place.bound(),
            &mut sealed,
        );
        let tag = tag.expect("GCM seals anything below 64 GiB");
        SealedKey::new([&nonce, sealed.as_slice(), tag.as_ref()].concat())
    }

    /// Opens a sealed data key; nothing when it is not what was sealed, or not for this place.
    pub(crate) fn unwrap(&self, sealed: &SealedKey, place: Place<'_>) -> Option<DataKey> {
        let (nonce, body) = sealed.as_bytes().split_first_chunk::<NONCE_LEN>()?;
        let mut body = body.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self.cipher.open_in_place(nonce, place.bound(), &mut body).ok()?;
        Some(DataKey::new(<[u8; KEY_BYTES]>::try_from(&*opened).ok()?))
    }
}

impl fmt::Debug for Wrapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wrapping").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counting;

    #[test]
    fn a_data_key_opens_where_it_was_sealed_and_nowhere_else() {
        let (ids, here) = (Counting::default(), Place { bucket: "b", key: "k" });
        let wrapping = Wrapping::new(&SealingKey::new([1; 32]));
        let key = DataKey::generate(&ids);
        let sealed = wrapping.wrap(&key, here, &ids);
        assert_eq!(sealed.as_bytes().len(), 60);
        assert_ne!(sealed, wrapping.wrap(&key, here, &ids), "nonces differ");
        assert_eq!(wrapping.unwrap(&sealed, here), Some(key));
        assert_eq!(wrapping.unwrap(&sealed, Place { key: "l", ..here }), None);
        assert_eq!(wrapping.unwrap(&sealed, Place { bucket: "a", ..here }), None);
        let other = Wrapping::new(&SealingKey::new([2; 32]));
        assert_eq!(other.unwrap(&sealed, here), None);
        assert_ne!(other.id(), wrapping.id());
        assert_eq!(wrapping.unwrap(&SealedKey::new(vec![0; 5]), here), None);
    }

    #[test]
    fn keys_do_not_show() {
        let shown = format!("{:?} {:?}", SealingKey::new([65; 32]), DataKey::new([65; 32]));
        assert_eq!(shown, "SealingKey(hidden) DataKey(hidden)");
    }
}
