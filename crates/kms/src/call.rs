//! From a decoded call to its use case.

use std::collections::BTreeMap;

use cairn_wire::kms::{Operation, Request};
use serde::Serialize;
use serde_json::Value;

use crate::{Caller, Kms, Refusal};

/// What a call answers, and what it came to concern.
pub struct Done {
    /// The operation's output under the names of the service model. It may hold a plaintext: `Debug` does not
    /// show it.
    pub output: Value,
    /// What the record tells beside.
    pub touched: Touched,
}

/// What a call came to concern beside what it named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// The ARN of a key that was made.
    pub made: Option<String>,
    /// Ids of key materials and of grants, by the names that records have for them.
    pub additional: BTreeMap<&'static str, String>,
}

impl Kms {
    /// Makes a call that is allowed.
    ///
    /// # Errors
    /// Whatever the operation declares, and broken constraints.
    pub async fn call(&self, caller: &Caller, request: &Request) -> Result<Done, Refusal> {
        let kms = self;
        match request.operation() {
            Operation::CancelKeyDeletion => plain(kms.cancel_key_deletion(caller, &request.input()?).await),
            Operation::CreateAlias => plain(kms.create_alias(caller, &request.input()?).await),
            Operation::CreateGrant => told(kms.create_grant(caller, &request.input()?).await),
            Operation::CreateKey => told(kms.create_key(caller, &request.input()?).await),
            Operation::Decrypt => told(kms.decrypt(caller, &request.input()?)),
            Operation::DeleteAlias => plain(kms.delete_alias(caller, &request.input()?).await),
            Operation::DescribeKey => plain(kms.describe_key(caller, &request.input()?)),
            Operation::DisableKey => plain(kms.disable_key(caller, &request.input()?).await),
            Operation::DisableKeyRotation => plain(kms.disable_key_rotation(caller, &request.input()?).await),
            Operation::EnableKey => plain(kms.enable_key(caller, &request.input()?).await),
            Operation::EnableKeyRotation => plain(kms.enable_key_rotation(caller, &request.input()?).await),
            Operation::Encrypt => told(kms.encrypt(caller, &request.input()?)),
            Operation::GenerateDataKey => told(kms.generate_data_key(caller, &request.input()?)),
            Operation::GenerateDataKeyWithoutPlaintext => {
                told(kms.generate_data_key_without_plaintext(caller, &request.input()?))
            }
            Operation::GenerateRandom => plain(kms.generate_random(&request.input()?)),
            Operation::GetKeyPolicy => plain(kms.get_key_policy(caller, &request.input()?)),
            Operation::GetKeyRotationStatus => plain(kms.get_key_rotation_status(caller, &request.input()?)),
            Operation::ListAliases => plain(kms.list_aliases(caller, &request.input()?)),
            Operation::ListGrants => plain(kms.list_grants(caller, &request.input()?)),
            Operation::ListKeyPolicies => plain(kms.list_key_policies(caller, &request.input()?)),
            Operation::ListKeyRotations => plain(kms.list_key_rotations(caller, &request.input()?)),
            Operation::ListKeys => plain(kms.list_keys(caller, &request.input()?)),
            Operation::ListResourceTags => plain(kms.list_resource_tags(caller, &request.input()?)),
            Operation::ListRetirableGrants => plain(kms.list_retirable_grants(caller, &request.input()?)),
            Operation::PutKeyPolicy => plain(kms.put_key_policy(caller, &request.input()?).await),
            Operation::ReEncrypt => told(kms.re_encrypt(caller, &request.input()?)),
            Operation::RetireGrant => told(kms.retire_grant(caller, &request.input()?).await),
            Operation::RevokeGrant => told(kms.revoke_grant(caller, &request.input()?).await),
            Operation::RotateKeyOnDemand => plain(kms.rotate_key_on_demand(caller, &request.input()?).await),
            Operation::ScheduleKeyDeletion => {
                plain(kms.schedule_key_deletion(caller, &request.input()?).await)
            }
            Operation::TagResource => plain(kms.tag_resource(caller, &request.input()?).await),
            Operation::UntagResource => plain(kms.untag_resource(caller, &request.input()?).await),
            Operation::UpdateAlias => plain(kms.update_alias(caller, &request.input()?).await),
            Operation::UpdateKeyDescription => {
                plain(kms.update_key_description(caller, &request.input()?).await)
            }
        }
    }
}

impl std::fmt::Debug for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Done").field("touched", &self.touched).finish_non_exhaustive()
    }
}

fn plain<T: Serialize>(outcome: Result<T, Refusal>) -> Result<Done, Refusal> {
    told(outcome.map(|output| (output, Touched::default())))
}

fn told<T: Serialize>(outcome: Result<(T, Touched), Refusal>) -> Result<Done, Refusal> {
    let (output, touched) = outcome?;
    Ok(Done { output: serde_json::to_value(output).map_err(Refusal::internal)?, touched })
}
