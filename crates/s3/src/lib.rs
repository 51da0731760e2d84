//! The built-in S3: a durable local object store, and the S3 protocol in front of it.
//!
//! A request comes here only after the server has verified its signature, decided that the caller may do
//! it, and decoded an `aws-chunked` body. [`Endpoint`] turns it into calls of [`ObjectStore`], which keeps
//! payloads in files (small ones in the index) and everything else in one SQLite database. The record
//! path writes log files through the same [`ObjectStore`], in process.
//!
//! Invariants:
//! - An answer to a write means: the payload and its directory entry are synced, and the index
//!   transaction that names them is committed and synced, in that order.
//! - A payload that no row names is garbage of a crash; the next start removes it.
//! - New bytes lie encrypted, each object's under a key of its own. Bytes that do not open are an error, never
//!   an answer.
//! - This crate knows no signature, no policy evaluation, no event and no listening socket.

mod address;
mod api;
mod authorized;
mod body;
mod caller;
mod checksum;
mod condition;
mod config;
mod endpoint;
mod listing;
mod seal;
mod store;
mod telemetry;
#[cfg(test)]
mod testing;

pub use address::{Address, AddressError, BaseDomains};
pub use authorized::{Authorized, Deed, Gate};
pub use body::{BodyRefused, Trailers};
pub use caller::{Caller, RequestTag};
pub use checksum::{Algorithm, ChecksumKind, Checksums, Digester};
pub use config::{Config, OpenError};
pub use endpoint::{Endpoint, S3};
pub use s3s::Body;
pub use seal::{
    DataKey, DataKeys, Encryption, EncryptionWish, GeneratedKey, KeyRefused, KeyRequest, KmsEncryption,
    NoKms, SealedKey, SealingKey, WishedKey,
};
pub use store::{
    Bucket, BucketDraft, ContentStream, Deposit, Object, ObjectMetadata, ObjectStore, Put, StoreError, TagSet,
};
