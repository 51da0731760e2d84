//! The versions of managed policies.

use cairn_catalog::{Change, ManagedPolicy, PolicyVersion};
use cairn_wire::iam::{
    CreatePolicyVersionRequest, CreatePolicyVersionResponse, DeletePolicyVersionRequest,
    GetPolicyVersionRequest, GetPolicyVersionResponse, ListPolicyVersionsRequest, ListPolicyVersionsResponse,
    PolicyVersion as Shape, SetDefaultPolicyVersionRequest,
};

use crate::managed::{Managed, shape_version};
use crate::managed_policies::check_document;
use crate::page::{List, Page, Paging};
use crate::quota::VERSIONS_PER_POLICY;
use crate::{Caller, Iam, Refusal};

impl Iam {
    pub(crate) async fn create_policy_version(
        &self,
        caller: &Caller,
        request: &CreatePolicyVersionRequest,
    ) -> Result<CreatePolicyVersionResponse, Refusal> {
        check_document(&request.policy_document)?;
        self.change(|snapshot| {
            let mut policy = Managed::find_own(snapshot, caller.account, &request.policy_arn)?.clone();
            if policy.versions.len() >= VERSIONS_PER_POLICY {
                return Err(Refusal::VersionsTooMany);
            }
            let created = self.clock.now();
            let id = format!("v{}", policy.next_version);
            let default = request.set_as_default.unwrap_or_default();
            let shape = shape_version(&id, default, &request.policy_document, created.into());
            let document = request.policy_document.clone();
            policy.versions.push(PolicyVersion { id: id.clone(), document, created });
            policy.next_version = policy.next_version.saturating_add(1);
            policy.updated = created;
            if default {
                policy.default_version = id;
            }
            // The document was just sent; AWS does not send it back.
            let answer =
                CreatePolicyVersionResponse { policy_version: Some(Shape { document: None, ..shape }) };
            Ok((vec![Change::PutManagedPolicy(Box::new(policy))], answer))
        })
        .await
    }

    pub(crate) fn get_policy_version(
        &self,
        caller: &Caller,
        request: &GetPolicyVersionRequest,
    ) -> Result<GetPolicyVersionResponse, Refusal> {
        let snapshot = self.catalog.current();
        let policy = Managed::find(&snapshot, caller.account, &request.policy_arn)?;
        let mut versions = policy.versions().into_iter();
        let version =
            versions.find(|version| version.version_id.as_deref() == Some(request.version_id.as_str()));
        let version = version.ok_or_else(|| missing(&request.policy_arn, &request.version_id))?;
        Ok(GetPolicyVersionResponse { policy_version: Some(version) })
    }

    pub(crate) fn list_policy_versions(
        &self,
        caller: &Caller,
        request: &ListPolicyVersionsRequest,
    ) -> Result<ListPolicyVersionsResponse, Refusal> {
        let snapshot = self.catalog.current();
        let policy = Managed::find(&snapshot, caller.account, &request.policy_arn)?;
        let list = List::new(caller, &["ListPolicyVersions", policy.arn()]);
        let paging = Paging { marker: request.marker.as_deref(), max_items: request.max_items };
        let page = Page::cut_in_order(policy.versions(), list, paging)?;
        let page = page.map(|version| Shape { document: None, ..version });
        Ok(ListPolicyVersionsResponse {
            versions: Some(page.items),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }

    pub(crate) async fn set_default_policy_version(
        &self,
        caller: &Caller,
        request: &SetDefaultPolicyVersionRequest,
    ) -> Result<(), Refusal> {
        self.change_version(caller, &request.policy_arn, &request.version_id, |policy| {
            policy.default_version.clone_from(&request.version_id);
            Ok(())
        })
        .await
    }

    pub(crate) async fn delete_policy_version(
        &self,
        caller: &Caller,
        request: &DeletePolicyVersionRequest,
    ) -> Result<(), Refusal> {
        self.change_version(caller, &request.policy_arn, &request.version_id, |policy| {
            if policy.default_version == request.version_id {
                return Err(Refusal::DefaultVersion);
            }
            policy.versions.retain(|version| version.id != request.version_id);
            Ok(())
        })
        .await
    }

    async fn change_version(
        &self,
        caller: &Caller,
        arn: &str,
        version: &str,
        change: impl Fn(&mut ManagedPolicy) -> Result<(), Refusal> + Send + Sync,
    ) -> Result<(), Refusal> {
        self.change(|snapshot| {
            let mut policy = Managed::find_own(snapshot, caller.account, arn)?.clone();
            if policy.version(version).is_none() {
                return Err(missing(arn, version));
            }
            change(&mut policy)?;
            policy.updated = self.clock.now();
            Ok((vec![Change::PutManagedPolicy(Box::new(policy))], ()))
        })
        .await
    }
}

fn missing(arn: &str, version: &str) -> Refusal {
    Refusal::VersionMissing { arn: arn.to_owned(), version: version.to_owned() }
}
