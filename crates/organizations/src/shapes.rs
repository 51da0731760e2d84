//! Entities of the catalog as answers show them.

use cairn_catalog::{
    FeatureSet, JoinedBy, Member, Organization, OrganizationalUnit, Snapshot, Tag as KeptTag,
};
use cairn_wire::{Timestamp, organizations as wire};

use crate::names;

/// Shows an organization, with the address of the account that manages it.
pub(crate) fn organization(organization: &Organization, email: Option<String>) -> wire::Organization {
    let all = organization.feature_set == FeatureSet::All;
    wire::Organization {
        id: Some(organization.id.clone()),
        arn: Some(names::organization(organization)),
        feature_set: Some(feature_set(organization.feature_set)),
        master_account_arn: Some(names::account(organization, organization.management)),
        master_account_id: Some(organization.management.to_string()),
        master_account_email: email,
        available_policy_types: Some(if all { vec![service_control_policies()] } else { Vec::new() }),
    }
}

fn service_control_policies() -> wire::PolicyTypeSummary {
    wire::PolicyTypeSummary {
        kind: Some(wire::PolicyType::ServiceControlPolicy),
        status: Some(wire::PolicyTypeStatus::Enabled),
    }
}

/// Shows what an organization is for.
pub(crate) fn feature_set(kept: FeatureSet) -> wire::OrganizationFeatureSet {
    match kept {
        FeatureSet::All => wire::OrganizationFeatureSet::All,
        FeatureSet::ConsolidatedBilling => wire::OrganizationFeatureSet::ConsolidatedBilling,
    }
}

/// Shows an organization's root.
pub(crate) fn root(organization: &Organization) -> wire::Root {
    let enabled = organization.policies_enabled.then(service_control_policies);
    wire::Root {
        id: Some(organization.root.clone()),
        arn: Some(names::root(organization)),
        name: Some("Root".to_owned()),
        policy_types: Some(enabled.into_iter().collect()),
    }
}

/// Shows an organizational unit.
pub(crate) fn unit(
    snapshot: &Snapshot,
    organization: &Organization,
    unit: &OrganizationalUnit,
) -> wire::OrganizationalUnit {
    // A unit that is only now being made is not in the snapshot: its parent is.
    let above = names::path(snapshot, organization, &unit.parent);
    wire::OrganizationalUnit {
        id: Some(unit.id.clone()),
        arn: Some(names::unit(organization, &unit.id)),
        name: Some(unit.name.clone()),
        path: Some(format!("{above}{}/", unit.id)),
    }
}

/// Shows an account.
pub(crate) fn account(snapshot: &Snapshot, organization: &Organization, member: &Member) -> wire::Account {
    wire::Account {
        id: Some(member.account.to_string()),
        arn: Some(names::account(organization, member.account)),
        email: Some(member.email.clone()),
        name: Some(member.name.clone()),
        status: Some(status(member)),
        state: Some(state(member)),
        paths: Some(vec![names::account_path(snapshot, organization, member)]),
        joined_method: Some(joined_method(member)),
        joined_timestamp: Some(Timestamp::new(member.joined)),
    }
}

/// Shows an account's status.
pub(crate) fn status(member: &Member) -> wire::AccountStatus {
    if member.closed { wire::AccountStatus::Suspended } else { wire::AccountStatus::Active }
}

/// Shows an account's state.
pub(crate) fn state(member: &Member) -> wire::AccountState {
    if member.closed { wire::AccountState::Suspended } else { wire::AccountState::Active }
}

/// Shows how an account came to be a member.
pub(crate) fn joined_method(member: &Member) -> wire::AccountJoinedMethod {
    match member.joined_by {
        JoinedBy::Invitation => wire::AccountJoinedMethod::Invited,
        JoinedBy::Creation => wire::AccountJoinedMethod::Created,
    }
}

/// Shows a tag.
pub(crate) fn tag(kept: &KeptTag) -> wire::Tag {
    wire::Tag { key: kept.key.clone(), value: kept.value.clone().unwrap_or_default() }
}
