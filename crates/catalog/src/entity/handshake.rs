//! What an organization and an account agree on, and the making of accounts.

use cairn_event::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Tag;

/// An invitation, or the question whether members agree to all features.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handshake {
    /// `h-` and eight to thirty-two lower-case letters and digits.
    pub id: String,
    /// The organization's id.
    pub organization: String,
    /// The account that manages it: it outlives the organization.
    pub management: AccountId,
    /// What is asked.
    pub action: HandshakeAction,
    /// The account that is asked.
    pub account: AccountId,
    /// How far it came.
    pub state: HandshakeState,
    /// What the one who asks says to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The tags that the account gets once it joins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// When it was asked.
    pub requested: Timestamp,
    /// Until when it can be answered.
    pub expires: Timestamp,
    /// When it was answered or taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// The id of the manager's question that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

impl Handshake {
    /// Returns when it is over: when somebody ended it, or at the end of its time.
    pub fn over(&self) -> Timestamp {
        self.ended.unwrap_or(self.expires)
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum HandshakeAction {
    /// To join.
    Invite,
    /// To go over to all features, asked of a member that was invited; the management account's own is the question
    /// that the others belong to.
    EnableAllFeatures,
    /// To go over to all features now that all agreed, asked of the management account.
    ApproveAllFeatures,
}

/// How far a handshake came. One that is [`Requested`](Self::Requested) or [`Open`](Self::Open) beyond its time is
/// expired, whether that is written here or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum HandshakeState {
    /// It was sent.
    Requested,
    /// All who had to agree did; the one who asked has to finish it.
    Open,
    /// Whoever asked took it back.
    Canceled,
    /// It was agreed to.
    Accepted,
    /// It was refused.
    Declined,
    /// Nobody answered in time.
    Expired,
}

/// The making of an account, as CreateAccount was asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountCreation {
    /// `car-` and eight to thirty-two lower-case letters and digits.
    pub id: String,
    /// The organization's id.
    pub organization: String,
    /// What the account is called.
    pub name: String,
    /// The account; `None` where it could not be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Why it could not be made, as Organizations names it, such as `EMAIL_ALREADY_EXISTS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// When it was asked for.
    pub requested: Timestamp,
    /// When it was made, or given up.
    pub completed: Timestamp,
}
