//! What a commit changes, and why one is refused.

use cairn_event::AccountId;
use cairn_select::SelectorError;

use crate::entity::{Entity, SETTINGS_KEY, named_key, owner_key};
use crate::{
    AccessKey, Account, AccountCreation, EntityKind, Group, Handshake, KmsAlias, KmsKey, LoginProfile,
    ManagedPolicy, Member, MfaDevice, Organization, OrganizationPolicy, OrganizationalUnit, Owner,
    PasswordPolicy, Role, Settings, SigningKey, Trail, User,
};

/// One change of a commit. `Put` adds an entity or replaces the one with the same key.
#[derive(Debug, Clone)]
pub enum Change {
    /// Adds or replaces an account. Accounts are never removed: their events stay theirs.
    PutAccount(Account),
    /// Adds or replaces a user.
    PutUser(User),
    /// Removes a user; its access keys, its password and its MFA devices must go in the same commit or before.
    DeleteUser {
        /// The user's account.
        account: AccountId,
        /// The user's name.
        name: String,
    },
    /// Adds or replaces a group.
    PutGroup(Group),
    /// Removes a group; no user may be left in it.
    DeleteGroup {
        /// The group's account.
        account: AccountId,
        /// The group's name.
        name: String,
    },
    /// Adds or replaces a role.
    PutRole(Box<Role>),
    /// Removes a role.
    DeleteRole {
        /// The role's account.
        account: AccountId,
        /// The role's name.
        name: String,
    },
    /// Adds or replaces a managed policy.
    PutManagedPolicy(Box<ManagedPolicy>),
    /// Removes a managed policy; nobody may be left attached to it.
    DeleteManagedPolicy {
        /// The policy's ARN.
        arn: String,
    },
    /// Adds or replaces an access key.
    PutAccessKey(AccessKey),
    /// Removes an access key.
    DeleteAccessKey {
        /// The key id.
        id: String,
    },
    /// Adds or replaces a password.
    PutLoginProfile(Box<LoginProfile>),
    /// Removes a password.
    DeleteLoginProfile {
        /// The account.
        account: AccountId,
        /// Whose it is.
        owner: Owner,
    },
    /// Adds or replaces an MFA device.
    PutMfaDevice(Box<MfaDevice>),
    /// Removes an MFA device.
    DeleteMfaDevice {
        /// The serial number.
        serial: String,
    },
    /// Adds or replaces an account's password policy.
    PutPasswordPolicy(Box<PasswordPolicy>),
    /// Removes an account's password policy.
    DeletePasswordPolicy {
        /// The account.
        account: AccountId,
    },
    /// Adds or replaces a trail.
    PutTrail(Box<Trail>),
    /// Removes a trail.
    DeleteTrail {
        /// The trail's ARN.
        arn: String,
    },
    /// Adds a key that signs digests. Such keys are never removed: files they signed may be checked years later.
    PutSigningKey(Box<SigningKey>),
    /// Adds or replaces a key of the built-in KMS. One that is deleted stays without materials.
    PutKmsKey(Box<KmsKey>),
    /// Adds or replaces an alias.
    PutKmsAlias(Box<KmsAlias>),
    /// Removes an alias.
    DeleteKmsAlias {
        /// The alias's ARN.
        arn: String,
    },
    /// Adds or replaces an organization.
    PutOrganization(Box<Organization>),
    /// Removes an organization; members, units and policies must go in the same commit or before.
    DeleteOrganization {
        /// The organization's id.
        id: String,
    },
    /// Adds or replaces an account's membership.
    PutMember(Box<Member>),
    /// Ends an account's membership.
    DeleteMember {
        /// The account.
        account: AccountId,
    },
    /// Adds or replaces an organizational unit.
    PutOrganizationalUnit(Box<OrganizationalUnit>),
    /// Removes an organizational unit; nothing may be left in it.
    DeleteOrganizationalUnit {
        /// The unit's id.
        id: String,
    },
    /// Adds or replaces a service control policy.
    PutOrganizationPolicy(Box<OrganizationPolicy>),
    /// Removes a service control policy; it may be attached nowhere.
    DeleteOrganizationPolicy {
        /// The policy's id.
        id: String,
    },
    /// Adds or replaces a handshake.
    PutHandshake(Box<Handshake>),
    /// Forgets a handshake that is over.
    DeleteHandshake {
        /// The handshake's id.
        id: String,
    },
    /// Adds what came of a CreateAccount.
    PutAccountCreation(Box<AccountCreation>),
    /// Forgets what came of a CreateAccount.
    DeleteAccountCreation {
        /// The making's id.
        id: String,
    },
    /// Replaces the settings.
    PutSettings(Settings),
}

