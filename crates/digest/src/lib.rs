//! Digest files: what makes a trail's log files provable (reference §5).
//!
//! A [`Document`] lists the log files that were delivered in a stretch of time, with their hashes, and names
//! the digest before it. Its signature covers the document, its place and the signature before it, so a chain
//! of digests stands or falls as a whole.
//!
//! Everything here is a pure function: no bucket, no clock, no key store.

#![warn(missing_docs)]

mod document;
mod hex;
mod key;
mod signature;
pub mod verify;

pub use document::{Document, LogFile, Previous, ReadError};
pub use hex::{sha256_hex, to_hex};
pub use key::{KeyError, PrivateKey, PublicKey};
pub use signature::{Place, VerifyError, string_to_sign, verify};
