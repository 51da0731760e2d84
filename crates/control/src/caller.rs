//! Who asks, and where.

use cairn_event::{AccountId, Region};

/// An authenticated and authorized caller.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The account that acts.
    pub account: AccountId,
    /// The Region whose endpoint was called: the scope of the signature.
    pub region: Region,
    /// Who it is: what CloudTrail does in the caller's name is decided by this caller's policies.
    pub by: cairn_access::Caller,
    /// What is known of the request, for the conditions of those policies.
    pub facts: cairn_access::Context,
}
