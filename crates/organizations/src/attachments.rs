//! What service control policies are attached to, and whether they are in force.
//!
//! While the type is disabled nothing is attached anywhere. When it is enabled, AWS's policy that allows everything
//! is attached to the root, every unit and every account, so that nobody is shut out.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cairn_catalog::{Change, FULL_ACCESS_POLICY, Member, Organization, OrganizationalUnit, Place, Snapshot};
use cairn_wire::organizations::{
    AttachPolicyRequest, AttachPolicyResponse, DetachPolicyRequest, DetachPolicyResponse,
    DisablePolicyTypeRequest, DisablePolicyTypeResponse, EnablePolicyTypeRequest, EnablePolicyTypeResponse,
    ListPoliciesForTargetRequest, ListPoliciesForTargetResponse, ListTargetsForPolicyRequest,
    ListTargetsForPolicyResponse, PolicyTargetSummary, PolicyType, TargetType,
};

use crate::page::{self, Paging};
use crate::policies::{Kept, check_available};
use crate::{Caller, Organizations, Refusal, names, shapes, standing};

impl Organizations {
    /// Puts service control policies in force, with the policy that allows everything attached everywhere before.
    pub(crate) async fn enable_policy_type(
        &self,
        caller: &Caller,
        request: &EnablePolicyTypeRequest,
    ) -> Result<EnablePolicyTypeResponse, Refusal> {
        let full = [FULL_ACCESS_POLICY.to_owned()];
        let _alone = self.policies_in_change.begin(standing::manager(&self.catalog.current(), caller)?)?;
        loop {
            // Places come meanwhile: type and the last of them are in force at once, or another round comes before.
            let enabled = self
                .change(|snapshot| {
                    let organization = standing::manager(snapshot, caller)?;
                    check_root(organization, &request.root_id)?;
                    check_available(organization, request.policy_type)?;
                    if organization.policies_enabled {
                        return Err(Refusal::PoliciesEnabled);
                    }
                    let mut changes = lacking(snapshot, organization, &full);
                    if changes.len() > PLACES_AT_ONCE {
                        changes.truncate(PLACES_AT_ONCE);
                        return Ok((changes, None));
                    }
                    let attached = full.to_vec();
                    let enabled = Organization { policies_enabled: true, attached, ..organization.clone() };
                    let root = Some(shapes::root(&enabled));
                    changes.push(Change::PutOrganization(Box::new(enabled)));
                    Ok((changes, Some(EnablePolicyTypeResponse { root })))
                })
                .await?;
            if let Some(answer) = enabled {
                return Ok(answer);
            }
        }
    }

    /// Ends the force of service control policies and detaches them all.
    pub(crate) async fn disable_policy_type(
        &self,
        caller: &Caller,
        request: &DisablePolicyTypeRequest,
    ) -> Result<DisablePolicyTypeResponse, Refusal> {
        let _alone = self.policies_in_change.begin(standing::manager(&self.catalog.current(), caller)?)?;
        let (id, root) = self
            .change(|snapshot| {
                let organization = standing::manager(snapshot, caller)?;
                check_root(organization, &request.root_id)?;
                check_enabled(organization, request.policy_type)?;
                let disabled =
                    Organization { policies_enabled: false, attached: Vec::new(), ..organization.clone() };
                let answer = (organization.id.clone(), shapes::root(&disabled));
                Ok((vec![Change::PutOrganization(Box::new(disabled))], answer))
            })
            .await?;
        self.detach_everywhere(&id).await?;
        Ok(DisablePolicyTypeResponse { root: Some(root) })
    }

