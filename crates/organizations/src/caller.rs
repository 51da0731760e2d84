//! Who asks.

use cairn_event::AccountId;

/// An authenticated caller. Organizations is one service for all Regions.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The account that acts.
    pub account: AccountId,
}
