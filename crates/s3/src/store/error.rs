//! What the store refuses, and what can go wrong in it.

use crate::body::BodyRefused;
use crate::seal::KeyRefused;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such bucket.
    #[error("find the bucket")]
    NoSuchBucket,
    /// There is no such key in the bucket.
    #[error("find the key")]
    NoSuchKey,
    /// There is no such multipart upload.
    #[error("find the multipart upload")]
    NoSuchUpload,
    /// Another account owns a bucket of this name.
    #[error("create the bucket: the name is taken")]
    BucketAlreadyExists,
    /// The caller's account owns a bucket of this name already.
    #[error("create the bucket: it exists")]
    BucketAlreadyOwnedByYou,
    /// The account has as many buckets as it may.
    #[error("create the bucket: the account has {limit}")]
    TooManyBuckets {
        /// The most an account may have.
        limit: u32,
    },
    /// The bucket still holds objects.
    #[error("delete the bucket: it is not empty")]
    BucketNotEmpty,
    /// The key is empty or longer than 1024 bytes.
    #[error("take the key: it is too long")]
    KeyTooLong,
    /// A condition of the write does not hold.
    #[error("write the object: its condition does not hold")]
    PreconditionFailed,
    /// The payload is larger than 5 GiB, or the object larger than 5 TiB.
    #[error("take the body: it is too large")]
    EntityTooLarge,
    /// A part that is not the last is smaller than 5 MiB.
    #[error("complete the upload: part {number} is too small")]
    EntityTooSmall {
        /// The part's number.
        number: u32,
        /// Its size in bytes.
        size: u64,
    },
    /// The body ended early, or went on longer than was said.
    #[error("take the body: it is not as long as was said")]
    IncompleteBody,
    /// An announced checksum trailer did not come.
    #[error("take the body: the announced trailer is missing")]
    MalformedTrailer,
    /// A digest does not match what the request promised.
    #[error("take the body: its {what} does not match")]
    BadDigest {
        /// Which digest.
        what: &'static str,
    },
    /// The body's source refused it.
    #[error("take the body")]
    Refused(#[source] BodyRefused),
    /// A listed part was not uploaded, or its ETag or checksum differs.
    #[error("complete the upload: part {number} is not as listed")]
    InvalidPart {
        /// The part's number.
        number: u32,
    },
    /// The listed parts are not in ascending order.
    #[error("complete the upload: the parts are out of order")]
    InvalidPartOrder,
    /// The list of parts is empty or does not fit the upload.
    #[error("complete the upload: {why}")]
    InvalidRequest {
        /// What is wrong.
        why: &'static str,
    },
    /// Another process has this store open.
    #[error("open the store: another process has it open")]
    Locked,
    /// The store was written by a newer Cairn; use that one.
    #[error("open the store: its format is version {found}, this program knows {known}")]
    Newer {
        /// The version found.
        found: i64,
        /// The newest version known.
        known: i64,
    },
    /// Another key sealed what is in this store: the master key is not the one it was made with.
    #[error("open the store: it was sealed with another master key")]
    OtherKey,
    /// KMS does not let the caller use the key that seals the object's data key.
    #[error("use the object's data key")]
    KeyRefused(#[source] KeyRefused),
    /// An object's data key is not what was sealed: an operator must look.
    #[error("open the object's data key: it is damaged")]
    DataKeyDamaged,
    /// A payload that the index names is missing, cut short or changed: an operator must look.
    #[error("read payload {blob}: it is damaged")]
    Damaged {
        /// The payload's id.
        blob: String,
    },
    /// An earlier sync failed; nothing is written until a restart re-reads the disk.
    #[error("write the index: an earlier sync failed")]
    Poisoned,
    /// The store is shutting down.
    #[error("write the index: the store is closed")]
    Closed,
    /// A file operation failed.
    #[error("{doing}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// The index failed.
    #[error("use the index")]
    Index(#[source] sqlx::Error),
    /// A row of the index does not read back.
    #[error("read the index: {what} is malformed")]
    Malformed {
        /// Which column.
        what: &'static str,
    },
}

impl StoreError {
    pub(crate) fn io(doing: &'static str, source: std::io::Error) -> Self {
        Self::Io { doing, source }
    }

    pub(crate) fn malformed(what: &'static str) -> impl Fn() -> Self {
        move || Self::Malformed { what }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Index(error)
    }
}
