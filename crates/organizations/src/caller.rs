//! Who asks.

use cairn_catalog::Snapshot;
use cairn_event::AccountId;

/// An authenticated caller. Organizations is one service for all Regions.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The account that acts.
    pub account: AccountId,
    /// The organization that the account belonged to when it was decided what the caller may do: no other is left in
    /// its name.
    pub organization: Option<String>,
}

impl Caller {
    /// Names a caller whose permissions are decided on a revision.
    pub fn of(account: AccountId, snapshot: &Snapshot) -> Self {
        let member = snapshot.member(account);
        Self { account, organization: member.map(|member| member.organization.clone()) }
    }
}
