//! What a key's state lets be done.

use cairn_catalog::{KmsKey, KmsKeyState};

use crate::Refusal;

/// Refuses a key that is disabled or waits for its deletion: nothing is encrypted or decrypted under it.
pub(crate) fn usable(key: &KmsKey) -> Result<(), Refusal> {
    match key.state {
        KmsKeyState::Enabled => Ok(()),
        KmsKeyState::Disabled => Err(Refusal::Disabled(key.arn.clone())),
        KmsKeyState::PendingDeletion(_) => Err(Refusal::PendingDeletion(key.arn.clone())),
    }
}

/// Refuses a key that waits for its deletion.
pub(crate) fn staying(key: &KmsKey) -> Result<(), Refusal> {
    match key.state {
        KmsKeyState::Enabled | KmsKeyState::Disabled => Ok(()),
        KmsKeyState::PendingDeletion(_) => Err(Refusal::PendingDeletion(key.arn.clone())),
    }
}
