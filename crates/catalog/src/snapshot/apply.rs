//! One revision and a list of changes make the next revision, or a refusal. Pure.

use std::collections::BTreeSet;
use std::sync::Arc;

use cairn_event::AccountId;

use super::{Named, Snapshot};
use crate::change::{KEY_BYTES_MAX, Step};
use crate::entity::{Entity, named_key};
use crate::{Change, EntityKind, KmsAlias, KmsKey, Owner, Refusal, User};

impl Snapshot {
    /// Makes the next revision. The steps say which rows change for it.
    pub(crate) fn apply(&self, changes: Vec<Change>) -> Result<(Self, Vec<Step>), Refusal> {
        let steps: Vec<Step> = changes.into_iter().map(Change::into_step).collect();
        check_list(&steps)?;
        let mut next = self.clone();
        next.revision = self.revision.checked_add(1).ok_or(Refusal::TooLarge(u64::MAX))?;
        for step in &steps {
            next.take(self, step)?;
        }
        for step in &steps {
            next.check_owner(step)?;
        }
        let organized = steps.iter().any(|step| places_accounts(step.kind));
        if organized {
            next.organizations.check()?;
        }
        if organized || steps.iter().any(|step| step.kind == EntityKind::Trail) {
            next.check_organization_trails()?;
            next = next.index();
        }
        Ok((next, steps))
    }

    fn take(&mut self, before: &Self, step: &Step) -> Result<(), Refusal> {
        let Some(entity) = step.entity.clone() else {
            return if self.remove(step.kind, &step.key) {
                Ok(())
            } else {
                Err(Refusal::Absent { kind: step.kind.as_str(), key: step.key.clone() })
            };
        };
        let created = match before.trails.get(&step.key) {
            Some(trail) => trail.id.created,
            None => self.revision,
        };
        self.admit(entity, created).map_err(|source| Refusal::Selectors { trail: step.key.clone(), source })
    }

    fn remove(&mut self, kind: EntityKind, key: &str) -> bool {
        match kind {
            EntityKind::AccessKey => self.access_keys.remove(key).is_some(),
            EntityKind::LoginProfile => Arc::make_mut(&mut self.login_profiles).remove(key).is_some(),
            EntityKind::MfaDevice => Arc::make_mut(&mut self.mfa_devices).remove(key).is_some(),
            EntityKind::PasswordPolicy => {
                let policies = Arc::make_mut(&mut self.password_policies);
                key.parse::<AccountId>().is_ok_and(|account| policies.remove(&account).is_some())
            }
            EntityKind::Trail => self.trails.remove(key).is_some(),
            EntityKind::User => remove_named(&mut self.users, key),
            EntityKind::Group => remove_named(&mut self.groups, key),
            EntityKind::Role => remove_named(&mut self.roles, key),
            EntityKind::ManagedPolicy => self.managed_policies.remove(key).is_some(),
            EntityKind::KmsAlias => self.kms_aliases.remove(key).is_some(),
            // No change removes these.
            EntityKind::Account | EntityKind::SigningKey | EntityKind::KmsKey | EntityKind::Settings => false,
            EntityKind::Organization => self.organized().organizations.remove(key).is_some(),
            EntityKind::Member => key.parse().is_ok_and(|account| self.organized().remove_member(account)),
            EntityKind::OrganizationalUnit => self.organized().units.remove(key).is_some(),
            EntityKind::OrganizationPolicy => self.organized().policies.remove(key).is_some(),
            EntityKind::Handshake => self.organized().handshakes.remove(key),
            EntityKind::AccountCreation => self.organized().creations.remove(key),
        }
    }

