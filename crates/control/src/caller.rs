//! Who asks, and where.

use cairn_event::{AccountId, Region};

/// An authenticated and authorized caller.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The account that acts.
    pub account: AccountId,
    /// The Region whose endpoint was called: the scope of the signature.
    pub region: Region,
}
