//! The organizations of a revision: who belongs where, and what limits them.

use std::collections::BTreeMap;
use std::sync::Arc;

use cairn_event::AccountId;

use super::shelf::Shelf;
use super::{LiveTrail, Snapshot};
use crate::entity::excludes;
use crate::{
    AccountCreation, EntityKind, Handshake, Member, Organization, OrganizationPolicy, OrganizationalUnit,
    Refusal, Tag,
};

/// All organizations, and what belongs to them.
#[derive(Debug, Clone, Default)]
pub(super) struct Organizations {
    pub(super) organizations: BTreeMap<String, Arc<Organization>>,
    members: BTreeMap<AccountId, Arc<Member>>,
    // The same members, by organization.
    members_of: BTreeMap<String, BTreeMap<AccountId, Arc<Member>>>,
    pub(super) units: BTreeMap<String, Arc<OrganizationalUnit>>,
    pub(super) policies: BTreeMap<String, Arc<OrganizationPolicy>>,
    pub(super) handshakes: Shelf<Handshake>,
    pub(super) creations: Shelf<AccountCreation>,
}

/// Something that service control policies are attached to.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// The organization's root.
    Root(&'a Organization),
    /// A unit.
    Unit(&'a OrganizationalUnit),
    /// An account.
    Account(&'a Member),
}

/// The deepest that units lie in one another: five by AWS's quota; more of them end a walk that would go in
/// a circle.
const DEPTH_MAX: usize = 16;

impl Organizations {
    pub(super) fn put_member(&mut self, member: Member) {
        self.remove_member(member.account);
        let member = Arc::new(member);
        let others = self.members_of.entry(member.organization.clone()).or_default();
        others.insert(member.account, Arc::clone(&member));
        self.members.insert(member.account, member);
    }

    pub(super) fn remove_member(&mut self, account: AccountId) -> bool {
        let Some(member) = self.members.remove(&account) else { return false };
        if let Some(others) = self.members_of.get_mut(&member.organization) {
            others.remove(&account);
            if others.is_empty() {
                self.members_of.remove(&member.organization);
            }
        }
        true
    }

    /// Lists the accounts that get a copy of a trail: the members of its organization that it does not exclude,
    /// without its owner.
    pub(super) fn with_copy<'a>(&'a self, trail: &'a LiveTrail) -> impl Iterator<Item = AccountId> + 'a {
        let organization = trail.organization.as_deref();
        let members = organization.into_iter().flat_map(|id| self.members_of(id));
        members
            .map(|member| member.account)
            .filter(|account| *account != trail.account && !self.is_excluded(*account, &trail.name))
    }

    fn members_of(&self, organization: &str) -> impl ExactSizeIterator<Item = &Arc<Member>> {
        self.members_of.get(organization).unwrap_or(const { &BTreeMap::new() }).values()
    }

    fn is_excluded(&self, account: AccountId, trail_name: &str) -> bool {
        self.places(account).any(|place| excludes(place.tags(), trail_name))
    }

    /// Goes from an account up to its organization's root.
    fn places(&self, account: AccountId) -> impl Iterator<Item = Place<'_>> {
        self.up_from(self.members.get(&account).map(|member| Place::Account(member)))
    }

    fn up_from<'a>(&'a self, first: Option<Place<'a>>) -> impl Iterator<Item = Place<'a>> {
        std::iter::successors(first, |place| self.above(*place)).take(DEPTH_MAX)
    }

    fn above<'a>(&'a self, place: Place<'a>) -> Option<Place<'a>> {
        let (organization, parent) = match place {
            Place::Root(_) => return None,
            Place::Unit(unit) => (&unit.organization, &unit.parent),
            Place::Account(member) => (&member.organization, &member.parent),
        };
        match self.units.get(parent) {
            Some(unit) => Some(Place::Unit(unit)),
            None => {
                let organization = self.organizations.get(organization)?;
                (organization.root == *parent).then_some(Place::Root(organization))
            }
        }
    }

    /// Checks that everything belongs to something that is there.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let orphan = |kind, key: String, owner| Err(Refusal::Orphan { kind, key, owner });
        for organization in self.organizations.values() {
            let manages = self.members.get(&organization.management);
            if manages.is_none_or(|member| member.organization != organization.id) {
                return orphan(EntityKind::Organization, organization.id.clone(), EntityKind::Member);
            }
        }
        for member in self.members.values() {
            if !self.is_inside(&member.organization, &member.parent) {
                return orphan(
                    EntityKind::Member,
                    member.account.to_string(),
                    EntityKind::OrganizationalUnit,
                );
            }
        }
        for unit in self.units.values() {
            if !self.is_inside(&unit.organization, &unit.parent) {
                return orphan(
                    EntityKind::OrganizationalUnit,
                    unit.id.clone(),
                    EntityKind::OrganizationalUnit,
                );
            }
        }
        for policy in self.policies.values() {
            if !self.organizations.contains_key(&policy.organization) {
                return orphan(EntityKind::OrganizationPolicy, policy.id.clone(), EntityKind::Organization);
            }
        }
        Ok(())
    }

    /// Tells whether a root or unit is part of an organization.
    fn is_inside(&self, organization: &str, parent: &str) -> bool {
        match self.units.get(parent) {
            Some(unit) => unit.organization == organization,
            None => self.organizations.get(organization).is_some_and(|found| found.root == parent),
        }
    }
}