    /// Checks that what the step leaves behind belongs to something that is there.
    fn check_owner(&self, step: &Step) -> Result<(), Refusal> {
        let orphan = |owner| Err(Refusal::Orphan { kind: step.kind, key: step.key.clone(), owner });
        let account = match &step.entity {
            None if step.kind == EntityKind::User => {
                self.check_keys_of_removed(&step.key)?;
                return self.check_sign_in_of_removed(&step.key);
            }
            None if step.kind == EntityKind::Group => return self.check_members_of_removed(&step.key),
            None if step.kind == EntityKind::ManagedPolicy => {
                return self.check_holders_of_removed(&step.key);
            }
            None
            | Some(
                Entity::Account(_)
                | Entity::SigningKey(_)
                | Entity::Settings(_)
                | Entity::Organization(_)
                | Entity::OrganizationalUnit(_)
                | Entity::OrganizationPolicy(_)
                | Entity::Handshake(_)
                | Entity::AccountCreation(_),
            ) => return Ok(()),
            Some(Entity::Member(member)) => member.account,
            Some(Entity::User(user)) => user.account,
            Some(Entity::Group(group)) => group.account,
            Some(Entity::Role(role)) => role.account,
            Some(Entity::ManagedPolicy(policy)) => policy.account,
            Some(Entity::AccessKey(key)) => key.account,
            Some(Entity::LoginProfile(profile)) => profile.account,
            Some(Entity::MfaDevice(device)) => device.account,
            Some(Entity::PasswordPolicy(policy)) => policy.account,
            Some(Entity::Trail(trail)) => trail.account,
            Some(Entity::KmsKey(key)) => key.account,
            Some(Entity::KmsAlias(alias)) => alias.account,
        };
        if !self.accounts.contains_key(&account) {
            return orphan(EntityKind::Account);
        }
        match &step.entity {
            Some(Entity::AccessKey(key)) if self.owner(key).is_none() => orphan(EntityKind::User),
            Some(Entity::LoginProfile(profile)) if !self.is_someone(&profile.account, &profile.owner) => {
                orphan(EntityKind::User)
            }
            Some(Entity::MfaDevice(device)) if !self.is_of_someone(device) => orphan(EntityKind::User),
            Some(Entity::KmsAlias(alias)) if !self.names_a_key(alias) => orphan(EntityKind::KmsKey),
            Some(Entity::User(user)) if !self.groups_exist(user) => orphan(EntityKind::Group),
            Some(Entity::User(user)) if !self.are_policies(&user.attached, user.boundary.as_ref()) => {
                orphan(EntityKind::ManagedPolicy)
            }
            Some(Entity::Group(group)) if !self.are_policies(&group.attached, None) => {
                orphan(EntityKind::ManagedPolicy)
            }
            Some(Entity::Role(role)) if !self.are_policies(&role.attached, role.boundary.as_ref()) => {
                orphan(EntityKind::ManagedPolicy)
            }
            _ => Ok(()),
        }
    }

    /// An organization trail belongs to the account that manages the organization.
    fn check_organization_trails(&self) -> Result<(), Refusal> {
        let owned = |trail: &&Arc<super::LiveTrail>| {
            let id = trail.organization.as_deref();
            id.is_none_or(|id| self.organization(id).is_some_and(|found| found.management == trail.account))
        };
        match self.trails.values().find(|trail| !owned(trail)) {
            Some(trail) => Err(Refusal::Orphan {
                kind: EntityKind::Trail,
                key: trail.arn.clone(),
                owner: EntityKind::Organization,
            }),
            None => Ok(()),
        }
    }

    fn names_a_key(&self, alias: &KmsAlias) -> bool {
        let owned = |key: &&Arc<KmsKey>| key.account == alias.account && key.region == alias.region;
        self.kms_keys.values().filter(owned).any(|key| key.id == alias.key_id)
    }

    fn groups_exist(&self, user: &User) -> bool {
        user.groups.iter().all(|name| self.group(&user.account, name).is_some())
    }

    /// Whether every ARN is that of a managed policy; those of AWS are built in and not kept here.
    fn are_policies(&self, attached: &[String], boundary: Option<&String>) -> bool {
        let mut held = attached.iter().chain(boundary);
        held.all(|arn| arn.starts_with(AWS_POLICY) || self.managed_policies.contains_key(arn))
    }

    fn check_keys_of_removed(&self, user: &str) -> Result<(), Refusal> {
        let left = self.access_keys.values().find(|key| match &key.owner {
            Owner::Root => false,
            Owner::User(name) => named_key(&key.account, name) == user,
        });
        match left {
            Some(key) => Err(Refusal::Orphan {
                kind: EntityKind::AccessKey,
                key: key.id.clone(),
                owner: EntityKind::User,
            }),
            None => Ok(()),
        }
    }

