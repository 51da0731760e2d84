//! How the built-in S3 is set up.

use std::path::PathBuf;

use crate::address::{BaseDomains, DomainError};
use crate::seal::SealingKey;
use crate::store::StoreError;

/// Where the store lives and under which names it is called.
#[derive(Debug, Clone)]
pub struct Config {
    /// The directory of the store; created when absent. One process at a time may open it.
    pub dir: PathBuf,
    /// The domains under which `BUCKET.DOMAIN` is a virtual-hosted bucket; `s3.REGION.amazonaws.com` is
    /// always one. A host that matches none is served path-style.
    pub base_domains: Vec<String>,
    /// Seals the data keys of objects that no KMS key seals. A store made with one opens with no other.
    pub sealing_key: SealingKey,
}

impl Config {
    /// Uses `dir` and the base domains that need no name server: `localhost` and
    /// `s3.localhost`.
    pub fn new(dir: impl Into<PathBuf>, sealing_key: SealingKey) -> Self {
        let base_domains = vec!["localhost".to_owned(), "s3.localhost".to_owned()];
        Self { dir: dir.into(), base_domains, sealing_key }
    }

    pub(crate) fn domains(&self) -> Result<BaseDomains, DomainError> {
        BaseDomains::new(&self.base_domains)
    }
}

/// The built-in S3 could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A base domain is not a domain; fix the configuration.
    #[error("read the base domains of the built-in S3")]
    Domain(#[source] DomainError),
    /// The store did not open.
    #[error("open the object store")]
    Store(#[source] StoreError),
}
