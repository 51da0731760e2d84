//! A key that signs digest files (reference §5.5).

use cairn_event::Region;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{EntityKind, MasterKey, SealError, Sealed, SecretBytes, SecretName};

/// An RSA-2048 key pair of one Region. Its public half is served for ever; a later key takes over before it
/// ends, so that the two overlap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    /// 32 lower-case hexadecimal digits, unique.
    pub fingerprint: String,
    /// The Region whose digests it signs.
    pub region: Region,
    /// The public key: PKCS#1 `RSAPublicKey` DER, in base64.
    pub public_key: String,
    /// The private key: PKCS#8 DER, sealed.
    pub private_key: Sealed,
    /// The first instant it signs for.
    pub valid_from: Timestamp,
    /// The instant it no longer signs for.
    pub valid_until: Timestamp,
}

impl SigningKey {
    /// Returns the name under which the private key with a fingerprint is sealed.
    pub fn secret_name(fingerprint: &str) -> SecretName<'_> {
        SecretName { kind: EntityKind::SigningKey.as_str(), key: fingerprint }
    }

    /// Opens the private key.
    ///
    /// # Errors
    /// The master key is another one, or the sealed bytes were changed or belong to another key.
    pub fn open_private_key(&self, master: &MasterKey) -> Result<SecretBytes, SealError> {
        master.open(Self::secret_name(&self.fingerprint), &self.private_key)
    }
}
