//! A policy with an ARN of its own, which users, groups and roles attach.

use cairn_event::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Tag;

/// A managed policy of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedPolicy {
    /// The account it belongs to.
    pub account: AccountId,
    /// The name, without path; unique in the account.
    pub name: String,
    /// The path, `/` unless given.
    pub path: String,
    /// The unique id, `ANPA…`.
    pub policy_id: String,
    /// The ARN, with the path.
    pub arn: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last given a version or another default.
    pub updated: Timestamp,
    /// What it is for, in its maker's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The id of the version in force.
    pub default_version: String,
    /// The number that the next version gets.
    pub next_version: u32,
    /// The versions, oldest first; the default is one of them.
    pub versions: Vec<PolicyVersion>,
    /// The tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// One wording of a managed policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// `v1`, `v2`, …
    pub id: String,
    /// The document, byte for byte as it was given.
    pub document: String,
    /// When it was made.
    pub created: Timestamp,
}

impl ManagedPolicy {
    /// Returns the document in force.
    pub fn document(&self) -> Option<&str> {
        self.version(&self.default_version).map(|version| version.document.as_str())
    }

    /// Returns a version by its id.
    pub fn version(&self, id: &str) -> Option<&PolicyVersion> {
        self.versions.iter().find(|version| version.id == id)
    }
}
