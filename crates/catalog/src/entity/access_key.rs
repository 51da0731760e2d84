//! A long-term access key.

use cairn_event::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{EntityKind, MasterKey, SealError, Sealed, SecretBytes, SecretName};

/// An access key. Its secret is sealed for this very key id: [`AccessKey::secret_name`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    /// The key id, `AKIA…`.
    pub id: String,
    /// The account whose principal owns it.
    pub account: AccountId,
    /// The principal that owns it.
    pub owner: Owner,
    /// The secret access key, sealed.
    pub secret: Sealed,
    /// Whether requests may be signed with it.
    pub status: AccessKeyStatus,
    /// When it was made.
    pub created: Timestamp,
}

/// Who owns an access key within its account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owner {
    /// The account's root user.
    Root,
    /// The user of this name.
    User(String),
}

/// Whether an access key may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessKeyStatus {
    /// It may.
    Active,
    /// It may not; requests signed with it are refused.
    Inactive,
}

impl AccessKey {
    /// Returns the name under which the secret of the key `id` is sealed.
    pub fn secret_name(id: &str) -> SecretName<'_> {
        SecretName { kind: EntityKind::AccessKey.as_str(), key: id }
    }

    /// Opens the secret.
    ///
    /// # Errors
    /// The master key is another one, or the sealed bytes were changed or belong to another key id.
    pub fn open_secret(&self, master: &MasterKey) -> Result<SecretBytes, SealError> {
        master.open(Self::secret_name(&self.id), &self.secret)
    }
}