impl Place<'_> {
    /// Returns its id: an account's is the account's number.
    pub fn id(&self) -> String {
        match self {
            Self::Root(organization) => organization.root.clone(),
            Self::Unit(unit) => unit.id.clone(),
            Self::Account(member) => member.account.to_string(),
        }
    }

    /// Returns the ids of the service control policies attached to it.
    pub fn attached(&self) -> &[String] {
        match self {
            Self::Root(organization) => &organization.attached,
            Self::Unit(unit) => &unit.attached,
            Self::Account(member) => &member.attached,
        }
    }

    /// Returns its tags.
    pub fn tags(&self) -> &[Tag] {
        match self {
            Self::Root(organization) => &organization.root_tags,
            Self::Unit(unit) => &unit.tags,
            Self::Account(member) => &member.tags,
        }
    }
}

impl Snapshot {
    /// Returns an organization by its id.
    pub fn organization(&self, id: &str) -> Option<&Organization> {
        self.organizations.organizations.get(id).map(Arc::as_ref)
    }

    /// Lists the organizations by id.
    pub fn organizations(&self) -> impl Iterator<Item = &Organization> {
        self.organizations.organizations.values().map(Arc::as_ref)
    }

    /// Returns an account's membership; `None` for one that belongs to no organization.
    pub fn member(&self, account: AccountId) -> Option<&Member> {
        self.organizations.members.get(&account).map(Arc::as_ref)
    }

    /// Returns the organization that an account belongs to.
    pub fn organization_of(&self, account: AccountId) -> Option<&Organization> {
        self.organization(&self.member(account)?.organization)
    }

    /// Lists the members of an organization by account, the one that manages it among them.
    pub fn members(&self, organization: &str) -> impl ExactSizeIterator<Item = &Member> {
        self.organizations.members_of(organization).map(Arc::as_ref)
    }

    /// Returns an organizational unit by its id.
    pub fn organizational_unit(&self, id: &str) -> Option<&OrganizationalUnit> {
        self.organizations.units.get(id).map(Arc::as_ref)
    }

