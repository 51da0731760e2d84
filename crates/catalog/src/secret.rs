//! Secrets: hidden in memory, sealed at rest.
//!
//! A sealed secret is AES-256-GCM under the master key, and bound to what it is the secret of: moved to
//! another entity it does not open. Layout, version 1 (page: `docs/formats/catalog.md`):
//!
//! ```text
//! u8 version = 1 | 8 bytes master key id | 12 bytes nonce | ciphertext | 16 bytes tag
//! additional data: "cairn sealed secret" | version | master key id
//!                  | u32le length of kind | kind | u32le length of key | key
//! ```

mod key_file;
mod sealed;
#[cfg(test)]
mod tests;

pub use key_file::{KeyFileError, WhenMissing};
pub use sealed::{MasterKey, SealError, Sealed, SecretName};

use std::fmt;

/// Bytes that must not be seen; `Debug` hides them, there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Takes the bytes into custody.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// Returns the bytes, for the one place that uses them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Returns the bytes as text; `None` if they are not UTF-8.
    pub fn expose_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(hidden)")
    }
}
