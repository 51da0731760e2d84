//! The life of keys.

use cairn_catalog::{KmsKey, KmsKeyState};
use cairn_wire::kms::{
    CancelKeyDeletionRequest, CancelKeyDeletionResponse, CreateKeyRequest, CreateKeyResponse,
    CustomerMasterKeySpec, DescribeKeyRequest, DescribeKeyResponse, DisableKeyRequest, DisableKeyResponse,
    EnableKeyRequest, EnableKeyResponse, EncryptionAlgorithmSpec, KeyListEntry, KeyManagerType, KeyMetadata,
    KeySpec, KeyState, KeyUsageType, ListKeysRequest, ListKeysResponse, OriginType, ResourceOwnerType,
    ScheduleKeyDeletionRequest, ScheduleKeyDeletionResponse, UpdateKeyDescriptionRequest,
    UpdateKeyDescriptionResponse,
};
use jiff::{SignedDuration, Timestamp};

use crate::grants::check_tokens;
use crate::key_policies;
use crate::kms::put;
use crate::material::Reason;
use crate::page::{self, Paging};
use crate::reference::{Aliases, find};
use crate::{Caller, Kms, Refusal, Touched, state, tags};

/// How many days a key waits for its deletion unless its owner says otherwise.
const WINDOW_DAYS: i32 = 30;

impl Kms {
    pub(crate) async fn create_key(
        &self,
        caller: &Caller,
        request: &CreateKeyRequest,
    ) -> Result<(CreateKeyResponse, Touched), Refusal> {
        check_kind(request)?;
        let policy = match &request.policy {
            Some(policy) => {
                let bypass = request.bypass_policy_lockout_safety_check == Some(true);
                key_policies::check(policy, caller, bypass)?;
                policy.clone()
            }
            None => key_policies::usual(caller.account),
        };
        let tags = tags::checked(request.tags.as_deref().unwrap_or_default())?;
        let description = request.description.clone().unwrap_or_default();
        let key = KmsKey { description, tags, ..self.new_key(caller, policy)? };
        self.change(|_| Ok((put(key.clone()), ()))).await?;
        let touched = Touched { made: Some(key.arn.clone()), ..Touched::default() };
        Ok((CreateKeyResponse { key_metadata: Some(metadata(&key)) }, touched))
    }

    pub(crate) fn describe_key(
        &self,
        caller: &Caller,
        request: &DescribeKeyRequest,
    ) -> Result<DescribeKeyResponse, Refusal> {
        let snapshot = self.catalog.current();
        check_tokens(&snapshot, request.grant_tokens.as_deref())?;
        let key = find(&snapshot, caller, &request.key_id, Aliases::Taken)?.key;
        Ok(DescribeKeyResponse { key_metadata: Some(metadata(&key)) })
    }

    pub(crate) fn list_keys(
        &self,
        caller: &Caller,
        request: &ListKeysRequest,
    ) -> Result<ListKeysResponse, Refusal> {
        let wanted = request.resource_owners.as_deref();
        let own = wanted.is_none_or(|owners| owners.is_empty() || owners.contains(&ResourceOwnerType::Own));
        let snapshot = self.catalog.current();
        let keys = snapshot.kms_keys().filter(|key| own && is_of(key, caller));
        let entries =
            keys.map(|key| KeyListEntry { key_id: Some(key.id.clone()), key_arn: Some(key.arn.clone()) });
        let paging = Paging { marker: request.marker.as_deref(), limit: request.limit, usual: 100 };
        let key = |entry: &KeyListEntry| entry.key_id.clone().unwrap_or_default();
        let page = page::cut(entries, key, caller, &["ListKeys"], paging)?;
        Ok(ListKeysResponse { keys: Some(page.items), next_marker: page.next, truncated: page.truncated })
    }

    pub(crate) async fn enable_key(
        &self,
        caller: &Caller,
        request: &EnableKeyRequest,
    ) -> Result<EnableKeyResponse, Refusal> {
        self.change_key(caller, &request.key_id, |key| {
            state::staying(key)?;
            key.state = KmsKeyState::Enabled;
            Ok(EnableKeyResponse {})
        })
        .await
    }

    pub(crate) async fn disable_key(
        &self,
        caller: &Caller,
        request: &DisableKeyRequest,
    ) -> Result<DisableKeyResponse, Refusal> {
        self.change_key(caller, &request.key_id, |key| {
            state::staying(key)?;
            key.state = KmsKeyState::Disabled;
            Ok(DisableKeyResponse {})
        })
        .await
    }

    pub(crate) async fn update_key_description(
        &self,
        caller: &Caller,
        request: &UpdateKeyDescriptionRequest,
    ) -> Result<UpdateKeyDescriptionResponse, Refusal> {
        self.change_key(caller, &request.key_id, |key| {
            state::staying(key)?;
            key.description.clone_from(&request.description);
            Ok(UpdateKeyDescriptionResponse {})
        })
        .await
    }

    pub(crate) async fn schedule_key_deletion(
        &self,
        caller: &Caller,
        request: &ScheduleKeyDeletionRequest,
    ) -> Result<ScheduleKeyDeletionResponse, Refusal> {
        let days = request.pending_window_in_days.unwrap_or(WINDOW_DAYS);
        // The model takes 1 to 365 here, the service 7 to 30.
        if !(7..=30).contains(&days) {
            return Err(Refusal::Invalid(
                "PendingWindowInDays must be between 7 and 30 days (inclusive)".to_owned(),
            ));
        }
        let due = self.now() + SignedDuration::from_hours(24 * i64::from(days));
        self.change_key(caller, &request.key_id, |key| {
            state::staying(key)?;
            key.state = KmsKeyState::PendingDeletion(due);
            Ok(ScheduleKeyDeletionResponse {
                key_id: Some(key.arn.clone()),
                deletion_date: Some(due.into()),
                key_state: Some(KeyState::PendingDeletion),
                pending_window_in_days: Some(days),
            })
        })
        .await
    }

