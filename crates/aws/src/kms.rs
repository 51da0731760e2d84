//! Keys in a KMS that runs elsewhere: what trails name, and data keys for the built-in S3. An S3 that runs
//! elsewhere uses such keys itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{DataKeySpec, KeyState};
use cairn_event::Region;

use crate::Connections;
use crate::failure::code;

/// The keys of one endpoint.
#[derive(Debug)]
pub struct KmsKeys {
    connections: Arc<Connections>,
}

/// What KMS says of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyAnswer {
    /// It is enabled.
    Enabled {
        /// Its ARN.
        arn: String,
    },
    /// It is there and can't be used.
    Unusable {
        /// Why.
        reason: String,
    },
    /// There is none by that name, or our credentials may not ask about it.
    Missing,
    /// KMS did not say; the code tells why.
    Unclear(String),
}

impl KmsKeys {
    /// Uses the KMS endpoint of `connections`; nobody is called yet.
    pub fn new(connections: Arc<Connections>) -> Self {
        Self { connections }
    }

    /// Finds a key by id, ARN, alias or alias ARN.
    pub async fn find(&self, region: &Region, key: &str) -> KeyAnswer {
        let Some(client) = self.connections.kms(region) else {
            return KeyAnswer::Unclear(NO_ENDPOINT.to_owned());
        };
        let found = match client.describe_key().key_id(key).send().await {
            Ok(found) => found.key_metadata,
            Err(error) => {
                tracing::debug!(key, error = &error as &dyn std::error::Error, "key not found");
                return match code(&error).as_str() {
                    "NotFoundException" | "AccessDeniedException" | "InvalidArnException" => {
                        KeyAnswer::Missing
                    }
                    other => KeyAnswer::Unclear(other.to_owned()),
                };
            }
        };
        let Some((arn, state)) = found.and_then(|key| Some((key.arn?, key.key_state))) else {
            return KeyAnswer::Missing;
        };
        match state {
            Some(KeyState::Enabled) | None => KeyAnswer::Enabled { arn },
            Some(state) => KeyAnswer::Unusable { reason: format!("{arn} is {}.", wording(&state)) },
        }
    }

    /// Makes a data key of 32 bytes; returns it in the clear and encrypted.
    ///
    /// # Errors
    /// The code of the answer, or why there was none.
    pub async fn generate_data_key(
        &self,
        region: &Region,
        key_arn: &str,
        context: &BTreeMap<String, String>,
    ) -> Result<(Vec<u8>, Vec<u8>), String> {
        let client = self.connections.kms(region).ok_or(NO_ENDPOINT)?;
        let context = context.clone().into_iter().collect();
        let call = client.generate_data_key().key_id(key_arn).key_spec(DataKeySpec::Aes256);
        let made = call.set_encryption_context(Some(context)).send().await.map_err(|error| {
            tracing::warn!(key = key_arn, error = &error as &dyn std::error::Error, "no data key");
            code(&error)
        })?;
        let plaintext = made.plaintext.map(Blob::into_inner).filter(|bytes| bytes.len() == DATA_KEY_LEN);
        plaintext.zip(made.ciphertext_blob.map(Blob::into_inner)).ok_or_else(|| NO_DATA_KEY.to_owned())
    }

    /// Decrypts what a key encrypted.
    ///
    /// # Errors
    /// The code of the answer, or why there was none.
    pub async fn decrypt(
        &self,
        region: &Region,
        key_arn: &str,
        ciphertext: &[u8],
        context: &BTreeMap<String, String>,
    ) -> Result<Vec<u8>, String> {
        let client = self.connections.kms(region).ok_or(NO_ENDPOINT)?;
        let context = context.clone().into_iter().collect();
        let call = client.decrypt().key_id(key_arn).ciphertext_blob(Blob::new(ciphertext));
        let opened = call.set_encryption_context(Some(context)).send().await.map_err(|error| {
            tracing::warn!(key = key_arn, error = &error as &dyn std::error::Error, "data key not decrypted");
            code(&error)
        })?;
        opened.plaintext.map(Blob::into_inner).ok_or_else(|| NO_DATA_KEY.to_owned())
    }
}

/// The length of a data key, bytes.
const DATA_KEY_LEN: usize = 32;

/// The code where the answer lacks what was asked for.
const NO_DATA_KEY: &str = "NoDataKey";

fn wording(state: &KeyState) -> &str {
    match state {
        KeyState::Disabled => "disabled",
        KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => "pending deletion",
        KeyState::PendingImport => "pending import",
        other => other.as_str(),
    }
}

/// The code where no endpoint is configured: nobody asks then.
const NO_ENDPOINT: &str = "EndpointUnreachable";
