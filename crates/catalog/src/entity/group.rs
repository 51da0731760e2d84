//! A group of users.

use cairn_event::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Policy;

/// An IAM group. Who belongs to it stands in the users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The account it belongs to.
    pub account: AccountId,
    /// The name, without path; unique in the account.
    pub name: String,
    /// The path, `/` unless given.
    pub path: String,
    /// The unique id, `AGPA…`.
    pub group_id: String,
    /// The ARN, with the path.
    pub arn: String,
    /// When it was made.
    pub created: Timestamp,
    /// The policies written into the group, by name.
    #[serde(default)]
    pub policies: Vec<Policy>,
    /// The ARNs of the managed policies attached to it.
    #[serde(default)]
    pub attached: Vec<String>,
}
