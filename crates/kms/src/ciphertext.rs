//! What encrypting gives: a blob that names its key and material, and opens under them alone.
//!
//! Layout, version 1 (page: `docs/formats/kms-ciphertext.md`):
//!
//! ```text
//! u8 version = 1 | u16le length of key ARN | key ARN | 32 bytes material id
//! | 16 bytes salt | 12 bytes nonce | ciphertext | 16 bytes tag
//! message key: HMAC-SHA-256 of "cairn kms message key" | salt, under the material
//! cipher: AES-256-GCM under the message key
//! additional data: "cairn kms ciphertext" | everything before the ciphertext
//!                  | for each pair of the encryption context, by key:
//!                    u32le length | key | u32le length | value
//! ```
//!
//! A key of its own for each message lifts the limit on how many messages one material encrypts under random
//! nonces.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use cairn_catalog::SecretBytes;

use crate::Refusal;
use crate::encryption_context::{EncryptionContext, canonical};

/// A ciphertext, split but not opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ciphertext {
    /// The ARN of the key.
    pub key_arn: String,
    /// The id of the material.
    pub(crate) material_id: [u8; MATERIAL_ID_LEN],
    salt: [u8; SALT_LEN],
    nonce: [u8; NONCE_LEN],
    body: Vec<u8>,
}

/// The length of a material's id, bytes.
pub(crate) const MATERIAL_ID_LEN: usize = 32;

/// The length of what a message's key is made of beside the material, bytes.
pub(crate) const SALT_LEN: usize = 16;

/// What a message needs of chance.
pub(crate) type Chance = [u8; SALT_LEN + NONCE_LEN];

impl Ciphertext {
    /// Encrypts under a material. `chance` is unpredictable and never the same twice.
    pub(crate) fn seal(
        key_arn: &str,
        material_id: [u8; MATERIAL_ID_LEN],
        material: &SecretBytes,
        plaintext: &[u8],
        context: &EncryptionContext,
        chance: &Chance,
    ) -> Result<Self, Refusal> {
        let (salt, nonce) = chance.split_first_chunk::<SALT_LEN>().ok_or(Refusal::CiphertextInvalid)?;
        let nonce = nonce.first_chunk::<NONCE_LEN>().ok_or(Refusal::CiphertextInvalid)?;
        let (key_arn, body) = (key_arn.to_owned(), plaintext.to_vec());
        let mut sealed = Self { key_arn, material_id, salt: *salt, nonce: *nonce, body };
        let aad = Aad::from(sealed.bound_to(context));
        let key = sealed.message_key(material)?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(sealed.nonce), aad, &mut sealed.body)
            .map_err(Refusal::internal)?;
        Ok(sealed)
    }

    /// Decrypts under a material.
    ///
    /// # Errors
    /// [`Refusal::CiphertextInvalid`], whatever is wrong.
    pub(crate) fn open(
        &self,
        material: &SecretBytes,
        context: &EncryptionContext,
    ) -> Result<SecretBytes, Refusal> {
        let mut body = self.body.clone();
        let key = self.message_key(material)?;
        let nonce = Nonce::assume_unique_for_key(self.nonce);
        let opened = key
            .open_in_place(nonce, Aad::from(self.bound_to(context)), &mut body)
            .map_err(|_unspecified| Refusal::CiphertextInvalid)?;
        let plaintext = SecretBytes::new(opened.to_vec());
        body.fill(0);
        Ok(plaintext)
    }

    /// Splits a blob.
    ///
    /// # Errors
    /// [`Refusal::CiphertextInvalid`] when it is none of ours.
    pub fn parse(blob: &[u8]) -> Result<Self, Refusal> {
        Self::split(blob).ok_or(Refusal::CiphertextInvalid)
    }

    /// Renders the blob.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.head();
        out.extend_from_slice(&self.body);
        out
    }

    fn split(blob: &[u8]) -> Option<Self> {
        let (version, rest) = blob.split_first()?;
        if *version != VERSION {
            return None;
        }
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (arn, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        let (material_id, rest) = rest.split_first_chunk()?;
        let (salt, rest) = rest.split_first_chunk()?;
        let (nonce, body) = rest.split_first_chunk()?;
        Some(Self {
            key_arn: String::from_utf8(arn.to_vec()).ok()?,
            material_id: *material_id,
            salt: *salt,
            nonce: *nonce,
            body: body.to_vec(),
        })
    }

    fn head(&self) -> Vec<u8> {
        let arn = self.key_arn.as_bytes();
        let mut out = Vec::with_capacity(80 + arn.len() + self.body.len());
        out.push(VERSION);
        // An ARN is far shorter: its parts are limited.
        out.extend_from_slice(&u16::try_from(arn.len()).unwrap_or(u16::MAX).to_le_bytes());
        out.extend_from_slice(arn);
        out.extend_from_slice(&self.material_id);
        out.extend_from_slice(&self.salt);
        out.extend_from_slice(&self.nonce);
        out
    }

    fn bound_to(&self, context: &EncryptionContext) -> Vec<u8> {
        [b"cairn kms ciphertext".as_slice(), &self.head(), &canonical(context)].concat()
    }

    fn message_key(&self, material: &SecretBytes) -> Result<LessSafeKey, Refusal> {
        let of_material = hmac::Key::new(hmac::HMAC_SHA256, material.expose());
        let derived = hmac::sign(&of_material, &[b"cairn kms message key".as_slice(), &self.salt].concat());
        let key = UnboundKey::new(&AES_256_GCM, derived.as_ref()).map_err(Refusal::internal)?;
        Ok(LessSafeKey::new(key))
    }
}

