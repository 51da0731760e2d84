//! Whom calls are put down to.

use std::sync::Arc;

/// What calls are told apart by, in the order of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// Who called; of a role's sessions the role.
    UserIdentityArn,
    /// The client.
    UserAgent,
    /// How it ended: an error code, or `null`.
    ErrorCode,
}

/// How many of some calls had a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// What they are told apart by.
    pub attribute: Attribute,
    /// The value.
    pub value: Arc<str>,
    /// The calls.
    pub calls: u64,
}