/// The request contradicts itself or what is stored. Repeating it will not help.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// A commit without changes makes no revision.
    #[error("accept a commit without changes")]
    Empty,
    /// More at once than the limit.
    #[error("accept {count} {what} at once: {max} are allowed")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many are allowed.
        max: usize,
    },
    /// One text is longer than the limit.
    #[error("accept {what} of {bytes} bytes: {max} are allowed")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// A number is larger than the store can hold, 2^63 - 1.
    #[error("store the number {0}: it is beyond the largest, 2^63 - 1")]
    TooLarge(u64),
    /// The same thing is named twice in one call.
    #[error("change the {kind} {key} twice at once")]
    Twice {
        /// What kind of thing.
        kind: &'static str,
        /// Its key.
        key: String,
    },
    /// What is to be removed is not there.
    #[error("remove the {kind} {key}: there is none")]
    Absent {
        /// What kind of thing.
        kind: &'static str,
        /// Its key.
        key: String,
    },
    /// What is to be added is there already.
    #[error("add the {kind} {key}: it is there already")]
    Present {
        /// What kind of thing.
        kind: &'static str,
        /// Its key.
        key: String,
    },
    /// An entity would belong to something that is not there.
    #[error("keep the {kind} {key}: the {owner} it belongs to is not there")]
    Orphan {
        /// The kind of the entity.
        kind: EntityKind,
        /// Its key.
        key: String,
        /// What it needs.
        owner: EntityKind,
    },
    /// A trail's selectors are invalid.
    #[error("compile the selectors of {trail}")]
    Selectors {
        /// The trail's ARN.
        trail: String,
        #[source]
        /// What is wrong with them.
        source: SelectorError,
    },
    /// A cursor was to be advanced backwards, which would repeat what is done.
    #[error("advance a cursor from {from} back to {to}")]
    Backwards {
        /// Where it stands.
        from: u64,
        /// Where it was to go.
        to: u64,
    },
    /// A value could not be rendered for the store.
    #[error("render the {kind} {key}")]
    Unwritable {
        /// What kind of thing.
        kind: &'static str,
        /// Its key.
        key: String,
        #[source]
        /// Why.
        source: serde_json::Error,
    },
}

/// The longest key of an entity, bytes. A trail's ARN needs at most some 200.
pub(crate) const KEY_BYTES_MAX: usize = 2_048;

/// The longest body of an entity, bytes of JSON. Selectors at AWS's limits stay well below.
pub(crate) const BODY_BYTES_MAX: usize = 1_048_576;

impl Change {
    /// The most changes in one commit.
    pub const TOGETHER_MAX: usize = 1_000;

    /// Returns what the change does to which row.
    pub(crate) fn into_step(self) -> Step {
        let remove = |kind, key| Step { kind, key, entity: None };
        let put = |entity: Entity| Step { kind: entity.kind(), key: entity.key(), entity: Some(entity) };
        match self {
            Self::PutAccount(account) => put(Entity::Account(account)),
            Self::PutUser(user) => put(Entity::User(user)),
            Self::PutGroup(group) => put(Entity::Group(group)),
            Self::PutRole(role) => put(Entity::Role(role)),
            Self::PutManagedPolicy(policy) => put(Entity::ManagedPolicy(policy)),
            Self::PutAccessKey(key) => put(Entity::AccessKey(key)),
            Self::PutLoginProfile(profile) => put(Entity::LoginProfile(profile)),
            Self::DeleteLoginProfile { account, owner } => {
                remove(EntityKind::LoginProfile, owner_key(&account, &owner))
            }
            Self::PutMfaDevice(device) => put(Entity::MfaDevice(device)),
            Self::DeleteMfaDevice { serial } => remove(EntityKind::MfaDevice, serial),
            Self::PutPasswordPolicy(policy) => put(Entity::PasswordPolicy(policy)),
            Self::DeletePasswordPolicy { account } => remove(EntityKind::PasswordPolicy, account.to_string()),
            Self::PutTrail(trail) => put(Entity::Trail(trail)),
            Self::PutSigningKey(key) => put(Entity::SigningKey(key)),
            Self::PutKmsKey(key) => put(Entity::KmsKey(key)),
            Self::PutKmsAlias(alias) => put(Entity::KmsAlias(alias)),
            Self::DeleteKmsAlias { arn } => remove(EntityKind::KmsAlias, arn),
            Self::PutOrganization(organization) => put(Entity::Organization(organization)),
            Self::DeleteOrganization { id } => remove(EntityKind::Organization, id),
            Self::PutMember(member) => put(Entity::Member(member)),
            Self::DeleteMember { account } => remove(EntityKind::Member, account.to_string()),
            Self::PutOrganizationalUnit(unit) => put(Entity::OrganizationalUnit(unit)),
            Self::DeleteOrganizationalUnit { id } => remove(EntityKind::OrganizationalUnit, id),
            Self::PutOrganizationPolicy(policy) => put(Entity::OrganizationPolicy(policy)),
            Self::DeleteOrganizationPolicy { id } => remove(EntityKind::OrganizationPolicy, id),
            Self::PutHandshake(handshake) => put(Entity::Handshake(handshake)),
            Self::DeleteHandshake { id } => remove(EntityKind::Handshake, id),
            Self::PutAccountCreation(creation) => put(Entity::AccountCreation(creation)),
            Self::DeleteAccountCreation { id } => remove(EntityKind::AccountCreation, id),
            Self::PutSettings(settings) => put(Entity::Settings(settings)),
            Self::DeleteUser { account, name } => remove(EntityKind::User, named_key(&account, &name)),
            Self::DeleteGroup { account, name } => remove(EntityKind::Group, named_key(&account, &name)),
            Self::DeleteRole { account, name } => remove(EntityKind::Role, named_key(&account, &name)),
            Self::DeleteManagedPolicy { arn } => remove(EntityKind::ManagedPolicy, arn),
            Self::DeleteAccessKey { id } => remove(EntityKind::AccessKey, id),
            Self::DeleteTrail { arn } => remove(EntityKind::Trail, arn),
        }
    }
}

/// A change as the store sees it: the row of `kind` and `key` ends, and `entity` follows unless removed.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) kind: EntityKind,
    pub(crate) key: String,
    pub(crate) entity: Option<Entity>,
}

const _: () = assert!(SETTINGS_KEY.len() <= KEY_BYTES_MAX);