const VERSION: u8 = 1;

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;

    const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    fn context() -> impl Strategy<Value = EncryptionContext> {
        btree_map("[a-z]{0,3}", "[a-z]{0,3}", 0..4)
    }

    fn sealed(plaintext: &[u8], context: &EncryptionContext) -> Vec<u8> {
        let material = SecretBytes::new([9; 32]);
        let sealed = Ciphertext::seal(ARN, [7; 32], &material, plaintext, context, &[3; 28]);
        sealed.unwrap().to_bytes()
    }

    fn opened(blob: &[u8], material: [u8; 32], context: &EncryptionContext) -> Option<Vec<u8>> {
        let opened = Ciphertext::parse(blob).ok()?.open(&SecretBytes::new(material), context).ok()?;
        Some(opened.expose().to_vec())
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_again(plaintext in vec(any::<u8>(), 0..300), context in context()) {
            let blob = sealed(&plaintext, &context);
            prop_assert_eq!(&Ciphertext::parse(&blob).unwrap().key_arn, ARN);
            prop_assert_eq!(opened(&blob, [9; 32], &context), Some(plaintext));
            prop_assert_eq!(opened(&blob, [8; 32], &context), None);
        }

        #[test]
        fn it_opens_under_its_own_context_alone(one in context(), other in context()) {
            let blob = sealed(b"secret", &one);
            prop_assert_eq!(opened(&blob, [9; 32], &other).is_some(), one == other);
        }

        #[test]
        fn no_changed_bit_goes_unseen(at in 0..170_usize, bit in 0..8_u32) {
            let mut blob = sealed(b"secret", &EncryptionContext::new());
            let at = at % blob.len();
            blob[at] ^= 1_u8 << bit;
            prop_assert_eq!(opened(&blob, [9; 32], &EncryptionContext::new()), None);
        }

        #[test]
        fn no_blob_panics(blob in vec(any::<u8>(), 0..200), cut in 0..200_usize) {
            prop_assert!(opened(&blob, [9; 32], &EncryptionContext::new()).is_none());
            let whole = sealed(b"secret", &EncryptionContext::new());
            let cut = cut.min(whole.len() - 1);
            prop_assert!(opened(&whole[..cut], [9; 32], &EncryptionContext::new()).is_none());
        }
    }

    #[test]
    fn pairs_do_not_run_into_each_other() {
        let pairs = |pairs: &[(&str, &str)]| -> EncryptionContext {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let blob = sealed(b"secret", &pairs(&[("ab", "c"), ("d", "")]));
        for other in
            [pairs(&[("a", "bc"), ("d", "")]), pairs(&[("ab", "cd"), ("", "")]), pairs(&[("ab", "c")])]
        {
            assert_eq!(opened(&blob, [9; 32], &other), None, "{other:?}");
        }
    }

    /// The bytes of version 1: what is written today must open for ever.
    #[test]
    fn the_layout_stays() {
        let context = EncryptionContext::from([("purpose".to_owned(), "test".to_owned())]);
        let blob = sealed(b"secret", &context);
        let head = [&[1, u8::try_from(ARN.len()).unwrap(), 0], ARN.as_bytes(), &[7; 32], &[3; 28]].concat();
        assert_eq!(blob[..head.len()], head);
        assert_eq!(crate::kms::hex(&blob[head.len()..]), BODY);
    }

    const BODY: &str = "6dabb93d32c96f9ad50c9283cef2cd72231734074cfc";
}
