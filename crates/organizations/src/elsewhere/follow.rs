//! What was seen and what is kept give the changes of the next commit.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use cairn_access::CLOUDTRAIL_SERVICE;
use cairn_catalog::{
    Account, Change, FULL_ACCESS_POLICY, JoinedBy, Kept, Member, Organization, OrganizationalUnit, Role,
    Snapshot,
};
use cairn_event::{AccountId, Ids};
use cairn_iam::LinkedService;
use jiff::Timestamp;

use super::Seen;
use crate::account_creations::{ACCESS_ROLE, access_role, access_trust};
use crate::organization::ordinary_trails;
use crate::service_roles;

/// An organization is kept here, so that none elsewhere can be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "follow an organization elsewhere: {organization}, which account {management} manages, is kept here; start without organizations.endpoint and leave it at that, or have that account delete the organization first"
)]
pub struct InUse {
    /// The organization that is kept here.
    pub organization: String,
    /// The account that manages it.
    pub management: AccountId,
}

/// What a decision can't know by itself.
#[derive(Debug, Clone, Copy)]
pub struct Fresh<'a> {
    /// Randomness for the ids of new roles.
    pub ids: &'a dyn Ids,
    /// The time of the decision.
    pub now: Timestamp,
}

/// The most changes of one commit. What is left comes with the next.
const CHANGES_MAX: usize = Change::TOGETHER_MAX / 2;

/// Decides on the next commit: changes that bring a revision closer to what was seen, or none when it agrees. Each
/// commit leaves a whole organization behind: policies and units are there before whoever is under them, an account
/// that left is gone before its unit.
///
/// # Errors
/// An organization is kept here.
pub fn next_step(seen: Option<&Seen>, snapshot: &Snapshot, fresh: &Fresh<'_>) -> Result<Vec<Change>, InUse> {
    check_unused(snapshot)?;
    let goes_on = |kept: &Organization| seen.is_some_and(|seen| goes_on(kept, seen));
    let ended = snapshot.organizations().find(|organization| !goes_on(organization));
    let groups = match (ended, seen) {
        (Some(ended), _) => end(ended, snapshot),
        (None, None) => Vec::new(),
        (None, Some(seen)) => match snapshot.organization(&seen.organization.id) {
            None => begin(seen, snapshot, fresh),
            Some(kept) => follow(seen, kept, snapshot, fresh),
        },
    };
    Ok(taken(groups))
}

/// What a reading says is over, and with it trails of the organization: no later reading brings those back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    /// The organization: its account belongs to none any more, or to another one.
    Organization {
        /// The other one.
        now: Option<String>,
    },
    /// The time of its manager.
    Manager {
        /// Who manages it now.
        now: AccountId,
    },
    /// Its trust in CloudTrail.
    Trust,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization { now: None } => f.write_str("there is no organization"),
            Self::Organization { now: Some(id) } => write!(f, "the organization is another one, {id}"),
            Self::Manager { now } => write!(f, "account {now} manages the organization"),
            Self::Trust => f.write_str("the organization does not trust CloudTrail"),
        }
    }
}

/// Tells what [`next_step`] would end for good; none where a reading goes on from what is kept. Whoever reads should
/// see the same again before it is done.
pub fn loss(seen: Option<&Seen>, snapshot: &Snapshot) -> Option<Loss> {
    let kept = snapshot.organizations().find(|organization| organization.kept == Kept::Elsewhere)?;
    let Some(Seen { organization, .. }) = seen.filter(|seen| goes_on(kept, seen)) else {
        return Some(Loss::Organization { now: seen.map(|seen| seen.organization.id.clone()) });
    };
    let trusted = |organization: &Organization| organization.trusts(CLOUDTRAIL_SERVICE);
    if organization.management != kept.management {
        return Some(Loss::Manager { now: organization.management });
    }
    (trusted(kept) && !trusted(organization)).then_some(Loss::Trust)
}

/// Tells whether what was seen is still the organization that is kept.
fn goes_on(kept: &Organization, seen: &Seen) -> bool {
    seen.organization.id == kept.id && seen.organization.root == kept.root
}

/// Lists the changes of the next commit that forgets an organization which is followed no longer. The last one
/// removes it.
pub(crate) fn end_step(ended: &Organization, snapshot: &Snapshot) -> Vec<Change> {
    taken(end(ended, snapshot))
}

/// Refuses to follow an organization elsewhere where one is kept here.
///
/// # Errors
/// One is.
pub fn check_unused(snapshot: &Snapshot) -> Result<(), InUse> {
    match snapshot.organizations().find(|organization| organization.kept == Kept::Here) {
        Some(here) => Err(InUse { organization: here.id.clone(), management: here.management }),
        None => Ok(()),
    }
}

