//! The bucket seam: whoever can hold log files.

use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;
use cairn_catalog::{Revision, Trail};
use cairn_event::Region;

use crate::log_file::Folder;

/// A log file or digest on its way to a bucket.
#[derive(Debug, Clone)]
pub struct LogFilePut<'a> {
    /// The trail it belongs to: gives the bucket, the owner and the source ARN that policies ask for.
    pub trail: &'a Trail,
    /// The revision of the configuration that sent the events here. A bucket's policy may ask for the trail's
    /// organization, which may be gone by now.
    pub revision: Revision,
    /// The Region whose events are inside.
    pub region: &'a Region,
    /// The kind folder that it lies in.
    pub folder: Folder,
    /// The full object key.
    pub key: &'a str,
    /// The gzip bytes.
    pub body: Bytes,
    /// User metadata, names without `x-amz-meta-`: a digest's signature.
    pub metadata: &'a [(&'a str, &'a str)],
}

/// A log file is in its bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It was written now.
    Created,
    /// The same bytes were there already, from an attempt that a crash cut short.
    AlreadyThere,
}

/// A log file is not in its bucket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PutError {
    /// The bucket said no. The code is what `GetTrailStatus` shows; trying again may succeed once the
    /// bucket or its policy is mended.
    #[error("put a log file: the bucket answered {code}")]
    Refused {
        /// The S3 error code, such as `NoSuchBucket` or `AccessDenied`.
        code: String,
    },
    /// Other bytes lie under the key. Nothing is overwritten: an operator must look.
    #[error("put a log file: other bytes already lie under its key")]
    Different,
}

impl PutError {
    /// Returns the code that `GetTrailStatus` shows.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused { code } => code,
            Self::Different => "ObjectAlreadyExists",
        }
    }

    /// Says whether the bucket let CloudTrail not write under the key; elsewhere it may.
    pub fn is_denied(&self) -> bool {
        self.code() == "AccessDenied"
    }
}

/// Holds log files. Implemented by the built-in S3, and by clients of one that runs elsewhere.
#[async_trait]
pub trait LogBucket: Send + Sync + Debug {
    /// Writes a log file unless its key is taken; durable when it returns.
    ///
    /// # Errors
    /// See [`PutError`].
    async fn put_once(&self, put: LogFilePut<'_>) -> Result<Put, PutError>;
}
