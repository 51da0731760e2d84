//! What a revision holds: entities, each with a kind, a key and a JSON body.

mod access_key;
mod account;
mod event_configuration;
mod group;
mod handshake;
mod kms_key;
mod login_profile;
mod managed_policy;
mod mfa_device;
mod organization;
mod password_policy;
mod role;
mod settings;
mod signing_key;
mod trail;
mod user;

use std::fmt;

pub use access_key::{AccessKey, AccessKeyStatus, Owner};
pub use account::Account;
pub use event_configuration::{AggregationTemplate, InsightSelector, InsightType, SourceEventCategory};
pub use group::Group;
pub use handshake::{AccountCreation, Handshake, HandshakeAction, HandshakeState};
pub use kms_key::{Grant, KeyMaterial, KmsAlias, KmsKey, KmsKeyState};
pub use login_profile::LoginProfile;
pub(crate) use login_profile::owner_key;
pub use managed_policy::{ManagedPolicy, PolicyVersion};
pub use mfa_device::{EnabledMfa, MfaDevice};
pub(crate) use organization::excludes;
pub use organization::{
    ALL_TRAILS, EXCLUSION_TAG, FULL_ACCESS_POLICY, FeatureSet, JoinedBy, Kept, Member, Organization,
    OrganizationPolicy, OrganizationalUnit, TrustedService,
};
pub use password_policy::{CharacterKind, PasswordPolicy};
pub use role::Role;
pub use settings::Settings;
pub use signing_key::SigningKey;
pub use trail::{Tag, Trail};
pub use user::{Policy, User};

use cairn_event::AccountId;

/// The kinds of entity, as they are named in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntityKind {
    /// [`Account`], by its id.
    Account,
    /// [`User`], by account and name.
    User,
    /// [`Group`], by account and name.
    Group,
    /// [`Role`], by account and name.
    Role,
    /// [`ManagedPolicy`], by its ARN.
    ManagedPolicy,
    /// [`AccessKey`], by its id.
    AccessKey,
    /// [`LoginProfile`], by account and the user's name, which is empty for the root user.
    LoginProfile,
    /// [`MfaDevice`], by its serial number.
    MfaDevice,
    /// [`PasswordPolicy`], by its account.
    PasswordPolicy,
    /// [`Trail`], by its ARN.
    Trail,
    /// [`SigningKey`], by its fingerprint.
    SigningKey,
    /// [`KmsKey`], by its ARN.
    KmsKey,
    /// [`KmsAlias`], by its ARN.
    KmsAlias,
    /// [`Organization`], by its id.
    Organization,
    /// [`Member`], by its account.
    Member,
    /// [`OrganizationalUnit`], by its id.
    OrganizationalUnit,
    /// [`OrganizationPolicy`], by its id.
    OrganizationPolicy,
    /// [`Handshake`], by its id.
    Handshake,
    /// [`AccountCreation`], by its id.
    AccountCreation,
    /// [`Settings`]; there is one.
    Settings,
}

impl EntityKind {
    const ALL: [Self; 20] = [
        Self::Account,
        Self::User,
        Self::Group,
        Self::Role,
        Self::ManagedPolicy,
        Self::AccessKey,
        Self::LoginProfile,
        Self::MfaDevice,
        Self::PasswordPolicy,
        Self::Trail,
        Self::SigningKey,
        Self::KmsKey,
        Self::KmsAlias,
        Self::Organization,
        Self::Member,
        Self::OrganizationalUnit,
        Self::OrganizationPolicy,
        Self::Handshake,
        Self::AccountCreation,
        Self::Settings,
    ];

    /// Returns the name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::ManagedPolicy => "managed-policy",
            Self::AccessKey => "access-key",
            Self::LoginProfile => "login-profile",
            Self::MfaDevice => "mfa-device",
            Self::PasswordPolicy => "password-policy",
            Self::Trail => "trail",
            Self::SigningKey => "signing-key",
            Self::KmsKey => "kms-key",
            Self::KmsAlias => "kms-alias",
            Self::Organization => "organization",
            Self::Member => "member",
            Self::OrganizationalUnit => "organizational-unit",
            Self::OrganizationPolicy => "organization-policy",
            Self::Handshake => "handshake",
            Self::AccountCreation => "account-creation",
            Self::Settings => "settings",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for EntityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Any entity.
#[derive(Debug, Clone)]
pub(crate) enum Entity {
    Account(Account),
    User(User),
    Group(Group),
    Role(Box<Role>),
    ManagedPolicy(Box<ManagedPolicy>),
    AccessKey(AccessKey),
    LoginProfile(Box<LoginProfile>),
    MfaDevice(Box<MfaDevice>),
    PasswordPolicy(Box<PasswordPolicy>),
    Trail(Box<Trail>),
    SigningKey(Box<SigningKey>),
    KmsKey(Box<KmsKey>),
    KmsAlias(Box<KmsAlias>),
    Organization(Box<Organization>),
    Member(Box<Member>),
    OrganizationalUnit(Box<OrganizationalUnit>),
    OrganizationPolicy(Box<OrganizationPolicy>),
    Handshake(Box<Handshake>),
    AccountCreation(Box<AccountCreation>),
    Settings(Settings),
}

impl Entity {
    pub(crate) fn kind(&self) -> EntityKind {
        match self {
            Self::Account(_) => EntityKind::Account,
            Self::User(_) => EntityKind::User,
            Self::Group(_) => EntityKind::Group,
            Self::Role(_) => EntityKind::Role,
            Self::ManagedPolicy(_) => EntityKind::ManagedPolicy,
            Self::AccessKey(_) => EntityKind::AccessKey,
            Self::LoginProfile(_) => EntityKind::LoginProfile,
            Self::MfaDevice(_) => EntityKind::MfaDevice,
            Self::PasswordPolicy(_) => EntityKind::PasswordPolicy,
            Self::Trail(_) => EntityKind::Trail,
            Self::SigningKey(_) => EntityKind::SigningKey,
            Self::KmsKey(_) => EntityKind::KmsKey,
            Self::KmsAlias(_) => EntityKind::KmsAlias,
            Self::Organization(_) => EntityKind::Organization,
            Self::Member(_) => EntityKind::Member,
            Self::OrganizationalUnit(_) => EntityKind::OrganizationalUnit,
            Self::OrganizationPolicy(_) => EntityKind::OrganizationPolicy,
            Self::Handshake(_) => EntityKind::Handshake,
            Self::AccountCreation(_) => EntityKind::AccountCreation,
            Self::Settings(_) => EntityKind::Settings,
        }
    }

