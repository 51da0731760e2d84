//! Passwords, MFA devices and password policies of a revision.

use std::sync::Arc;

use cairn_event::AccountId;

use super::{Snapshot, apply};
use crate::entity::owner_key;
use crate::{EntityKind, LoginProfile, MasterKey, MfaDevice, Owner, PasswordPolicy, Refusal, SealError};

impl Snapshot {
    /// Returns the password of an account's principal.
    pub fn login_profile(&self, account: &AccountId, owner: &Owner) -> Option<&LoginProfile> {
        self.login_profiles.get(&owner_key(account, owner)).map(Arc::as_ref)
    }

    /// Returns an MFA device by its serial number.
    pub fn mfa_device(&self, serial: &str) -> Option<&MfaDevice> {
        self.mfa_devices.get(serial).map(Arc::as_ref)
    }

    /// Lists the MFA devices of an account, enabled or not, by serial number.
    pub fn mfa_devices<'a>(&'a self, account: &'a AccountId) -> impl Iterator<Item = &'a MfaDevice> {
        self.mfa_devices.values().map(Arc::as_ref).filter(move |device| device.account == *account)
    }

    /// Lists the MFA devices with one of which an account's principal must sign in, by serial number.
    pub fn mfa_devices_of<'a>(
        &'a self,
        account: &'a AccountId,
        owner: &'a Owner,
    ) -> impl Iterator<Item = &'a MfaDevice> {
        self.mfa_devices(account).filter(move |device| device.is_of(owner))
    }

    /// Returns an account's password policy; `None` where none was put.
    pub fn password_policy(&self, account: &AccountId) -> Option<&PasswordPolicy> {
        self.password_policies.get(account).map(Arc::as_ref)
    }

    /// Tries whether the hashes and seeds open under `master`.
    pub(super) fn check_passwords(&self, master: &MasterKey) -> Result<(), SealError> {
        for profile in self.login_profiles.values() {
            for hash in std::iter::once(&profile.hash).chain(&profile.previous) {
                master.open(LoginProfile::secret_name(&profile.principal_id), hash)?;
            }
        }
        for device in self.mfa_devices.values() {
            device.open_seed(master)?;
        }
        Ok(())
    }

    /// Tells whether an account has such a principal.
    pub(super) fn is_someone(&self, account: &AccountId, owner: &Owner) -> bool {
        match owner {
            Owner::Root => true,
            Owner::User(name) => self.user(account, name).is_some(),
        }
    }

    /// Tells whether a device is nobody's yet, or of somebody who is there.
    pub(super) fn is_of_someone(&self, device: &MfaDevice) -> bool {
        device.enabled.as_ref().is_none_or(|enabled| self.is_someone(&device.account, &enabled.owner))
    }

    /// Checks that a removed user leaves neither password nor device.
    pub(super) fn check_sign_in_of_removed(&self, user: &str) -> Result<(), Refusal> {
        let left = |kind, key| Err(Refusal::Orphan { kind, key, owner: EntityKind::User });
        if self.login_profiles.contains_key(user) {
            return left(EntityKind::LoginProfile, user.to_owned());
        }
        let Some((account, name)) = apply::parse_named_key(user) else { return Ok(()) };
        let owner = Owner::User(name.to_owned());
        match self.mfa_devices_of(&account, &owner).next() {
            Some(device) => left(EntityKind::MfaDevice, device.serial.clone()),
            None => Ok(()),
        }
    }
}
