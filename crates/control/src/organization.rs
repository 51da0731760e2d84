//! Organization trails: who may do what with them, and what must be so before (reference §9.7).
//!
//! The account that manages an organization owns its trails, whoever made them. An account that administers
//! CloudTrail for the organization makes and changes them too, by their ARNs. The other members see their copies
//! and can change nothing.

use cairn_access::CLOUDTRAIL_SERVICE;
use cairn_catalog::{Change, FeatureSet, LiveTrail, Organization, Snapshot};
use cairn_event::AccountId;

use crate::trail_reference::{Report, TrailReference};
use crate::{Caller, Control, Deed, Refusal};

/// What an account is to a trail that it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The trail is its own.
    Owner,
    /// It administers CloudTrail for the trail's organization.
    Administrator,
    /// It has a copy.
    Member,
}

impl Standing {
    /// Tells what an account is to a trail; `None` where it must not learn that there is one.
    pub(crate) fn of(snapshot: &Snapshot, trail: &LiveTrail, account: AccountId) -> Option<Self> {
        if trail.account == account {
            return Some(Self::Owner);
        }
        let id = trail.organization.as_deref()?;
        let inside = snapshot.member(account).is_some_and(|member| member.organization == id);
        if inside && snapshot.administers(account, CLOUDTRAIL_SERVICE) {
            Some(Self::Administrator)
        } else {
            snapshot.covers(trail, account).then_some(Self::Member)
        }
    }
}

impl Control {
    /// Finds the organization whose trails a caller may make, and checks what must be so before.
    ///
    /// # Errors
    /// In this order: CloudTrail may not ask for the organization in the caller's name, there is none, the account
    /// neither manages it nor administers CloudTrail, it lacks all features, CloudTrail has no access to it, the
    /// caller may not do what making its trails takes, the managing account lacks CloudTrail's role.
    pub(crate) fn organization_for<'s>(
        &self,
        snapshot: &'s Snapshot,
        caller: &Caller,
    ) -> Result<&'s Organization, Refusal> {
        self.require(caller, DESCRIBE)?;
        let organization = organization(snapshot, caller)?;
        let manages = organization.management == caller.account;
        if !manages && !snapshot.administers(caller.account, CLOUDTRAIL_SERVICE) {
            return Err(Refusal::NotManagementAccount(caller.account));
        }
        check_features(organization, caller)?;
        self.require(caller, LIST_ACCESS)?;
        check_access(organization, caller)?;
        let needed = if manages { &MANAGEMENT_NEEDS[..] } else { &ADMINISTRATOR_NEEDS[..] };
        for action in needed {
            self.require(caller, action)?;
        }
        if !manages && !self.has_role(snapshot, organization.management) {
            return Err(Refusal::ManagementRoleMissing(caller.account));
        }
        Ok(organization)
    }

    /// Finds a trail for a change that is CloudTrail's business in the whole organization, where it is one's.
    ///
    /// # Errors
    /// The caller can't change it, CloudTrail may not ask for the organization in the caller's name, or its role
    /// is missing.
    pub(crate) fn governed<'s>(
        &self,
        reference: &TrailReference,
        snapshot: &'s Snapshot,
        caller: &Caller,
        report: Report,
    ) -> Result<&'s LiveTrail, Refusal> {
        let trail = reference.change(snapshot, caller, report)?;
        if trail.organization.is_some() {
            self.require(caller, DESCRIBE)?;
        }
        self.check_role(snapshot, caller, trail)?;
        Ok(trail)
    }

    /// Checks that CloudTrail can act for an organization's administrator: not without its role in the account
    /// that manages the organization.
    pub(crate) fn check_role(
        &self,
        snapshot: &Snapshot,
        caller: &Caller,
        trail: &LiveTrail,
    ) -> Result<(), Refusal> {
        let administers = Standing::of(snapshot, trail, caller.account) == Some(Standing::Administrator);
        if administers && !self.has_role(snapshot, trail.account) {
            return Err(Refusal::ManagementRoleMissing(caller.account));
        }
        Ok(())
    }

    /// Makes CloudTrail's role in the members that lack it before a trail comes to them, all but the last of them:
    /// those are left for the commit that the trail itself is in. Their changes come from
    /// [`roles_of`](Self::roles_of). Returns what was done in the caller's account.
    pub(crate) async fn prepare_roles(
        &self,
        caller: &Caller,
        organization: &str,
    ) -> Result<Vec<Deed>, Refusal> {
        let mut deeds = Vec::new();
        loop {
            let enough = self.roles_of(&self.catalog.current(), organization).len() <= ROLES_AT_ONCE;
            if enough {
                return Ok(deeds);
            }
            let (made, _) = self
                .change(|snapshot| {
                    let mut roles = self.roles_of(snapshot, organization);
                    roles.truncate(ROLES_AT_ONCE);
                    let made = roles_made(&roles, caller.account);
                    Ok((roles, made))
                })
                .await?;
            deeds.extend(made);
        }
    }

    /// Returns the changes that make CloudTrail's role in the accounts of an organization, the one that manages it
    /// first; empty where all have it. One that a trail excludes has it too: the end of an exclusion is a tag, or a
    /// move, and the trail covers the account from then on.
    pub(crate) fn roles_of(&self, snapshot: &Snapshot, organization: &str) -> Vec<Change> {
        let owner = snapshot.organization(organization).map(|organization| organization.management);
        let members = snapshot.members(organization).map(|member| member.account);
        let accounts = owner.into_iter().chain(members.filter(|account| Some(*account) != owner));
        accounts.flat_map(|account| self.role_of(snapshot, account, CLOUDTRAIL_SERVICE)).collect()
    }

    /// Returns the changes that make a service's role in an account; empty where it has it.
    pub(crate) fn role_of(&self, snapshot: &Snapshot, account: AccountId, service: &str) -> Vec<Change> {
        self.platform.service_linked_role(snapshot, account, service)
    }

    fn has_role(&self, snapshot: &Snapshot, account: AccountId) -> bool {
        self.role_of(snapshot, account, CLOUDTRAIL_SERVICE).is_empty()
    }

    /// Checks that the caller's own policies let CloudTrail do something in its name.
    pub(crate) fn require(&self, caller: &Caller, action: &str) -> Result<(), Refusal> {
        match self.platform.permits(caller, action) {
            true => Ok(()),
            false => Err(Refusal::DependencyDenied(caller.account)),
        }
    }
}

