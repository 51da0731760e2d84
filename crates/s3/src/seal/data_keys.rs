//! Where data keys of SSE-KMS come from.

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;

use super::data_key::DataKey;

/// Makes and opens data keys in the name of one caller. The server puts one beside each request; without a
/// KMS there is [`NoKms`].
#[async_trait]
pub trait DataKeys: Debug + Send + Sync {
    /// Makes a data key under a KMS key.
    ///
    /// # Errors
    /// See [`KeyRefused`].
    async fn generate(&self, request: KeyRequest<'_>) -> Result<GeneratedKey, KeyRefused>;

    /// Opens a sealed data key.
    ///
    /// # Errors
    /// See [`KeyRefused`].
    async fn decrypt(&self, request: KeyRequest<'_>, sealed: &[u8]) -> Result<DataKey, KeyRefused>;
}

/// Which KMS key is used, and for what.
#[derive(Debug, Clone, Copy)]
pub struct KeyRequest<'a> {
    /// The key: an id, an ARN, an alias or an alias ARN.
    pub key_id: &'a str,
    /// The Region of the bucket, where the key must be.
    pub region: &'a str,
    /// The encryption context.
    pub context: &'a BTreeMap<String, String>,
}

/// A new data key.
#[derive(Debug, Clone)]
pub struct GeneratedKey {
    /// The key.
    pub key: DataKey,
    /// The same, sealed by KMS.
    pub sealed: Vec<u8>,
    /// The ARN of the KMS key.
    pub key_arn: String,
}

/// Why KMS gave no data key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefused {
    /// The caller may not use the key.
    #[error("use the KMS key: it is denied")]
    Denied {
        /// KMS's message for the caller.
        message: String,
    },
    /// KMS refuses to use the key, for anyone.
    #[error("use the KMS key: KMS answers {code}")]
    Refused {
        /// KMS's code, such as `DisabledException`.
        code: String,
        /// KMS's message for the caller.
        message: String,
    },
    /// KMS can't answer now.
    #[error("use the KMS key: KMS does not answer")]
    Unavailable,
}

/// No KMS: every key is unknown.
#[derive(Debug, Clone, Copy)]
pub struct NoKms;

#[async_trait]
impl DataKeys for NoKms {
    async fn generate(&self, request: KeyRequest<'_>) -> Result<GeneratedKey, KeyRefused> {
        Err(unknown(request.key_id))
    }

    async fn decrypt(&self, request: KeyRequest<'_>, _sealed: &[u8]) -> Result<DataKey, KeyRefused> {
        Err(unknown(request.key_id))
    }
}

fn unknown(key_id: &str) -> KeyRefused {
    KeyRefused::Refused { code: "NotFoundException".to_owned(), message: format!("Invalid keyId {key_id}") }
}