    /// Lists the units of an organization by id.
    pub fn organizational_units<'a>(
        &'a self,
        organization: &'a str,
    ) -> impl Iterator<Item = &'a OrganizationalUnit> {
        let units = self.organizations.units.values().map(Arc::as_ref);
        units.filter(move |unit| unit.organization == organization)
    }

    /// Returns a service control policy by its id; AWS's own is not kept here.
    pub fn organization_policy(&self, id: &str) -> Option<&OrganizationPolicy> {
        self.organizations.policies.get(id).map(Arc::as_ref)
    }

    /// Lists the service control policies of an organization by id.
    pub fn organization_policies<'a>(
        &'a self,
        organization: &'a str,
    ) -> impl Iterator<Item = &'a OrganizationPolicy> {
        let policies = self.organizations.policies.values().map(Arc::as_ref);
        policies.filter(move |policy| policy.organization == organization)
    }

    /// Returns a handshake by its id.
    pub fn handshake(&self, id: &str) -> Option<&Handshake> {
        self.organizations.handshakes.get(id)
    }

    /// Lists the handshakes of an organization by id.
    pub fn handshakes_of(&self, organization: &str) -> impl Iterator<Item = &Handshake> {
        self.organizations.handshakes.of_organization(organization)
    }

    /// Lists the handshakes that an account is asked by id.
    pub fn handshakes_with(&self, account: AccountId) -> impl Iterator<Item = &Handshake> {
        self.organizations.handshakes.of_account(account)
    }

    /// Lists all handshakes, those that are over first before the others ([`Handshake::over`]).
    pub fn handshakes(&self) -> impl Iterator<Item = &Handshake> {
        self.organizations.handshakes.oldest_first()
    }

    /// Returns the making of an account by its id.
    pub fn account_creation(&self, id: &str) -> Option<&AccountCreation> {
        self.organizations.creations.get(id)
    }

    /// Lists the makings of an organization's accounts by id.
    pub fn account_creations(&self, organization: &str) -> impl Iterator<Item = &AccountCreation> {
        self.organizations.creations.of_organization(organization)
    }

    /// Lists the makings of all organizations' accounts, those that were over first before the others.
    pub fn oldest_account_creations(&self) -> impl Iterator<Item = &AccountCreation> {
        self.organizations.creations.oldest_first()
    }

    /// Goes from an account up to its organization's root: the account, the units it is in, the root. Empty for
    /// an account that belongs to no organization.
    pub fn places(&self, account: AccountId) -> impl Iterator<Item = Place<'_>> {
        self.organizations.places(account)
    }

    /// Goes from a unit up to its organization's root, which is not among them: this unit, those it is in. Empty for
    /// what is no unit.
    pub fn units_up_from(&self, unit: &str) -> impl Iterator<Item = &OrganizationalUnit> {
        let places = self.organizations.up_from(self.organizational_unit(unit).map(Place::Unit));
        places.filter_map(|place| match place {
            Place::Unit(unit) => Some(unit),
            Place::Root(_) | Place::Account(_) => None,
        })
    }

    /// Tells whether an account manages the organization that it belongs to.
    pub fn is_management(&self, account: AccountId) -> bool {
        self.organization_of(account).is_some_and(|organization| organization.management == account)
    }

    /// Tells whether an account administers a service for its organization.
    pub fn administers(&self, account: AccountId, principal: &str) -> bool {
        self.member(account).is_some_and(|member| member.administers(principal))
    }

    /// Tells whether tags keep the events of an account out of its organization's trail of this name
    /// ([`EXCLUSION_TAG`](crate::EXCLUSION_TAG) on the account, a unit that it is in, or the root).
    pub fn is_excluded(&self, account: AccountId, trail_name: &str) -> bool {
        self.organizations.is_excluded(account, trail_name)
    }

    /// Tells whether a trail receives what is recorded in an account: its own, or its organization's that does
    /// not exclude it.
    pub fn covers(&self, trail: &LiveTrail, account: AccountId) -> bool {
        match &trail.organization {
            None => trail.account == account,
            Some(id) => {
                self.member(account).is_some_and(|member| member.organization == *id)
                    && !self.is_excluded(account, &trail.name)
            }
        }
    }
}
