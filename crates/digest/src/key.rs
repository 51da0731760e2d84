//! Keys that sign and verify digests (reference §5.5).

use std::fmt;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::encoding::Pkcs8V1Der;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};

use crate::hex::sha256_hex;

/// The private half: signs.
pub struct PrivateKey(KeyPair);

/// The public half: verifies. PKCS#1 `RSAPublicKey` DER, as `ListPublicKeys` gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    der: Vec<u8>,
}

/// A key can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The library could not make one.
    #[error("make an RSA key")]
    Make,
    /// The bytes are no private key in PKCS#8.
    #[error("read a private key: PKCS#8 of an RSA key is needed")]
    Private,
    /// The library would not sign.
    #[error("sign with an RSA key")]
    Sign,
}

impl PrivateKey {
    /// Makes an RSA-2048 key; takes some hundred milliseconds of CPU.
    ///
    /// # Errors
    /// The library failed.
    pub fn generate() -> Result<Self, KeyError> {
        KeyPair::generate(KeySize::Rsa2048).map(Self).map_err(|_unspecified| KeyError::Make)
    }

    /// Reads PKCS#8 DER.
    ///
    /// # Errors
    /// It is no RSA key of at least 2,048 bits.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        KeyPair::from_pkcs8(der).map(Self).map_err(|_rejected| KeyError::Private)
    }

    /// Returns the key as PKCS#8 DER. It is secret.
    ///
    /// # Errors
    /// The library failed.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>, KeyError> {
        let der: Pkcs8V1Der<'_> = self.0.as_der().map_err(|_unspecified| KeyError::Private)?;
        Ok(der.as_ref().to_vec())
    }

    /// Returns the public half.
    pub fn public_key(&self) -> PublicKey {
        PublicKey { der: self.0.public_key().as_ref().to_vec() }
    }

    /// Signs with RSASSA-PKCS1-v1_5 and SHA-256: the same message gives the same signature.
    ///
    /// # Errors
    /// The library failed.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_unspecified| KeyError::Sign)?;
        Ok(signature)
    }
}

impl PublicKey {
    /// Takes PKCS#1 DER. Bytes that are no key verify nothing.
    pub fn from_pkcs1(der: impl Into<Vec<u8>>) -> Self {
        Self { der: der.into() }
    }

    /// Returns PKCS#1 DER.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Returns 32 hexadecimal digits that tell keys apart: the first half of the DER's SHA-256. AWS does
    /// not publish how it derives its own; validators only compare them.
    pub fn fingerprint(&self) -> String {
        sha256_hex(&self.der).chars().take(FINGERPRINT_DIGITS).collect()
    }

    /// Tells whether the bytes can be a key at all: what can't is told apart from a wrong signature.
    pub fn is_readable(&self) -> bool {
        // A whole DER sequence of two integers, RSA-2048 or more.
        aws_lc_rs::signature::ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.der).is_ok()
    }

    /// Verifies RSASSA-PKCS1-v1_5 with SHA-256.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.der).verify(message, signature).is_ok()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(hidden)")
    }
}

const FINGERPRINT_DIGITS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_signs_verifies_and_can_be_kept() {
        let key = PrivateKey::generate().unwrap();
        let kept = PrivateKey::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
        let public = kept.public_key();
        assert_eq!(public, key.public_key());
        let signature = key.sign(b"message").unwrap();
        assert_eq!(signature.len(), 256);
        assert_eq!(signature, kept.sign(b"message").unwrap(), "signing is deterministic");
        assert!(public.verifies(b"message", &signature));
        assert!(!public.verifies(b"massage", &signature));
        assert!(!PrivateKey::generate().unwrap().public_key().verifies(b"message", &signature));
    }

    #[test]
    fn a_public_key_is_pkcs1_of_the_form_clients_expect() {
        let public = PrivateKey::generate().unwrap().public_key();
        // What base64 renders as MIIBCgKCAQEA: a sequence of 266 bytes that begins with a 257-byte integer.
        assert_eq!(public.as_der().get(..9), Some(&[0x30, 0x82, 1, 0x0a, 2, 0x82, 1, 1, 0][..]));
        assert_eq!(public.fingerprint().len(), 32);
        assert!(public.is_readable());
        assert!(!PublicKey::from_pkcs1(b"no key".to_vec()).is_readable());
    }
}
