//! A password: of a user, or of an account's root user.

use cairn_event::AccountId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::named_key;
use crate::{EntityKind, MasterKey, Owner, PasswordPolicy, SealError, Sealed, SecretBytes, SecretName};

/// What its owner signs in with. The password itself is nowhere: a hash of it is sealed under the owner's unique id,
/// so that a stolen catalog gives nothing to guess at, and a renamed user keeps the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginProfile {
    /// The account.
    pub account: AccountId,
    /// Who signs in with it.
    pub owner: Owner,
    /// The owner's unique id: `AIDA…`, or the account's id for its root user.
    pub principal_id: String,
    /// The hash of the password, in the PHC string format, sealed.
    pub hash: Sealed,
    /// The hashes of the passwords before, the newest first; at most [`PasswordPolicy::REMEMBERED_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub previous: Vec<Sealed>,
    /// Whether a new password must be chosen at the next sign-in.
    #[serde(default)]
    pub reset_required: bool,
    /// When the profile was made.
    pub created: Timestamp,
    /// When the password was set.
    pub changed: Timestamp,
}

impl LoginProfile {
    /// Returns the name under which the hashes of `principal_id` are sealed.
    pub fn secret_name(principal_id: &str) -> SecretName<'_> {
        SecretName { kind: EntityKind::LoginProfile.as_str(), key: principal_id }
    }

    /// Opens the hash.
    ///
    /// # Errors
    /// The master key is another one, or the sealed bytes were changed or belong to somebody else.
    pub fn open_hash(&self, master: &MasterKey) -> Result<SecretBytes, SealError> {
        master.open(Self::secret_name(&self.principal_id), &self.hash)
    }

    /// Returns when the password is too old under a policy; `None` where passwords do not age.
    pub fn expires(&self, policy: Option<&PasswordPolicy>) -> Option<Timestamp> {
        let days = policy?.max_age_days?;
        self.changed.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok()
    }

    pub(crate) fn key(&self) -> String {
        owner_key(&self.account, &self.owner)
    }
}

/// The key in the store of what an account's principal has at most one of. No user's name is empty.
pub(crate) fn owner_key(account: &AccountId, owner: &Owner) -> String {
    match owner {
        Owner::Root => named_key(account, ""),
        Owner::User(name) => named_key(account, name),
    }
}
