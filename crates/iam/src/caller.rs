//! Who asks.

use cairn_access::Principal;
use cairn_event::AccountId;

/// An authenticated and authorized caller.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The account that acts.
    pub account: AccountId,
    /// Who acts in it.
    pub principal: Principal,
}

impl Caller {
    /// Returns the caller's name, if it is a user: what calls without a `UserName` are about.
    pub(crate) fn user_name(&self) -> Option<&str> {
        match &self.principal {
            Principal::User { name, .. } => Some(name),
            _ => None,
        }
    }

    /// Says whether the caller is the account itself.
    pub(crate) fn is_root(&self) -> bool {
        matches!(self.principal, Principal::Root { .. })
    }
}
