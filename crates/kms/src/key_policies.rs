//! Key policies: one for each key, named `default`.

use cairn_access::{ADMINISTRATOR_ACCESS, AccessRequest, Context, Policies, Policy, PolicyKind, evaluate};
use cairn_event::AccountId;
use cairn_wire::kms::{
    GetKeyPolicyRequest, GetKeyPolicyResponse, ListKeyPoliciesRequest, ListKeyPoliciesResponse,
    PutKeyPolicyRequest, PutKeyPolicyResponse,
};

use crate::page::{self, Paging};
use crate::reference::{Aliases, find};
use crate::{Caller, Kms, Refusal};

/// The only policy that a key has.
const NAME: &str = "default";

impl Kms {
    pub(crate) fn get_key_policy(
        &self,
        caller: &Caller,
        request: &GetKeyPolicyRequest,
    ) -> Result<GetKeyPolicyResponse, Refusal> {
        let key = find(&self.catalog.current(), caller, &request.key_id, Aliases::Refused)?.key;
        check_name(request.policy_name.as_deref())?;
        Ok(GetKeyPolicyResponse { policy: Some(key.policy.clone()), policy_name: Some(NAME.to_owned()) })
    }

    pub(crate) async fn put_key_policy(
        &self,
        caller: &Caller,
        request: &PutKeyPolicyRequest,
    ) -> Result<PutKeyPolicyResponse, Refusal> {
        check_name(request.policy_name.as_deref())?;
        check(&request.policy, caller, request.bypass_policy_lockout_safety_check == Some(true))?;
        self.change_key(caller, &request.key_id, |key| {
            key.policy.clone_from(&request.policy);
            Ok(PutKeyPolicyResponse {})
        })
        .await
    }

    pub(crate) fn list_key_policies(
        &self,
        caller: &Caller,
        request: &ListKeyPoliciesRequest,
    ) -> Result<ListKeyPoliciesResponse, Refusal> {
        let key = find(&self.catalog.current(), caller, &request.key_id, Aliases::Refused)?.key;
        let paging = Paging { marker: request.marker.as_deref(), limit: request.limit, usual: 100 };
        let list = ["ListKeyPolicies", &key.arn];
        // The model declares no error for a marker of another list; there is no second page to begin with.
        let page = page::cut([NAME.to_owned()], String::clone, caller, &list, paging)
            .map_err(|refusal| Refusal::Invalid(refusal.to_string()))?;
        Ok(ListKeyPoliciesResponse {
            policy_names: Some(page.items),
            next_marker: page.next,
            truncated: page.truncated,
        })
    }
}

/// Returns the policy of a key that was made without one, written as KMS writes it: the account's own policies
/// decide.
pub(crate) fn usual(account: AccountId) -> String {
    format!(
        r#"{{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {{
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "arn:aws:iam::{account}:root"
    }},
    "Action" : "kms:*",
    "Resource" : "*"
  }} ]
}}"#
    )
}

/// Checks a policy that is to be put. Unless `bypass` is given, whoever puts it must be able to put another
/// afterwards: by the policy itself, or because it leaves the choice to the account.
pub(crate) fn check(text: &str, caller: &Caller, bypass: bool) -> Result<(), Refusal> {
    if text.len() > Policy::KEY_BYTES_MAX {
        let message = format!("A key policy has at most {} bytes", Policy::KEY_BYTES_MAX);
        return Err(Refusal::LimitExceeded(message));
    }
    let malformed = |error: cairn_access::PolicyError| Refusal::PolicyMalformed(error.to_string());
    let policy = Policy::parse(PolicyKind::Key, text).map_err(malformed)?;
    if bypass {
        return Ok(());
    }
    let identity = [Policy::parse(PolicyKind::Identity, ADMINISTRATOR_ACCESS).map_err(Refusal::internal)?];
    let policies = Policies { identity: &identity, resource: Some(&policy), ..Policies::default() };
    let request = AccessRequest {
        principal: &caller.principal,
        action: "kms:PutKeyPolicy",
        resource: &caller.arn("key/*"),
        resource_account: caller.account,
        context: Context::default().with("kms:CallerAccount", caller.account.to_string()),
    };
    if evaluate(&policies, &request).is_allowed() { Ok(()) } else { Err(Refusal::Lockout) }
}

fn check_name(name: Option<&str>) -> Result<(), Refusal> {
    if name.is_none_or(|name| name == NAME) { Ok(()) } else { Err(Refusal::PolicyMissing) }
}
