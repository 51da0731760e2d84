//! The bucket seam: whoever can hold a log's objects.

use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;
use cairn_catalog::Trail;

/// An object of a log, in the bucket of a trail.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The trail whose log it is: gives the owner and the source ARN that policies ask for.
    pub trail: &'a Trail,
    /// The bucket, which the trail may have left since.
    pub bucket: &'a str,
    /// The full key.
    pub key: &'a str,
}

/// A log's object could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// The bucket said no; trying again may succeed once the bucket or its policy is mended.
    #[error("use the log's bucket: it answered {code}")]
    Refused {
        /// The S3 error code, such as `NoSuchBucket` or `AccessDenied`.
        code: String,
    },
    /// Other bytes lie under the key. Nothing is overwritten.
    #[error("put a tile: other bytes already lie under its key")]
    Different,
}

/// Holds the objects of logs. Implemented by the built-in S3, and by clients of one that runs elsewhere.
#[async_trait]
pub trait TileStore: Send + Sync + Debug {
    /// Reads an object; none where there is none.
    ///
    /// # Errors
    /// [`TileError::Refused`].
    async fn get(&self, place: Place<'_>) -> Result<Option<Bytes>, TileError>;

    /// Writes an object unless its key is taken; the same bytes there already are as good. Durable when it
    /// returns.
    ///
    /// # Errors
    /// See [`TileError`].
    async fn put_once(&self, place: Place<'_>, body: Bytes) -> Result<(), TileError>;

    /// Writes an object, whatever was there. Durable when it returns.
    ///
    /// # Errors
    /// [`TileError::Refused`].
    async fn overwrite(&self, place: Place<'_>, body: Bytes) -> Result<(), TileError>;
}