    pub(crate) async fn cancel_key_deletion(
        &self,
        caller: &Caller,
        request: &CancelKeyDeletionRequest,
    ) -> Result<CancelKeyDeletionResponse, Refusal> {
        self.change_key(caller, &request.key_id, |key| {
            if !matches!(key.state, KmsKeyState::PendingDeletion(_)) {
                return Err(Refusal::NotPendingDeletion(key.arn.clone()));
            }
            key.state = KmsKeyState::Disabled;
            Ok(CancelKeyDeletionResponse { key_id: Some(key.arn.clone()) })
        })
        .await
    }

    /// Finds a key by id, ARN, alias or alias ARN, whoever asks, and returns its ARN and its state.
    ///
    /// # Errors
    /// There is none in the caller's Region, or the name is of no form.
    pub fn find(&self, caller: &Caller, named: &str) -> Result<(String, KmsKeyState), Refusal> {
        let key = find(&self.catalog.current(), caller, named, Aliases::Taken)?.key;
        Ok((key.arn.clone(), key.state))
    }

    /// Makes a key, not yet kept.
    pub(crate) fn new_key(&self, caller: &Caller, policy: String) -> Result<KmsKey, Refusal> {
        let (id, now) = (self.ids.guid(), self.now());
        let arn = caller.arn(&format!("key/{id}"));
        Ok(KmsKey {
            materials: vec![self.new_material(&arn, now, Reason::Due)?],
            arn,
            id,
            account: caller.account,
            region: caller.region.clone(),
            description: String::new(),
            state: KmsKeyState::Enabled,
            policy,
            rotation_days: None,
            rotation_since: None,
            managed_by: None,
            grants: Vec::new(),
            tags: Vec::new(),
            created: now,
        })
    }

    /// Changes one key.
    pub(crate) async fn change_key<T>(
        &self,
        caller: &Caller,
        named: &str,
        change: impl Fn(&mut KmsKey) -> Result<T, Refusal> + Send + Sync,
    ) -> Result<T, Refusal> {
        self.change(|snapshot| {
            let found = find(snapshot, caller, named, Aliases::Refused)?.key;
            let mut key = KmsKey::clone(&found);
            let output = change(&mut key)?;
            let changes = if key == *found { Vec::new() } else { put(key) };
            Ok((changes, output))
        })
        .await
    }
}

/// Tells whether a key is there, in the caller's account and Region.
pub(crate) fn is_of(key: &KmsKey, caller: &Caller) -> bool {
    key.account == caller.account && key.region == caller.region && !key.materials.is_empty()
}

fn metadata(key: &KmsKey) -> KeyMetadata {
    let (state, deletion): (_, Option<Timestamp>) = match key.state {
        KmsKeyState::Enabled => (KeyState::Enabled, None),
        KmsKeyState::Disabled => (KeyState::Disabled, None),
        KmsKeyState::PendingDeletion(due) => (KeyState::PendingDeletion, Some(due)),
    };
    KeyMetadata {
        aws_account_id: Some(key.account.to_string()),
        key_id: key.id.clone(),
        arn: Some(key.arn.clone()),
        creation_date: Some(key.created.into()),
        enabled: Some(state == KeyState::Enabled),
        description: Some(key.description.clone()),
        key_usage: Some(KeyUsageType::EncryptDecrypt),
        key_state: Some(state),
        deletion_date: deletion.map(Into::into),
        origin: Some(OriginType::AwsKms),
        key_manager: Some(if key.managed_by.is_some() {
            KeyManagerType::Aws
        } else {
            KeyManagerType::Customer
        }),
        customer_master_key_spec: Some(CustomerMasterKeySpec::SymmetricDefault),
        key_spec: Some(KeySpec::SymmetricDefault),
        encryption_algorithms: Some(vec![EncryptionAlgorithmSpec::SymmetricDefault]),
        multi_region: Some(false),
        current_key_material_id: key.materials.last().map(|material| material.id.clone()),
        ..KeyMetadata::default()
    }
}

/// Refuses every kind of key but the one that there is.
fn check_kind(request: &CreateKeyRequest) -> Result<(), Refusal> {
    if request.key_spec.is_some() && request.customer_master_key_spec.is_some() {
        let message = "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.";
        return Err(Refusal::Invalid(message.to_owned()));
    }
    let spec = request.key_spec.map(KeySpec::as_str);
    let spec = spec.or(request.customer_master_key_spec.map(CustomerMasterKeySpec::as_str));
    let (usage, origin) =
        (request.key_usage.map(KeyUsageType::as_str), request.origin.map(OriginType::as_str));
    for (member, given, only) in [
        ("KeySpec", spec, "SYMMETRIC_DEFAULT"),
        ("KeyUsage", usage, "ENCRYPT_DECRYPT"),
        ("Origin", origin, "AWS_KMS"),
    ] {
        if let Some(given) = given
            && given != only
        {
            return Err(Refusal::Unsupported(format!("{member} {given} is not supported: {only} alone is.")));
        }
    }
    let refused = [
        ("MultiRegion true", request.multi_region == Some(true)),
        ("CustomKeyStoreId", request.custom_key_store_id.is_some()),
        ("XksKeyId", request.xks_key_id.is_some()),
    ];
    match refused.into_iter().find(|(_, given)| *given) {
        Some((what, _)) => Err(Refusal::Unsupported(format!("{what} is not supported: leave it out."))),
        None => Ok(()),
    }
}
