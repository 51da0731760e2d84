//! What keys need in the course of time: a rotation that is due, and the end of those whose time is up.

use cairn_catalog::{Change, KmsKey, KmsKeyState, Snapshot};
use jiff::Timestamp;

use crate::asked::aliases_of;
use crate::kms::put;
use crate::material::Reason;
use crate::{Kms, Refusal, rotation};

/// What was done to a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// It was rotated.
    Rotated {
        /// The key.
        key: KeyName,
    },
    /// It was deleted: its materials, grants and aliases are gone, and what was encrypted under it is lost.
    Deleted {
        /// The key.
        key: KeyName,
    },
}

/// A key, as a record names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName {
    /// Its ARN.
    pub arn: String,
    /// Its owner.
    pub account: cairn_event::AccountId,
    /// Where it is, or was.
    pub region: cairn_event::Region,
}

impl Kms {
    /// Does one thing that is due, if any is.
    ///
    /// # Errors
    /// It could not be done; it stays due.
    pub async fn keep_up(&self) -> Result<Option<Deed>, Refusal> {
        let now = self.now();
        self.change(|snapshot| {
            for key in snapshot.kms_keys().filter(|key| !key.materials.is_empty()) {
                match key.state {
                    KmsKeyState::PendingDeletion(due) if due <= now => return Ok(deletion(snapshot, key)),
                    KmsKeyState::Enabled if rotation::next(key).is_some_and(|due| due <= now) => {
                        return self.rotation(key, now);
                    }
                    KmsKeyState::Enabled | KmsKeyState::Disabled | KmsKeyState::PendingDeletion(_) => {}
                }
            }
            Ok((Vec::new(), None))
        })
        .await
    }

    /// Returns when the next thing is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        let snapshot = self.catalog.current();
        let due =
            snapshot.kms_keys().filter(|key| !key.materials.is_empty()).filter_map(|key| match key.state {
                KmsKeyState::PendingDeletion(due) => Some(due),
                KmsKeyState::Enabled => rotation::next(key),
                KmsKeyState::Disabled => None,
            });
        due.min()
    }

    fn rotation(&self, key: &KmsKey, now: Timestamp) -> Result<(Vec<Change>, Option<Deed>), Refusal> {
        let material = self.new_material(&key.arn, now, Reason::Due)?;
        let deed = Deed::Rotated { key: name(key) };
        let mut key = key.clone();
        key.materials.push(material);
        Ok((put(key), Some(deed)))
    }
}

/// Drops everything but the id, which stays taken.
fn deletion(snapshot: &Snapshot, key: &KmsKey) -> (Vec<Change>, Option<Deed>) {
    let gone = KmsKey {
        materials: Vec::new(),
        grants: Vec::new(),
        tags: Vec::new(),
        rotation_days: None,
        rotation_since: None,
        ..key.clone()
    };
    let mut changes = put(gone);
    changes.extend(aliases_of(snapshot, key).map(|alias| Change::DeleteKmsAlias { arn: alias.arn.clone() }));
    (changes, Some(Deed::Deleted { key: name(key) }))
}

fn name(key: &KmsKey) -> KeyName {
    KeyName { arn: key.arn.clone(), account: key.account, region: key.region.clone() }
}
