//! An account, and with it its root user.

use cairn_event::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An AWS account. Its root user needs no entity of its own: access keys may belong to it directly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The twelve digits.
    pub id: AccountId,
    /// The alias, which events by the root user carry as `userName`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// What it is called, where it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address of its root user, where it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// When it was made.
    pub created: Timestamp,
}

impl Account {
    /// Returns the ARN of the account's root user.
    pub fn root_arn(&self) -> String {
        format!("arn:aws:iam::{}:root", self.id)
    }
}
