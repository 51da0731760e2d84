//! A virtual MFA device: what makes the codes of a second factor.

use cairn_event::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Tag;
use crate::{EntityKind, MasterKey, Owner, SealError, Sealed, SecretBytes, SecretName};

/// A virtual device, made for nobody at first. Its seed is sealed for this very serial number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MfaDevice {
    /// The serial number, which is an ARN: `arn:aws:iam::123456789012:mfa/phone`.
    pub serial: String,
    /// The account.
    pub account: AccountId,
    /// The name, without path.
    pub name: String,
    /// The path, `/` unless given.
    pub path: String,
    /// The seed of the codes, sealed.
    pub seed: Sealed,
    /// When it was made.
    pub created: Timestamp,
    /// Who signs in with it; nobody before it is enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<EnabledMfa>,
    /// The tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

/// Who must show a device's code to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnabledMfa {
    /// The principal of the account.
    pub owner: Owner,
    /// Since when.
    pub since: Timestamp,
    /// How many steps of thirty seconds the device's clock is ahead of ours.
    #[serde(default)]
    pub drift_steps: i64,
    /// The step of the newest code that enabled or resynchronized it: no code up to it is taken again.
    pub used_step: u64,
}

impl MfaDevice {
    /// Returns the name under which the seed of the device `serial` is sealed.
    pub fn secret_name(serial: &str) -> SecretName<'_> {
        SecretName { kind: EntityKind::MfaDevice.as_str(), key: serial }
    }

    /// Opens the seed.
    ///
    /// # Errors
    /// The master key is another one, or the sealed bytes were changed or belong to another device.
    pub fn open_seed(&self, master: &MasterKey) -> Result<SecretBytes, SealError> {
        master.open(Self::secret_name(&self.serial), &self.seed)
    }

    /// Tells whether the device is enabled for a principal of its account.
    pub fn is_of(&self, owner: &Owner) -> bool {
        self.enabled.as_ref().is_some_and(|enabled| enabled.owner == *owner)
    }
}
