//! Rotation: a key gets a new material, and keeps the old ones to decrypt.

use cairn_catalog::{KeyMaterial, KmsKey};
use cairn_wire::kms::{
    DisableKeyRotationRequest, DisableKeyRotationResponse, EnableKeyRotationRequest,
    EnableKeyRotationResponse, GetKeyRotationStatusRequest, GetKeyRotationStatusResponse, IncludeKeyMaterial,
    KeyMaterialState, ListKeyRotationsRequest, ListKeyRotationsResponse, RotateKeyOnDemandRequest,
    RotateKeyOnDemandResponse, RotationType, RotationsListEntry,
};
use jiff::{SignedDuration, Timestamp};

use crate::material::Reason;
use crate::page::{self, Paging};
use crate::reference::{Aliases, find};
use crate::{Caller, Kms, Refusal, state};

/// How many days pass between rotations unless the owner says otherwise.
pub(crate) const ROTATION_DAYS: u32 = 365;

/// How often an owner may ask for a rotation: KMS's limit.
const ON_DEMAND_MAX: usize = 25;

impl Kms {
    pub(crate) async fn enable_key_rotation(
        &self,
        caller: &Caller,
        request: &EnableKeyRotationRequest,
    ) -> Result<EnableKeyRotationResponse, Refusal> {
        let days = request.rotation_period_in_days.and_then(|days| u32::try_from(days).ok());
        let (days, now) = (days.unwrap_or(ROTATION_DAYS), self.now());
        self.change_key(caller, &request.key_id, |key| {
            state::usable(key)?;
            if key.rotation_days != Some(days) {
                key.rotation_days = Some(days);
                key.rotation_since = Some(now);
            }
            Ok(EnableKeyRotationResponse {})
        })
        .await
    }

    pub(crate) async fn disable_key_rotation(
        &self,
        caller: &Caller,
        request: &DisableKeyRotationRequest,
    ) -> Result<DisableKeyRotationResponse, Refusal> {
        self.change_key(caller, &request.key_id, |key| {
            state::usable(key)?;
            (key.rotation_days, key.rotation_since) = (None, None);
            Ok(DisableKeyRotationResponse {})
        })
        .await
    }

    pub(crate) fn get_key_rotation_status(
        &self,
        caller: &Caller,
        request: &GetKeyRotationStatusRequest,
    ) -> Result<GetKeyRotationStatusResponse, Refusal> {
        let key = find(&self.catalog.current(), caller, &request.key_id, Aliases::Refused)?.key;
        Ok(GetKeyRotationStatusResponse {
            key_rotation_enabled: Some(key.rotation_days.is_some()),
            key_id: Some(key.arn.clone()),
            rotation_period_in_days: key.rotation_days.and_then(|days| i32::try_from(days).ok()),
            next_rotation_date: next(&key).map(Into::into),
            // A rotation is done when it is asked for.
            on_demand_rotation_start_date: None,
        })
    }

    pub(crate) async fn rotate_key_on_demand(
        &self,
        caller: &Caller,
        request: &RotateKeyOnDemandRequest,
    ) -> Result<RotateKeyOnDemandResponse, Refusal> {
        let now = self.now();
        self.change_key(caller, &request.key_id, |key| {
            state::usable(key)?;
            if key.materials.iter().filter(|material| material.on_demand).count() >= ON_DEMAND_MAX {
                let message = format!("A key is rotated on demand at most {ON_DEMAND_MAX} times");
                return Err(Refusal::LimitExceeded(message));
            }
            let material = self.new_material(&key.arn, now, Reason::Asked)?;
            key.materials.push(material);
            Ok(RotateKeyOnDemandResponse { key_id: Some(key.arn.clone()) })
        })
        .await
    }

    pub(crate) fn list_key_rotations(
        &self,
        caller: &Caller,
        request: &ListKeyRotationsRequest,
    ) -> Result<ListKeyRotationsResponse, Refusal> {
        let key = find(&self.catalog.current(), caller, &request.key_id, Aliases::Refused)?.key;
        let all = request.include_key_material == Some(IncludeKeyMaterial::AllKeyMaterial);
        let numbered = key.materials.iter().enumerate().filter(|(at, _)| all || *at > 0);
        let paging = Paging { marker: request.marker.as_deref(), limit: request.limit, usual: 100 };
        let list = ["ListKeyRotations", &key.arn, if all { "all" } else { "" }];
        let page = page::cut(numbered, |(at, _)| format!("{at:06}"), caller, &list, paging)?;
        let last = key.materials.len().saturating_sub(1);
        let rotations =
            page.items.into_iter().map(|(at, material)| entry(&key, material, at, last)).collect();
        Ok(ListKeyRotationsResponse {
            rotations: Some(rotations),
            next_marker: page.next,
            truncated: page.truncated,
        })
    }
}

/// Returns when a key is to be rotated by itself.
pub(crate) fn next(key: &KmsKey) -> Option<Timestamp> {
    let days = key.rotation_days?;
    let rotated = key.materials.iter().skip(1).rev().find(|material| !material.on_demand);
    let since = key.rotation_since.unwrap_or(key.created);
    let from = rotated.map_or(since, |material| material.created.max(since));
    from.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok()
}

fn entry(key: &KmsKey, material: &KeyMaterial, at: usize, last: usize) -> RotationsListEntry {
    let kind = if material.on_demand { RotationType::OnDemand } else { RotationType::Automatic };
    RotationsListEntry {
        key_id: Some(key.arn.clone()),
        key_material_id: Some(material.id.clone()),
        key_material_state: Some(if at == last {
            KeyMaterialState::Current
        } else {
            KeyMaterialState::NonCurrent
        }),
        // The first material came with the key.
        rotation_date: (at > 0).then(|| material.created.into()),
        rotation_type: (at > 0).then_some(kind),
        ..RotationsListEntry::default()
    }
}