    pub(crate) async fn attach_policy(
        &self,
        caller: &Caller,
        request: &AttachPolicyRequest,
    ) -> Result<AttachPolicyResponse, Refusal> {
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            let policy = Kept::find(snapshot, organization, &request.policy_id)?;
            let target = target(snapshot, organization, &request.target_id)?;
            check_enabled(organization, PolicyType::ServiceControlPolicy)?;
            let mut attached = target.attached().to_vec();
            if attached.iter().any(|id| id == policy.id()) {
                return Err(Refusal::PolicyAttached);
            }
            if attached.len() >= ATTACHED_MAX {
                return Err(Refusal::TooManyAttached);
            }
            attached.push(policy.id().to_owned());
            Ok((vec![with(target, attached)], AttachPolicyResponse {}))
        })
        .await
    }

    pub(crate) async fn detach_policy(
        &self,
        caller: &Caller,
        request: &DetachPolicyRequest,
    ) -> Result<DetachPolicyResponse, Refusal> {
        self.change(|snapshot| {
            let organization = standing::manager(snapshot, caller)?;
            let policy = Kept::find(snapshot, organization, &request.policy_id)?;
            let target = target(snapshot, organization, &request.target_id)?;
            let mut attached = of(organization, target).to_vec();
            if !attached.iter().any(|id| id == policy.id()) {
                return Err(Refusal::PolicyNotAttached);
            }
            if attached.len() == 1 {
                return Err(Refusal::LastAttached);
            }
            attached.retain(|id| id != policy.id());
            Ok((vec![with(target, attached)], DetachPolicyResponse {}))
        })
        .await
    }

    pub(crate) fn list_policies_for_target(
        &self,
        caller: &Caller,
        request: &ListPoliciesForTargetRequest,
    ) -> Result<ListPoliciesForTargetResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let target = target(&snapshot, organization, &request.target_id)?;
        let there = request.filter == PolicyType::ServiceControlPolicy;
        let attached = of(organization, target).iter().filter(|_| there);
        let attached = attached.filter_map(|id| Kept::find(&snapshot, organization, id).ok());
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let (of, filter) = (&request.target_id, request.filter.as_str());
        let list = ["ListPoliciesForTarget", &organization.id, of, filter];
        let (page, next) = page::cut(attached, |policy| policy.id().to_owned(), caller, &list, paging)?;
        let policies = page.into_iter().map(|policy| policy.summary(organization)).collect();
        Ok(ListPoliciesForTargetResponse { policies: Some(policies), next_token: next })
    }

    pub(crate) fn list_targets_for_policy(
        &self,
        caller: &Caller,
        request: &ListTargetsForPolicyRequest,
    ) -> Result<ListTargetsForPolicyResponse, Refusal> {
        let snapshot = self.catalog.current();
        let organization = standing::reader(&snapshot, caller)?;
        let policy = Kept::find(&snapshot, organization, &request.policy_id)?.id();
        let places = places(&snapshot, organization);
        let targets = places.filter(|place| of(organization, *place).iter().any(|id| id == policy));
        let paging = Paging::new(request.next_token.as_ref(), request.max_results);
        let list = ["ListTargetsForPolicy", &organization.id, policy];
        let (page, next) = page::cut(targets, Place::id, caller, &list, paging)?;
        let targets = page.into_iter().map(|place| summary(organization, place)).collect();
        Ok(ListTargetsForPolicyResponse { targets: Some(targets), next_token: next })
    }

    /// Takes the policies from every unit and account of an organization, in as many commits as it takes: while the
    /// type is disabled they mean nothing.
    async fn detach_everywhere(&self, organization: &str) -> Result<(), Refusal> {
        loop {
            let left = self
                .change(|snapshot| {
                    let organization = snapshot.organization(organization);
                    let Some(organization) = organization.filter(|found| !found.policies_enabled) else {
                        return Ok((Vec::new(), 0));
                    };
                    let mut changes = lacking(snapshot, organization, &[]);
                    let left = changes.len().saturating_sub(PLACES_AT_ONCE);
                    changes.truncate(PLACES_AT_ONCE);
                    Ok((changes, left))
                })
                .await?;
            if left == 0 {
                return Ok(());
            }
        }
    }
}

/// Organizations whose policies are being put in force or out of it: one such call at a time, for each would undo
/// what the other did.
#[derive(Debug, Default)]
pub(crate) struct InChange(Mutex<BTreeSet<String>>);