/// Changes that only hold together.
type Group = Vec<Change>;

/// Takes as many groups as one commit holds. The largest group by far is an organization's end of trust, with a
/// change for each of its trails.
fn taken(groups: Vec<Group>) -> Vec<Change> {
    let (mut changes, mut roles) = (Vec::new(), BTreeSet::new());
    for mut group in groups {
        // An account may get a service's role for two reasons at once.
        group.retain(|change| match change {
            Change::PutRole(role) => roles.insert((role.account, role.name.clone())),
            _ => true,
        });
        if !changes.is_empty() && changes.len() + group.len() > CHANGES_MAX {
            break;
        }
        changes.extend(group);
    }
    changes
}

/// Makes the organization and its first member, with nothing yet that would limit anybody.
fn begin(seen: &Seen, snapshot: &Snapshot, fresh: &Fresh<'_>) -> Vec<Group> {
    let organization = &seen.organization;
    let manages = seen.members.iter().find(|member| member.account == organization.management);
    let mut group: Group = manages.and_then(|member| account(member, snapshot)).into_iter().collect();
    let attached = vec![FULL_ACCESS_POLICY.to_owned()];
    if let Some(member) = manages {
        let (parent, attached) = (organization.root.clone(), attached.clone());
        group.extend(service_roles::joined(snapshot, organization, member, fresh.ids));
        group.push(Change::PutMember(Box::new(Member { parent, attached, ..member.clone() })));
    }
    let (policies_enabled, trusted_services) = (false, Vec::new());
    let bare = Organization { policies_enabled, attached, trusted_services, ..organization.clone() };
    group.push(Change::PutOrganization(Box::new(bare)));
    vec![group]
}

/// Brings an organization that is kept up to what was seen.
fn follow(seen: &Seen, kept: &Organization, snapshot: &Snapshot, fresh: &Fresh<'_>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let policies =
        seen.policies.iter().filter(|policy| snapshot.organization_policy(&policy.id) != Some(policy));
    groups.extend(policies.map(|policy| vec![Change::PutOrganizationPolicy(Box::new(policy.clone()))]));
    for unit in &seen.units {
        let before = snapshot.organizational_unit(&unit.id);
        let created = before.map_or(unit.created, |before| before.created);
        let unit = OrganizationalUnit { created, ..unit.clone() };
        if before != Some(&unit) {
            groups.push(vec![Change::PutOrganizationalUnit(Box::new(unit))]);
        }
    }
    groups.extend(
        seen.members
            .iter()
            .map(|member| put_member(member, (kept, seen.organization.management), snapshot, fresh))
            .filter(|group| !group.is_empty()),
    );
    let organization = Organization { created: kept.created, ..seen.organization.clone() };
    if organization != *kept {
        groups.push(put_organization(organization, kept, snapshot, fresh));
    }
    groups.extend(gone(seen, kept, snapshot));
    groups
}

/// Makes or changes a member, and the account behind it. One that joins gets the roles of services; one that was made
/// in the organization has the role through which its manager gets in: whoever manages it now.
fn put_member(
    member: &Member,
    (kept, management): (&Organization, AccountId),
    snapshot: &Snapshot,
    fresh: &Fresh<'_>,
) -> Group {
    let mut group: Group = account(member, snapshot).into_iter().collect();
    let made = member.joined_by == JoinedBy::Creation && snapshot.account(&member.account).is_none();
    if made {
        let accounts = (management, member.account);
        group.push(Change::PutRole(Box::new(access_role(fresh.ids, accounts, ACCESS_ROLE, member.joined))));
    } else if management != kept.management {
        group.extend(entrusted(member, (kept.management, management), snapshot));
    }
    let before = snapshot.member(member.account);
    if before.is_none() {
        group.extend(service_roles::joined(snapshot, kept, member, fresh.ids));
    }
    if before != Some(member) {
        group.push(Change::PutMember(Box::new(member.clone())));
    }
    group
}

/// Gives the role through which the manager gets in to another one. Whom the account itself lets in is its own
/// business: a role that trusts anybody else by now stays as it is.
fn entrusted(member: &Member, (from, to): (AccountId, AccountId), snapshot: &Snapshot) -> Option<Change> {
    let role = snapshot.role(&member.account, ACCESS_ROLE)?;
    let trust = access_trust(to);
    (role.trust == access_trust(from)).then(|| Change::PutRole(Box::new(Role { trust, ..role.clone() })))
}