/// Lists the roles of services among changes that are made in an account.
pub(crate) fn roles_made(changes: &[Change], account: AccountId) -> Vec<Deed> {
    let service = |change: &Change| match change {
        Change::PutRole(role) if role.account == account => {
            role.path.split('/').rev().nth(1).map(str::to_owned)
        }
        _ => None,
    };
    changes.iter().filter_map(service).map(|service| Deed::RoleMade { service }).collect()
}

/// Returns the organization of the caller's account.
pub(crate) fn organization<'s>(snapshot: &'s Snapshot, caller: &Caller) -> Result<&'s Organization, Refusal> {
    snapshot.organization_of(caller.account).ok_or(Refusal::NoOrganization(caller.account))
}

/// Checks that an organization has all features.
pub(crate) fn check_features(organization: &Organization, caller: &Caller) -> Result<(), Refusal> {
    match organization.feature_set {
        FeatureSet::All => Ok(()),
        FeatureSet::ConsolidatedBilling => Err(Refusal::FeaturesMissing(caller.account)),
    }
}

/// Checks that CloudTrail has access to an organization.
pub(crate) fn check_access(organization: &Organization, caller: &Caller) -> Result<(), Refusal> {
    match organization.trusts(CLOUDTRAIL_SERVICE) {
        true => Ok(()),
        false => Err(Refusal::AccessNotEnabled(caller.account)),
    }
}

pub(crate) const DESCRIBE: &str = "organizations:DescribeOrganization";
pub(crate) const LIST_ACCESS: &str = "organizations:ListAWSServiceAccessForOrganization";
pub(crate) const GET_ROLE: &str = "iam:GetRole";
pub(crate) const MAKE_ROLE: &str = "iam:CreateServiceLinkedRole";

/// What making an organization trail takes in the managing account, beside [`DESCRIBE`] and [`LIST_ACCESS`]
/// (reference §9.7).
const MANAGEMENT_NEEDS: [&str; 5] = [
    "organizations:ListAccounts",
    "organizations:EnableAWSServiceAccess",
    "organizations:DisableAWSServiceAccess",
    GET_ROLE,
    MAKE_ROLE,
];

/// What it takes in an account that administers CloudTrail: the rest is not its to do.
const ADMINISTRATOR_NEEDS: [&str; 2] = ["organizations:ListAccounts", GET_ROLE];

/// How many roles are made in one commit, beside what they are made for.
const ROLES_AT_ONCE: usize = Change::TOGETHER_MAX / 2;
