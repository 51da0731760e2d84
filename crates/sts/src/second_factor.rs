//! The second factor of a call: which device it names. Whoever proves its code tells so in [`Asker`].

use cairn_access::Principal;
use cairn_catalog::{MfaDevice, Owner, Snapshot};
use cairn_wire::sts::{AssumeRoleRequest, GetSessionTokenRequest};

use crate::{Asker, Refusal};

/// A device and the code that it is said to show, as a call names them.
#[derive(Clone, Copy)]
pub struct ShownFactor<'a> {
    serial: Option<&'a str>,
    code: Option<&'a str>,
}

impl<'a> ShownFactor<'a> {
    /// Reads what a call of AssumeRole shows.
    pub fn of_assume_role(request: &'a AssumeRoleRequest) -> Self {
        Self { serial: request.serial_number.as_deref(), code: request.token_code.as_deref() }
    }

    /// Reads what a call of GetSessionToken shows.
    pub fn of_get_session_token(request: &'a GetSessionTokenRequest) -> Self {
        Self { serial: request.serial_number.as_deref(), code: request.token_code.as_deref() }
    }

    /// Finds the device, which must be the caller's own, and returns it with the code; nothing where none is shown.
    ///
    /// # Errors
    /// One is named without the other, or the device is not the caller's: nobody learns whether it is another's.
    pub fn device<'s>(
        self,
        asker: &Asker<'_>,
        snapshot: &'s Snapshot,
    ) -> Result<Option<(&'s MfaDevice, &'a str)>, Refusal> {
        let (serial, code) = match (self.serial, self.code) {
            (None, None) => return Ok(None),
            (Some(serial), Some(code)) => (serial, code),
            _ => return Err(Refusal::SecondFactorHalf),
        };
        let owner = match asker.principal() {
            Principal::Root { .. } => Owner::Root,
            Principal::User { name, .. } => Owner::User(name.clone()),
            // Nobody but users has devices.
            _ => return Err(Refusal::SecondFactorForeign),
        };
        let device = snapshot.mfa_device(serial).filter(|device| device.account == asker.account);
        let device = device.filter(|device| device.is_of(&owner));
        Ok(Some((device.ok_or(Refusal::SecondFactorForeign)?, code)))
    }

    /// Refuses a code that nobody has proven.
    pub(crate) fn demand_proven(self, asker: &Asker<'_>) -> Result<(), Refusal> {
        let shown = self.serial.is_some() || self.code.is_some();
        if shown && asker.mfa.is_none() { Err(Refusal::SecondFactor) } else { Ok(()) }
    }
}

impl std::fmt::Debug for ShownFactor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShownFactor").field("serial", &self.serial).finish_non_exhaustive()
    }
}
