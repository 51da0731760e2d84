//! A code of a device, shown once.

use cairn_catalog::{Catalog, CursorError, MasterKey, MfaDevice, SealError, StateChange, StoreError};
use jiff::Timestamp;

use crate::{Code, Seed};

/// A code could be neither taken nor refused.
#[derive(Debug, thiserror::Error)]
pub enum SecondFactorError {
    /// The seed does not open.
    #[error("open the seed of an MFA device")]
    Seal(#[from] SealError),
    /// What was used before can't be read.
    #[error("read which codes of an MFA device were used")]
    Read(#[from] StoreError),
    /// What is kept of it is no step.
    #[error("read the step of the newest code of an MFA device")]
    Unreadable(#[source] std::num::ParseIntError),
    /// That the code is used can't be remembered.
    #[error("remember that a code of an MFA device was used")]
    Remember(#[source] CursorError),
}

/// Tells whether an enabled device shows this code now, and takes the code: neither it nor one before it is right
/// again. A device that is enabled for nobody shows none.
///
/// # Errors
/// See [`SecondFactorError`]; the code may be used then.
pub async fn take_code(
    catalog: &dyn Catalog,
    master: &MasterKey,
    device: &MfaDevice,
    code: Code,
    now: Timestamp,
) -> Result<bool, SecondFactorError> {
    let Some(enabled) = &device.enabled else { return Ok(false) };
    let seed = Seed::from_bytes(device.open_seed(master)?.expose());
    let name = format!("{STATES}{}", device.serial);
    let known = catalog.state(&name).await?;
    let used = known.as_ref().map(|state| state.body.parse()).transpose();
    let used: u64 = used.map_err(SecondFactorError::Unreadable)?.unwrap_or_default();
    let Some(step) = seed.accepts(code, now, enabled.drift_steps, enabled.used_step.max(used)) else {
        return Ok(false);
    };
    let expected = known.map(|state| state.version);
    match catalog.set_state(StateChange { name, expected, body: step.to_string() }).await {
        Ok(()) => Ok(true),
        // Somebody showed a code at the same moment: one code lets one in.
        Err(CursorError::Moved { .. }) => Ok(false),
        Err(error) => Err(SecondFactorError::Remember(error)),
    }
}

/// How the names of the states begin that hold the step of the newest code of a device.
const STATES: &str = "mfa-used/";
