//! The encryption context: pairs that a ciphertext is bound to and that everybody may see.

use std::collections::BTreeMap;

use crate::Refusal;

/// The most bytes of keys and values together, KMS's limit for the serialised context.
const BYTES_MAX: usize = 8_192;

/// The pairs, in the order of their keys.
pub(crate) type EncryptionContext = BTreeMap<String, String>;

/// Checks a context's length.
pub(crate) fn check(context: &EncryptionContext) -> Result<(), Refusal> {
    let bytes: usize = context.iter().map(|(key, value)| key.len() + value.len()).sum();
    match bytes > BYTES_MAX {
        true => Err(Refusal::Invalid(format!(
            "The encryption context has {bytes} bytes: {BYTES_MAX} are allowed"
        ))),
        false => Ok(()),
    }
}

/// Renders a context so that two contexts with the same bytes are the same: lengths before texts, in order.
pub(crate) fn canonical(context: &EncryptionContext) -> Vec<u8> {
    let mut out = Vec::new();
    for text in context.iter().flat_map(|(key, value)| [key, value]) {
        out.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    }
    out
}
