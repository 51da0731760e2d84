//! Keys in a KMS that runs elsewhere, as far as trails name them. The keys themselves are used by the S3 beside
//! it, never by us.

use std::sync::Arc;

use aws_sdk_kms::types::KeyState;
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
}

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
