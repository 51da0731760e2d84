//! Where objects are read: buckets behind an API, or a directory.

use cairn_digest::verify::{Content, ContentFault, Inflated, Metadata, Object};
use jiff::Timestamp;

use super::local::LocalStore;
use super::s3::S3Store;

/// A place that holds digests and log files.
#[derive(Debug)]
pub(super) enum Store {
    S3(S3Store),
    Local(LocalStore),
}

/// An object, read to its end and not kept.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) content: Result<Inflated, ContentFault>,
    pub(super) metadata: Metadata,
    /// How many bytes were fetched.
    pub(super) bytes: u64,
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) key: String,
    pub(super) bytes: u64,
    pub(super) modified: Option<Timestamp>,
}

/// A piece of a listing, in the order of keys.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) objects: Vec<Listed>,
    /// Whether there are more after the last of them.
    pub(super) is_followed: bool,
}

/// An object or a listing can't be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    /// There is no object of that key.
    #[error("find the object")]
    NotFound,
    /// The store said no, or never answered, or the file system failed.
    #[error("{0}")]
    Failed(String),
}

impl Store {
    /// Reads an object to its end. `begin` says what is wanted of it; it is called once a try.
    pub(super) async fn read(&self, object: &Object, begin: fn() -> Content) -> Result<Read, FetchError> {
        match self {
            Self::S3(store) => store.read(object, begin).await,
            Self::Local(store) => store.read(object, begin).await,
        }
    }

    /// Lists objects whose keys begin with `prefix` and sort after `after`.
    pub(super) async fn list(&self, bucket: &str, prefix: &str, after: &str) -> Result<Page, FetchError> {
        match self {
            Self::S3(store) => store.list(bucket, prefix, after).await,
            Self::Local(store) => store.list(bucket, prefix, after).await,
        }
    }

    /// Says whether objects may lie there without their metadata.
    pub(super) fn lacks_metadata(&self) -> bool {
        matches!(self, Self::Local(_))
    }
}
