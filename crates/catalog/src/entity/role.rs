//! A role, which principals assume.

use cairn_event::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Policy, Tag};

/// An IAM role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The account it belongs to.
    pub account: AccountId,
    /// The name, without path; unique in the account.
    pub name: String,
    /// The path, `/` unless given.
    pub path: String,
    /// The unique id, `AROA…`. A role that is made again under its name has another one, so that sessions
    /// of the former end with it.
    pub role_id: String,
    /// The ARN, with the path.
    pub arn: String,
    /// When it was made.
    pub created: Timestamp,
    /// What it is for, in its maker's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The policy that says who may assume it, byte for byte as it was given.
    pub trust: String,
    /// The longest that a session may last, seconds: 3,600 to 43,200.
    pub session_seconds_max: u32,
    /// The policies written into the role, by name.
    #[serde(default)]
    pub policies: Vec<Policy>,
    /// The ARNs of the managed policies attached to it.
    #[serde(default)]
    pub attached: Vec<String>,
    /// The ARN of the managed policy beyond which the role may do nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary: Option<String>,
    /// The tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
}
