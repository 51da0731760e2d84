//! What an account demands of its users' passwords.

use std::collections::BTreeSet;

use cairn_event::AccountId;
use serde::{Deserialize, Serialize};

/// A password policy. An account without one has AWS's default, which is not this struct's business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordPolicy {
    /// The account.
    pub account: AccountId,
    /// The fewest characters.
    pub min_length: u32,
    /// Kinds of characters of which each must occur.
    #[serde(default)]
    pub requires: BTreeSet<CharacterKind>,
    /// Whether users may change their own password without a permission for it.
    #[serde(default)]
    pub users_may_change: bool,
    /// After how many days a password must be changed; never if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_days: Option<u32>,
    /// How many of the passwords before may not be chosen again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remembered: Option<u32>,
    /// Whether an administrator must help once a password is too old; `None` is told as it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hard_expiry: Option<bool>,
}

/// A kind of characters that a password may have to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CharacterKind {
    Lowercase,
    Uppercase,
    Number,
    Symbol,
}

impl PasswordPolicy {
    /// The most passwords that a policy may remember.
    pub const REMEMBERED_MAX: usize = 24;
}