    fn check_members_of_removed(&self, group: &str) -> Result<(), Refusal> {
        let mut users = self.users.values().flat_map(|named| named.values());
        let left = users.find(|user| user.groups.iter().any(|name| named_key(&user.account, name) == group));
        match left {
            Some(user) => Err(Refusal::Orphan {
                kind: EntityKind::User,
                key: named_key(&user.account, &user.name),
                owner: EntityKind::Group,
            }),
            None => Ok(()),
        }
    }

    fn check_holders_of_removed(&self, arn: &str) -> Result<(), Refusal> {
        let holds = |attached: &[String], boundary: Option<&String>| {
            attached.iter().chain(boundary).any(|held| held == arn)
        };
        let users = self.users.values().flat_map(|named| named.values());
        let users = users.map(|user| (EntityKind::User, &user.arn, &user.attached, user.boundary.as_ref()));
        let groups = self.groups.values().flat_map(|named| named.values());
        let groups = groups.map(|group| (EntityKind::Group, &group.arn, &group.attached, None));
        let roles = self.roles.values().flat_map(|named| named.values());
        let roles = roles.map(|role| (EntityKind::Role, &role.arn, &role.attached, role.boundary.as_ref()));
        let left = users.chain(groups).chain(roles).find(|(_, _, held, boundary)| holds(held, *boundary));
        match left {
            Some((kind, key, _, _)) => {
                Err(Refusal::Orphan { kind, key: key.clone(), owner: EntityKind::ManagedPolicy })
            }
            None => Ok(()),
        }
    }
}

/// How the ARNs of AWS's own managed policies begin.
const AWS_POLICY: &str = "arn:aws:iam::aws:policy/";

/// Rebuilds a revision from its rows.
pub(crate) fn assemble(
    revision: crate::Revision,
    rows: impl IntoIterator<Item = (Entity, crate::Revision)>,
) -> Result<Arc<Snapshot>, Refusal> {
    let mut snapshot = Snapshot::empty(revision);
    for (entity, created) in rows {
        let key = entity.key();
        snapshot.admit(entity, created).map_err(|source| Refusal::Selectors { trail: key, source })?;
    }
    Ok(Arc::new(snapshot.index()))
}

fn check_list(steps: &[Step]) -> Result<(), Refusal> {
    if steps.is_empty() {
        return Err(Refusal::Empty);
    }
    if steps.len() > Change::TOGETHER_MAX {
        return Err(Refusal::TooMany { what: "changes", count: steps.len(), max: Change::TOGETHER_MAX });
    }
    let mut seen = BTreeSet::new();
    for step in steps {
        let bytes = step.key.len();
        if bytes > KEY_BYTES_MAX {
            return Err(Refusal::TooLong { what: "a key", bytes, max: KEY_BYTES_MAX });
        }
        // Two changes of one row would need an order within the revision, which snapshots do not have.
        if !seen.insert((step.kind, &step.key)) {
            return Err(Refusal::Twice { kind: step.kind.as_str(), key: step.key.clone() });
        }
    }
    Ok(())
}

/// Tells whether a change of this kind can place an account, unit or policy elsewhere. Every other commit leaves the
/// organizations as they were checked, however many accounts they have.
fn places_accounts(kind: EntityKind) -> bool {
    match kind {
        EntityKind::Organization
        | EntityKind::Member
        | EntityKind::OrganizationalUnit
        | EntityKind::OrganizationPolicy => true,
        EntityKind::Settings
        | EntityKind::Account
        | EntityKind::User
        | EntityKind::Group
        | EntityKind::Role
        | EntityKind::ManagedPolicy
        | EntityKind::AccessKey
        | EntityKind::LoginProfile
        | EntityKind::MfaDevice
        | EntityKind::PasswordPolicy
        | EntityKind::SigningKey
        | EntityKind::KmsKey
        | EntityKind::KmsAlias
        | EntityKind::Handshake
        | EntityKind::AccountCreation
        | EntityKind::Trail => false,
    }
}

fn remove_named<T>(all: &mut Named<T>, key: &str) -> bool {
    let Some((account, name)) = parse_named_key(key) else { return false };
    let named = Arc::make_mut(all).get_mut(&account);
    named.is_some_and(|named| Arc::make_mut(named).remove(name).is_some())
}

pub(super) fn parse_named_key(key: &str) -> Option<(AccountId, &str)> {
    let (account, name) = key.split_once('/')?;
    Some((account.parse().ok()?, name))
}