impl InChange {
    /// Begins a change of an organization's policies, which lasts until what is returned is dropped.
    fn begin(&self, organization: &Organization) -> Result<Alone<'_>, Refusal> {
        let begun = self.organizations().insert(organization.id.clone());
        begun
            .then(|| Alone { all: self, organization: organization.id.clone() })
            .ok_or(Refusal::PoliciesInChange)
    }

    fn organizations(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a change of an organization's policies when it is dropped.
struct Alone<'a> {
    all: &'a InChange,
    organization: String,
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.all.organizations().remove(&self.organization);
    }
}

/// Lists everything that policies can be attached to: the root, the units, the accounts.
pub(crate) fn places<'a>(
    snapshot: &'a Snapshot,
    organization: &'a Organization,
) -> impl Iterator<Item = Place<'a>> {
    let units = snapshot.organizational_units(&organization.id).map(Place::Unit);
    let members = snapshot.members(&organization.id).map(Place::Account);
    std::iter::once(Place::Root(organization)).chain(units).chain(members)
}

/// Finds what a policy can be attached to.
fn target<'a>(
    snapshot: &'a Snapshot,
    organization: &'a Organization,
    id: &str,
) -> Result<Place<'a>, Refusal> {
    places(snapshot, organization).find(|place| place.id() == id).ok_or(Refusal::TargetMissing)
}

/// Returns the policies that are attached to a place: none while the type is disabled.
pub(crate) fn of<'a>(organization: &Organization, place: Place<'a>) -> &'a [String] {
    match place {
        _ if !organization.policies_enabled => &[],
        Place::Root(organization) => &organization.attached,
        Place::Unit(unit) => &unit.attached,
        Place::Account(member) => &member.attached,
    }
}

/// Lists the changes that give these policies to the units and accounts that have others.
fn lacking(snapshot: &Snapshot, organization: &Organization, wanted: &[String]) -> Vec<Change> {
    let below = places(snapshot, organization).skip(1);
    below.filter(|place| place.attached() != wanted).map(|place| with(place, wanted.to_vec())).collect()
}

fn with(place: Place<'_>, attached: Vec<String>) -> Change {
    match place {
        Place::Root(organization) => {
            Change::PutOrganization(Box::new(Organization { attached, ..organization.clone() }))
        }
        Place::Unit(unit) => {
            Change::PutOrganizationalUnit(Box::new(OrganizationalUnit { attached, ..unit.clone() }))
        }
        Place::Account(member) => Change::PutMember(Box::new(Member { attached, ..member.clone() })),
    }
}

fn summary(organization: &Organization, place: Place<'_>) -> PolicyTargetSummary {
    let (arn, name, kind) = match place {
        Place::Root(_) => (names::root(organization), "Root", TargetType::Root),
        Place::Unit(unit) => {
            (names::unit(organization, &unit.id), unit.name.as_str(), TargetType::OrganizationalUnit)
        }
        Place::Account(member) => {
            (names::account(organization, member.account), member.name.as_str(), TargetType::Account)
        }
    };
    PolicyTargetSummary {
        target_id: Some(place.id()),
        arn: Some(arn),
        name: Some(name.to_owned()),
        kind: Some(kind),
    }
}

fn check_root(organization: &Organization, id: &str) -> Result<(), Refusal> {
    if organization.root == id { Ok(()) } else { Err(Refusal::RootMissing) }
}

fn check_enabled(organization: &Organization, kind: PolicyType) -> Result<(), Refusal> {
    let enabled = organization.policies_enabled && kind == PolicyType::ServiceControlPolicy;
    if enabled { Ok(()) } else { Err(Refusal::PoliciesNotEnabled) }
}

/// The most policies attached to one place.
const ATTACHED_MAX: usize = 5;

/// How many places a commit changes at most, beside the organization itself.
const PLACES_AT_ONCE: usize = Change::TOGETHER_MAX - 100;
