//! Materials: made, sealed, opened, found.

use cairn_catalog::{KeyMaterial, KmsKey, SecretBytes};
use jiff::Timestamp;

use crate::ciphertext::MATERIAL_ID_LEN;
use crate::kms::hex;
use crate::{Kms, Refusal};

/// Why a material is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The key is new, or its time has come.
    Due,
    /// Its owner asked.
    Asked,
}

impl Kms {
    /// Makes a material of the key `arn`, sealed.
    pub(crate) fn new_material(
        &self,
        arn: &str,
        now: Timestamp,
        reason: Reason,
    ) -> Result<KeyMaterial, Refusal> {
        let name = KmsKey::secret_name(arn);
        let secret = self.master.seal(name, &self.random::<32>(), |nonce| self.ids.fill(nonce));
        Ok(KeyMaterial {
            id: hex(&self.random::<MATERIAL_ID_LEN>()),
            secret: secret.map_err(Refusal::internal)?,
            created: now,
            on_demand: reason == Reason::Asked,
        })
    }

    /// Opens a material of a key.
    pub(crate) fn open_material(&self, key: &KmsKey, material: &KeyMaterial) -> Result<SecretBytes, Refusal> {
        self.master.open(KmsKey::secret_name(&key.arn), &material.secret).map_err(Refusal::internal)
    }
}

/// Returns the material that encrypts. A key that is there has one.
pub(crate) fn current(key: &KmsKey) -> Result<&KeyMaterial, Refusal> {
    key.materials.last().ok_or_else(|| Refusal::KeyMissing(key.arn.clone()))
}

/// Returns the material with an id.
pub(crate) fn with_id<'a>(key: &'a KmsKey, id: &[u8; MATERIAL_ID_LEN]) -> Option<&'a KeyMaterial> {
    let id = hex(id);
    key.materials.iter().find(|material| material.id == id)
}

/// Returns a material's id as ciphertexts hold it.
pub(crate) fn id_bytes(material: &KeyMaterial) -> Result<[u8; MATERIAL_ID_LEN], Refusal> {
    let digits = material.id.as_bytes();
    let mut bytes = [0; MATERIAL_ID_LEN];
    let read = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte =
            read(pair).ok_or_else(|| Refusal::internal("the id of a key material is no hexadecimal text"))?;
    }
    Ok(bytes)
}
