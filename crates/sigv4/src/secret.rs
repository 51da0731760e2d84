//! Secrets, by type: what prints them prints stars.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};

/// A secret access key. `Debug` hides it and there is no `Display`.
#[derive(Clone)]
pub struct SecretKey {
    text: String,
    fingerprint: [u8; 32],
}

impl SecretKey {
    /// Takes the secret as AWS writes it, without the `AWS4` prefix.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let fingerprint = digest(&SHA256, text.as_bytes()).as_ref().try_into().unwrap_or([0; 32]);
        Self { text, fingerprint }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the SHA-256 of the secret: tells a rotated secret from the one a key was derived from.
    pub(crate) const fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(***)")
    }
}

/// A session token of temporary credentials, as presented. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    /// Takes the token as AWS writes it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Reveals the token to whoever has to check or send it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(***)")
    }
}

/// What one signs with.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret: SecretKey,
    pub(crate) token: Option<SessionToken>,
}

impl Credentials {
    /// Puts a key pair together, with the token where it is a temporary one.
    pub fn new(access_key_id: impl Into<String>, secret: SecretKey, token: Option<SessionToken>) -> Self {
        Self { access_key_id: access_key_id.into(), secret, token }
    }
}