    pub(crate) fn key(&self) -> String {
        match self {
            Self::Account(account) => account.id.to_string(),
            Self::User(user) => named_key(&user.account, &user.name),
            Self::Group(group) => named_key(&group.account, &group.name),
            Self::Role(role) => named_key(&role.account, &role.name),
            Self::ManagedPolicy(policy) => policy.arn.clone(),
            Self::AccessKey(key) => key.id.clone(),
            Self::LoginProfile(profile) => profile.key(),
            Self::MfaDevice(device) => device.serial.clone(),
            Self::PasswordPolicy(policy) => policy.account.to_string(),
            Self::Trail(trail) => trail.arn.clone(),
            Self::SigningKey(key) => key.fingerprint.clone(),
            Self::KmsKey(key) => key.arn.clone(),
            Self::KmsAlias(alias) => alias.arn.clone(),
            Self::Organization(organization) => organization.id.clone(),
            Self::Member(member) => member.account.to_string(),
            Self::OrganizationalUnit(unit) => unit.id.clone(),
            Self::OrganizationPolicy(policy) => policy.id.clone(),
            Self::Handshake(handshake) => handshake.id.clone(),
            Self::AccountCreation(creation) => creation.id.clone(),
            Self::Settings(_) => SETTINGS_KEY.to_owned(),
        }
    }

    pub(crate) fn to_body(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Account(account) => serde_json::to_string(account),
            Self::User(user) => serde_json::to_string(user),
            Self::Group(group) => serde_json::to_string(group),
            Self::Role(role) => serde_json::to_string(role),
            Self::ManagedPolicy(policy) => serde_json::to_string(policy),
            Self::AccessKey(key) => serde_json::to_string(key),
            Self::LoginProfile(profile) => serde_json::to_string(profile),
            Self::MfaDevice(device) => serde_json::to_string(device),
            Self::PasswordPolicy(policy) => serde_json::to_string(policy),
            Self::Trail(trail) => serde_json::to_string(trail),
            Self::SigningKey(key) => serde_json::to_string(key),
            Self::KmsKey(key) => serde_json::to_string(key),
            Self::KmsAlias(alias) => serde_json::to_string(alias),
            Self::Organization(entity) => serde_json::to_string(entity),
            Self::Member(entity) => serde_json::to_string(entity),
            Self::OrganizationalUnit(entity) => serde_json::to_string(entity),
            Self::OrganizationPolicy(entity) => serde_json::to_string(entity),
            Self::Handshake(entity) => serde_json::to_string(entity),
            Self::AccountCreation(entity) => serde_json::to_string(entity),
            Self::Settings(settings) => serde_json::to_string(settings),
        }
    }

    pub(crate) fn from_body(kind: EntityKind, body: &str) -> Result<Self, serde_json::Error> {
        Ok(match kind {
            EntityKind::Account => Self::Account(serde_json::from_str(body)?),
            EntityKind::User => Self::User(serde_json::from_str(body)?),
            EntityKind::Group => Self::Group(serde_json::from_str(body)?),
            EntityKind::Role => Self::Role(serde_json::from_str(body)?),
            EntityKind::ManagedPolicy => Self::ManagedPolicy(serde_json::from_str(body)?),
            EntityKind::AccessKey => Self::AccessKey(serde_json::from_str(body)?),
            EntityKind::LoginProfile => Self::LoginProfile(serde_json::from_str(body)?),
            EntityKind::MfaDevice => Self::MfaDevice(serde_json::from_str(body)?),
            EntityKind::PasswordPolicy => Self::PasswordPolicy(serde_json::from_str(body)?),
            EntityKind::Trail => Self::Trail(serde_json::from_str(body)?),
            EntityKind::SigningKey => Self::SigningKey(serde_json::from_str(body)?),
            EntityKind::KmsKey => Self::KmsKey(serde_json::from_str(body)?),
            EntityKind::KmsAlias => Self::KmsAlias(serde_json::from_str(body)?),
            EntityKind::Organization => Self::Organization(serde_json::from_str(body)?),
            EntityKind::Member => Self::Member(serde_json::from_str(body)?),
            EntityKind::OrganizationalUnit => Self::OrganizationalUnit(serde_json::from_str(body)?),
            EntityKind::OrganizationPolicy => Self::OrganizationPolicy(serde_json::from_str(body)?),
            EntityKind::Handshake => Self::Handshake(serde_json::from_str(body)?),
            EntityKind::AccountCreation => Self::AccountCreation(serde_json::from_str(body)?),
            EntityKind::Settings => Self::Settings(serde_json::from_str(body)?),
        })
    }
}

/// The key in the store of a user, group or role. Names hold no slash, so two of a kind never share a key.
pub(crate) fn named_key(account: &AccountId, name: &str) -> String {
    format!("{account}/{name}")
}

pub(crate) const SETTINGS_KEY: &str = "settings";
