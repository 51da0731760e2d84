//! Service control policies: made, changed, shown. What they are attached to is in [`attachments`](crate::attachments).

use cairn_access::{ADMINISTRATOR_ACCESS, Policy as Document, PolicyKind};
use cairn_catalog::{Change, FULL_ACCESS_POLICY, FeatureSet, Organization, OrganizationPolicy, Snapshot};
use cairn_wire::organizations::{
    CreatePolicyRequest, CreatePolicyResponse, DeletePolicyRequest, DeletePolicyResponse,
    DescribePolicyRequest, DescribePolicyResponse, ListPoliciesRequest, ListPoliciesResponse, Policy,
    PolicySummary, PolicyType, UpdatePolicyRequest, UpdatePolicyResponse,
};

use crate::page::{self, Paging};
use crate::{Caller, Organizations, Refusal, attachments, ids, names, standing, tags};

impl Organizations {
    pub(crate) async fn create_policy(
        &self,
        caller: &Caller,
        request: &CreatePolicyRequest,
    ) -> Result<CreatePolicyResponse, Refusal> {
        let tags = tags::checked(request.tags.as_deref().unwrap_or_default())?;
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            check_available(organization, request.kind)?;
            check_document(&request.content)?;
            check_name(snapshot, organization, &request.name, None)?;
            if snapshot.organization_policies(&organization.id).count() >= POLICIES_MAX {
                return Err(Refusal::TooManyPolicies);
            }
            let made = OrganizationPolicy {
                id: ids::policy(&*self.ids),
                organization: organization.id.clone(),
                name: request.name.clone(),
                description: request.description.clone(),
                document: request.content.clone(),
                tags: tags.clone(),
            };
            let policy = Some(Kept::Own(&made).shape(organization));
            Ok((vec![Change::PutOrganizationPolicy(Box::new(made))], CreatePolicyResponse { policy }))
        })
        .await
    }

    pub(crate) async fn update_policy(
        &self,
        caller: &Caller,
        request: &UpdatePolicyRequest,
    ) -> Result<UpdatePolicyResponse, Refusal> {
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            let Kept::Own(known) = Kept::find(snapshot, organization, &request.policy_id)? else {
                return Err(Refusal::PolicyOfAws);
            };
            let mut changed = known.clone();
            if let Some(name) = &request.name {
                check_name(snapshot, organization, name, Some(&known.id))?;
                changed.name.clone_from(name);
            }
            if let Some(description) = &request.description {
                changed.description.clone_from(description);
            }
            if let Some(content) = &request.content {
                check_document(content)?;
                changed.document.clone_from(content);
            }
            let policy = Some(Kept::Own(&changed).shape(organization));
            let change = Change::PutOrganizationPolicy(Box::new(changed.clone()));
            let changes = if changed == *known { Vec::new() } else { vec![change] };
            Ok((changes, UpdatePolicyResponse { policy }))
        })
        .await
    }

    pub(crate) async fn delete_policy(
        &self,
        caller: &Caller,
        request: &DeletePolicyRequest,
    ) -> Result<DeletePolicyResponse, Refusal> {
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            let Kept::Own(known) = Kept::find(snapshot, organization, &request.policy_id)? else {
                return Err(Refusal::PolicyOfAws);
            };
            let mut places = attachments::places(snapshot, organization);
            if places.any(|place| attachments::of(organization, place).contains(&known.id)) {
                return Err(Refusal::PolicyInUse);
            }
            let change = Change::DeleteOrganizationPolicy { id: known.id.clone() };
            Ok((vec![change], DeletePolicyResponse {}))
        })
        .await
    }

    pub(crate) fn describe_policy(
        &self,
        caller: &Caller,
        request: &DescribePolicyRequest,
    ) -> Result<DescribePolicyResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let policy = Kept::find(&snapshot, organization, &request.policy_id)?.shape(organization);
        Ok(DescribePolicyResponse { policy: Some(policy) })
    }

    /// Lists the policies of a type. Of other types there are none.
    pub(crate) fn list_policies(
        &self,
        caller: &Caller,
        request: &ListPoliciesRequest,
    ) -> Result<ListPoliciesResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let there = request.filter == PolicyType::ServiceControlPolicy;
        let own = snapshot.organization_policies(&organization.id).map(Kept::Own);
        let all = own.chain([Kept::Full]).filter(|_| there);
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let list = ["ListPolicies", &organization.id, request.filter.as_str()];
        let (page, next) = page::cut(all, |policy| policy.id().to_owned(), caller, &list, paging)?;
        let policies = page.into_iter().map(|policy| policy.summary(organization)).collect();
        Ok(ListPoliciesResponse { policies: Some(policies), next_token: next })
    }
}

