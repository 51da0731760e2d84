//! Encryption at rest: every object has a data key, and the data key lies sealed beside it.
//!
//! ```text
//! data key (32 random bytes, one per object or upload)
//!   ├─ sealed by the server's own key (SSE-S3) or by KMS (SSE-KMS); the index keeps that
//!   └─► payload key = HMAC-SHA-256(data key, payload id) ─► chunks of 64 KiB, AES-256-GCM
//! ```
//!
//! The format is docs/formats/object-store.md. Nothing here touches a file.

mod chunk;
mod data_key;
mod data_keys;
mod encryption;
mod sealing_key;

pub(crate) use chunk::{CHUNK_BYTES, Chunk, PayloadCipher, Sealer, TAG_BYTES, sealed_size};
pub use data_key::DataKey;
pub use data_keys::{DataKeys, GeneratedKey, KeyRefused, KeyRequest, NoKms};
pub(crate) use encryption::{BucketEncryption, KmsDefault, Seal};
pub use encryption::{Encryption, EncryptionWish, KmsEncryption, SealedKey, WishedKey};
pub use sealing_key::SealingKey;
pub(crate) use sealing_key::{Place, Wrapping};