/// Replaces an organization. Its trails end in the same commit when nobody may have them any more; where CloudTrail
/// is trusted from now on, its role is made.
fn put_organization(
    organization: Organization,
    kept: &Organization,
    snapshot: &Snapshot,
    fresh: &Fresh<'_>,
) -> Group {
    let trusted = |organization: &Organization| organization.trusts(CLOUDTRAIL_SERVICE);
    let (other_manager, trusts) = (organization.management != kept.management, trusted(&organization));
    let mut group = Group::new();
    if other_manager || (trusted(kept) && !trusts) {
        group.extend(ordinary_trails(snapshot, kept));
    }
    if trusts && (other_manager || !trusted(kept)) {
        let service = LinkedService::CLOUDTRAIL;
        group.extend(service.linked(snapshot, organization.management, fresh.ids, fresh.now));
    }
    group.push(Change::PutOrganization(Box::new(organization)));
    group
}

/// Removes what was not seen any more: accounts, then units, the deepest first, then policies.
fn gone(seen: &Seen, kept: &Organization, snapshot: &Snapshot) -> Vec<Group> {
    let left = snapshot
        .members(&kept.id)
        .filter(|member| seen.members.binary_search_by_key(&member.account, |other| other.account).is_err());
    let mut groups: Vec<Group> = left.map(|member| leave(member, snapshot)).collect();
    let still: BTreeSet<&str> = seen.units.iter().map(|unit| unit.id.as_str()).collect();
    let units = deepest_first(kept, snapshot).into_iter().filter(|id| !still.contains(id.as_str()));
    groups.extend(units.map(|id| vec![Change::DeleteOrganizationalUnit { id }]));
    let policies = snapshot
        .organization_policies(&kept.id)
        .filter(|policy| seen.policies.binary_search_by(|other| other.id.cmp(&policy.id)).is_err());
    groups.extend(policies.map(|policy| vec![Change::DeleteOrganizationPolicy { id: policy.id.clone() }]));
    groups
}

/// Ends a membership, and what came with it.
fn leave(member: &Member, snapshot: &Snapshot) -> Group {
    let mut group = service_roles::left(snapshot, member);
    group.push(Change::DeleteMember { account: member.account });
    group
}

/// Ends an organization: its trails become their owner's, its members belong to nobody.
fn end(ended: &Organization, snapshot: &Snapshot) -> Vec<Group> {
    let mut groups = Vec::new();
    let trails: Group = ordinary_trails(snapshot, ended).collect();
    if !trails.is_empty() {
        groups.push(trails);
    }
    let manages = snapshot.member(ended.management);
    if let Some(member) = manages.filter(|member| member.parent != ended.root) {
        // Its unit could not go before it, and it can't go before the organization.
        let parent = ended.root.clone();
        groups.push(vec![Change::PutMember(Box::new(Member { parent, ..member.clone() }))]);
        return groups;
    }
    let others = snapshot.members(&ended.id).filter(|member| member.account != ended.management);
    groups.extend(others.map(|member| leave(member, snapshot)));
    let units = deepest_first(ended, snapshot).into_iter();
    groups.extend(units.map(|id| vec![Change::DeleteOrganizationalUnit { id }]));
    let policies = snapshot.organization_policies(&ended.id);
    groups.extend(policies.map(|policy| vec![Change::DeleteOrganizationPolicy { id: policy.id.clone() }]));
    groups.push(vec![
        Change::DeleteMember { account: ended.management },
        Change::DeleteOrganization { id: ended.id.clone() },
    ]);
    groups
}

/// Lists the units of an organization so that each comes before the one that it is in.
fn deepest_first(organization: &Organization, snapshot: &Snapshot) -> Vec<String> {
    let mut below: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for unit in snapshot.organizational_units(&organization.id) {
        below.entry(&unit.parent).or_default().push(&unit.id);
    }
    let (mut waiting, mut ordered) = (vec![organization.root.as_str()], Vec::new());
    while let Some(place) = waiting.pop() {
        let inside = below.remove(place).unwrap_or_default();
        ordered.extend(inside.iter().map(|id| (*id).to_owned()));
        waiting.extend(inside);
    }
    ordered.reverse();
    ordered
}

/// Makes a member's account, or tells it what it is called now. Its alias is its own.
fn account(member: &Member, snapshot: &Snapshot) -> Option<Change> {
    let told = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (name, email) = (told(&member.name), told(&member.email));
    let account = match snapshot.account(&member.account) {
        Some(account) if account.name == name && account.email == email => return None,
        Some(account) => Account { name, email, ..account.clone() },
        None => Account { id: member.account, alias: None, name, email, created: member.joined },
    };
    Some(Change::PutAccount(account))
}
