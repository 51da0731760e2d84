//! A user of an account.

use cairn_event::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Tag;

/// An IAM user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The account it belongs to.
    pub account: AccountId,
    /// The name, without path; unique in the account.
    pub name: String,
    /// The path, `/` unless given.
    pub path: String,
    /// The unique id, `AIDA…`.
    pub user_id: String,
    /// The ARN, with the path.
    pub arn: String,
    /// When it was made.
    pub created: Timestamp,
    /// The policies written into the user, by name.
    #[serde(default)]
    pub policies: Vec<Policy>,
    /// The ARNs of the managed policies attached to it.
    #[serde(default)]
    pub attached: Vec<String>,
    /// The names of the groups it belongs to.
    #[serde(default)]
    pub groups: Vec<String>,
    /// The ARN of the managed policy beyond which the user may do nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary: Option<String>,
    /// The tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// An inline policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// The name; unique in the user, group or role that holds it.
    pub name: String,
    /// The document, byte for byte as it was given.
    pub document: String,
}

impl Policy {
    /// Returns the policy that allows everything, as AWS's `AdministratorAccess` words it.
    pub fn administrator() -> Self {
        Self { name: "AdministratorAccess".to_owned(), document: ADMINISTRATOR.to_owned() }
    }
}

const ADMINISTRATOR: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
