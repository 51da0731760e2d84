//! What a revision holds: entities, each with a kind, a key and a JSON body.

mod access_key;
mod account;
mod settings;
mod trail;
mod user;

use std::fmt;

pub use access_key::{AccessKey, AccessKeyStatus, Owner};
pub use account::Account;
pub use settings::Settings;
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
    /// [`AccessKey`], by its id.
    AccessKey,
    /// [`Trail`], by its ARN.
    Trail,
    /// [`Settings`]; there is one.
    Settings,
}

impl EntityKind {
    /// Returns the name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::User => "user",
            Self::AccessKey => "access-key",
            Self::Trail => "trail",
            Self::Settings => "settings",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Account, Self::User, Self::AccessKey, Self::Trail, Self::Settings]
            .into_iter()
            .find(|kind| kind.as_str() == name)
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
    AccessKey(AccessKey),
    Trail(Box<Trail>),
    Settings(Settings),
}

impl Entity {
    pub(crate) fn kind(&self) -> EntityKind {
        match self {
            Self::Account(_) => EntityKind::Account,
            Self::User(_) => EntityKind::User,
            Self::AccessKey(_) => EntityKind::AccessKey,
            Self::Trail(_) => EntityKind::Trail,
            Self::Settings(_) => EntityKind::Settings,
        }
    }

    pub(crate) fn key(&self) -> String {
        match self {
            Self::Account(account) => account.id.to_string(),
            Self::User(user) => user_key(&user.account, &user.name),
            Self::AccessKey(key) => key.id.clone(),
            Self::Trail(trail) => trail.arn.clone(),
            Self::Settings(_) => SETTINGS_KEY.to_owned(),
        }
    }

    pub(crate) fn to_body(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Account(account) => serde_json::to_string(account),
            Self::User(user) => serde_json::to_string(user),
            Self::AccessKey(key) => serde_json::to_string(key),
            Self::Trail(trail) => serde_json::to_string(trail),
            Self::Settings(settings) => serde_json::to_string(settings),
        }
    }

    pub(crate) fn from_body(kind: EntityKind, body: &str) -> Result<Self, serde_json::Error> {
        Ok(match kind {
            EntityKind::Account => Self::Account(serde_json::from_str(body)?),
            EntityKind::User => Self::User(serde_json::from_str(body)?),
            EntityKind::AccessKey => Self::AccessKey(serde_json::from_str(body)?),
            EntityKind::Trail => Self::Trail(serde_json::from_str(body)?),
            EntityKind::Settings => Self::Settings(serde_json::from_str(body)?),
        })
    }
}

/// A user's key in the store. A user name holds no slash, so two users never share a key.
pub(crate) fn user_key(account: &AccountId, name: &str) -> String {
    format!("{account}/{name}")
}

pub(crate) const SETTINGS_KEY: &str = "settings";