/// A policy that can be attached: one of the organization's, or AWS's own.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kept<'a> {
    Own(&'a OrganizationPolicy),
    Full,
}

impl<'a> Kept<'a> {
    pub(crate) fn find(
        snapshot: &'a Snapshot,
        organization: &Organization,
        id: &str,
    ) -> Result<Self, Refusal> {
        if id == FULL_ACCESS_POLICY {
            return Ok(Self::Full);
        }
        let own = snapshot.organization_policy(id);
        let own = own.filter(|policy| policy.organization == organization.id);
        own.map(Self::Own).ok_or(Refusal::PolicyMissing)
    }

    pub(crate) fn id(self) -> &'a str {
        match self {
            Self::Own(policy) => &policy.id,
            Self::Full => FULL_ACCESS_POLICY,
        }
    }

    pub(crate) fn summary(self, organization: &Organization) -> PolicySummary {
        let (name, description) = match self {
            Self::Own(policy) => (policy.name.as_str(), policy.description.as_str()),
            Self::Full => (FULL_ACCESS_NAME, "Allows access to every operation"),
        };
        PolicySummary {
            id: Some(self.id().to_owned()),
            arn: Some(names::policy(organization, self.id())),
            name: Some(name.to_owned()),
            description: Some(description.to_owned()),
            kind: Some(PolicyType::ServiceControlPolicy),
            aws_managed: Some(matches!(self, Self::Full)),
        }
    }

    fn shape(self, organization: &Organization) -> Policy {
        let content = match self {
            Self::Own(policy) => &policy.document,
            Self::Full => ADMINISTRATOR_ACCESS,
        };
        Policy { policy_summary: Some(self.summary(organization)), content: Some(content.to_owned()) }
    }
}

/// Refuses types of policies other than service control policies, and these too where the organization lacks all
/// features.
pub(crate) fn check_available(organization: &Organization, kind: PolicyType) -> Result<(), Refusal> {
    match (kind, organization.feature_set) {
        (PolicyType::ServiceControlPolicy, FeatureSet::All) => Ok(()),
        (PolicyType::ServiceControlPolicy, FeatureSet::ConsolidatedBilling) => {
            Err(Refusal::PoliciesUnavailable)
        }
        (other, _) => Err(Refusal::PolicyTypeUnavailable(other.as_str())),
    }
}

/// Refuses what is no service control policy. White space counts, as it does on AWS for whoever calls the API.
fn check_document(text: &str) -> Result<(), Refusal> {
    if text.chars().count() > DOCUMENT_CHARS_MAX {
        return Err(Refusal::PolicyTooLarge);
    }
    Document::parse(PolicyKind::Organization, text)?;
    Ok(())
}

/// Refuses a name that another policy has.
fn check_name(
    snapshot: &Snapshot,
    organization: &Organization,
    name: &str,
    own: Option<&str>,
) -> Result<(), Refusal> {
    let mut others = snapshot.organization_policies(&organization.id);
    let taken = others.any(|other| other.name == name && Some(other.id.as_str()) != own);
    if taken || name == FULL_ACCESS_NAME { Err(Refusal::PolicyExists) } else { Ok(()) }
}

const FULL_ACCESS_NAME: &str = "FullAWSAccess";

/// The longest document, in characters.
const DOCUMENT_CHARS_MAX: usize = 5_120;

/// The most policies of an organization.
const POLICIES_MAX: usize = 2_000;
