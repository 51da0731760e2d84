//! A key of the built-in KMS, and the aliases that name keys.

use cairn_event::{AccountId, Region};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Tag;
use crate::{EntityKind, Sealed, SecretName};

/// A symmetric key. Ciphertexts name the material they were made with, so old ones open after a rotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KmsKey {
    /// `arn:aws:kms:{region}:{account}:key/{id}`.
    pub arn: String,
    /// The id, a UUID.
    pub id: String,
    /// The owner.
    pub account: AccountId,
    /// Where it is.
    pub region: Region,
    /// What its owner says about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether it can be used.
    pub state: KmsKeyState,
    /// The key policy, a JSON document.
    pub policy: String,
    /// The materials, oldest first; the last one encrypts. A key without any is gone, and only its id stays taken.
    pub materials: Vec<KeyMaterial>,
    /// How many days pass between rotations; `None` when it is not rotated by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation_days: Option<u32>,
    /// When rotation was last turned on: days are counted from here until the first rotation that is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation_since: Option<Timestamp>,
    /// The service that the key was made for, such as `s3`; `None` for a customer's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
    /// Who else may use it, and for what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<Grant>,
    /// The tags, in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// When it was made.
    pub created: Timestamp,
}

/// Whether a key can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KmsKeyState {
    /// It can.
    Enabled,
    /// It can not, until it is enabled.
    Disabled,
    /// It can not, and its materials go at this instant.
    PendingDeletion(Timestamp),
}

/// One generation of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyMaterial {
    /// Its id within the key: 64 hexadecimal digits.
    pub id: String,
    /// 32 bytes, sealed.
    pub secret: Sealed,
    /// When it was made.
    pub created: Timestamp,
    /// Whether its making was asked for, rather than due.
    #[serde(default)]
    pub on_demand: bool,
}

/// A grant: a permission to use a key that lies beside the key's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its id: 64 hexadecimal digits.
    pub id: String,
    /// The token that stands for it.
    pub token: String,
    /// Its name, where one was given: makes a repeated CreateGrant the same grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who may use the key: an ARN or a service principal.
    pub grantee: String,
    /// Who may retire the grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retiring: Option<String>,
    /// The operations, as KMS spells them.
    pub operations: Vec<String>,
    /// What the encryption context must be, as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraints: Option<String>,
    /// The account that made it.
    pub issuer: AccountId,
    /// When it was made.
    pub created: Timestamp,
}

/// A name for a key, unique in its account and Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KmsAlias {
    /// `arn:aws:kms:{region}:{account}:{name}`.
    pub arn: String,
    /// `alias/…`.
    pub name: String,
    /// The owner.
    pub account: AccountId,
    /// Where it is.
    pub region: Region,
    /// The id of the key it names, of the same account and Region.
    pub key_id: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it last came to name another key.
    pub updated: Timestamp,
}

impl KmsKey {
    /// Returns the name under which the secrets of the materials of the key `arn` are sealed.
    pub fn secret_name(arn: &str) -> SecretName<'_> {
        SecretName { kind: EntityKind::KmsKey.as_str(), key: arn }
    }
}
