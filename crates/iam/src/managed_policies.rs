//! CreatePolicy, GetPolicy, ListPolicies, DeletePolicy.

use cairn_catalog::{Change, ManagedPolicy, PolicyVersion, Snapshot};
use cairn_event::AccountId;
use cairn_wire::iam::{
    CreatePolicyRequest, CreatePolicyResponse, DeletePolicyRequest, GetPolicyRequest, GetPolicyResponse,
    ListPoliciesRequest, ListPoliciesResponse, PolicyScopeType, PolicyUsageType,
};

use crate::managed::{Managed, Uses, check_arn};
use crate::page::{List, Page, Paging};
use crate::users::ROOT_PATH;
use crate::{Caller, Iam, Refusal, aws_policies, document, fresh, quota, tags};

impl Iam {
    pub(crate) async fn create_policy(
        &self,
        caller: &Caller,
        request: &CreatePolicyRequest,
    ) -> Result<CreatePolicyResponse, Refusal> {
        let tags = tags::checked(request.tags.as_deref().unwrap_or_default())?;
        check_document(&request.policy_document)?;
        let (account, name) = (caller.account, &request.policy_name);
        let path = request.path.as_deref().unwrap_or(ROOT_PATH);
        self.change(|snapshot| {
            let mut others = snapshot.managed_policies(&account);
            if others.any(|other| other.name.eq_ignore_ascii_case(name)) {
                return Err(Refusal::PolicyExists(name.clone()));
            }
            quota::POLICIES.admit(snapshot.managed_policies(&account).count() + 1)?;
            let now = self.clock.now();
            let first = PolicyVersion {
                id: "v1".to_owned(),
                document: request.policy_document.clone(),
                created: now,
            };
            let policy = ManagedPolicy {
                account,
                name: name.clone(),
                path: path.to_owned(),
                policy_id: fresh::unique_id("ANPA", &*self.ids),
                arn: arn(account, path, name),
                created: now,
                updated: now,
                description: request.description.clone(),
                default_version: first.id.clone(),
                next_version: 2,
                versions: vec![first],
                tags: tags.clone(),
            };
            let answer = CreatePolicyResponse { policy: Some(Managed::Own(&policy).shape(Uses::default())) };
            Ok((vec![Change::PutManagedPolicy(Box::new(policy))], answer))
        })
        .await
    }

    pub(crate) fn get_policy(
        &self,
        caller: &Caller,
        request: &GetPolicyRequest,
    ) -> Result<GetPolicyResponse, Refusal> {
        let snapshot = self.catalog.current();
        let policy = Managed::find(&snapshot, caller.account, &request.policy_arn)?;
        let uses = Uses::count(&snapshot, caller.account, &request.policy_arn);
        Ok(GetPolicyResponse { policy: Some(policy.shape(uses)) })
    }

    /// Lists policies by name; where AWS and the account have one of the same name, AWS's comes first.
    pub(crate) fn list_policies(
        &self,
        caller: &Caller,
        request: &ListPoliciesRequest,
    ) -> Result<ListPoliciesResponse, Refusal> {
        let (snapshot, account) = (self.catalog.current(), caller.account);
        let prefix = request.path_prefix.as_deref().unwrap_or(ROOT_PATH);
        let scope = request.scope.unwrap_or(PolicyScopeType::All);
        let only_attached = request.only_attached.unwrap_or_default();
        let usage = request.policy_usage_filter;
        let aws = aws_policies().iter().map(Managed::Aws).filter(|_| scope != PolicyScopeType::Local);
        let own = snapshot.managed_policies(&account).map(Managed::Own);
        let own = own.filter(|_| scope != PolicyScopeType::Aws);
        let wanted = aws
            .chain(own)
            .filter(|policy| policy.path().starts_with(prefix))
            .map(|policy| (policy, Uses::count(&snapshot, account, policy.arn())))
            .filter(|(_, uses)| match usage {
                Some(PolicyUsageType::PermissionsPolicy) => uses.attachments > 0,
                Some(PolicyUsageType::PermissionsBoundary) => uses.boundaries > 0,
                None => !only_attached || uses.is_used(),
            });
        let filters = format!("{scope:?} {only_attached} {usage:?} {prefix}");
        let list = List::new(caller, &["ListPolicies", &filters]);
        let paging = Paging { marker: request.marker.as_deref(), max_items: request.max_items };
        let key = |(policy, _): &(Managed<'_>, Uses)| match policy {
            Managed::Aws(policy) => format!("{} aws", policy.name),
            Managed::Own(policy) => format!("{} own", policy.name),
        };
        let page = Page::cut(wanted, key, list, paging)?.map(|(policy, uses)| policy.listed(uses));
        Ok(ListPoliciesResponse {
            policies: Some(page.items),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }

    pub(crate) async fn delete_policy(
        &self,
        caller: &Caller,
        request: &DeletePolicyRequest,
    ) -> Result<(), Refusal> {
        self.change(|snapshot| {
            let policy = Managed::find_own(snapshot, caller.account, &request.policy_arn)?;
            if Uses::count(snapshot, caller.account, &policy.arn).is_used() {
                return Err(Refusal::PolicyInUse);
            }
            if policy.versions.len() > 1 {
                return Err(Refusal::VersionsLeft);
            }
            Ok((vec![Change::DeleteManagedPolicy { arn: policy.arn.clone() }], ()))
        })
        .await
    }
}

/// Checks the document of a managed policy.
pub(crate) fn check_document(text: &str) -> Result<(), Refusal> {
    document::check_identity(text)?;
    quota::POLICY_SIZE.admit(document::length(text))
}

/// Checks that a boundary, if one is given, is a policy that the account can attach.
pub(crate) fn check_boundary(
    snapshot: &Snapshot,
    account: AccountId,
    boundary: Option<&str>,
) -> Result<(), Refusal> {
    boundary.map(check_arn).transpose()?;
    match boundary {
        Some(arn) if Managed::get(snapshot, account, arn).is_none() => {
            Err(Refusal::BoundaryMissing(arn.to_owned()))
        }
        Some(_) | None => Ok(()),
    }
}

fn arn(account: AccountId, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:policy{path}{name}")
}
