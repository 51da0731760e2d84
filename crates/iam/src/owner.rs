//! Whose keys, password and devices a call is about: a user's, or those of the account's root user.

use cairn_catalog::{Owner, Snapshot, User};
use cairn_event::AccountId;

use crate::holder::Holder as _;
use crate::{Caller, Refusal, shapes};

/// Says whose things a call is about: those of the user that is named, or else the caller's own.
pub(crate) fn owner(snapshot: &Snapshot, caller: &Caller, user_name: Option<&str>) -> Result<Owner, Refusal> {
    match user_name.or_else(|| caller.user_name()) {
        Some(name) => Ok(Owner::User(User::find(snapshot, &caller.account, name)?.name.clone())),
        None if caller.is_root() => Ok(Owner::Root),
        None => Err(Refusal::UserNameNeeded),
    }
}

/// Says the same where a call must name somebody: the root user calls itself `root`, as answers do.
pub(crate) fn named_owner(snapshot: &Snapshot, caller: &Caller, user_name: &str) -> Result<Owner, Refusal> {
    let is_user = snapshot.user(&caller.account, user_name).is_some();
    if !is_user && caller.is_root() && user_name == shapes::ROOT_NAME {
        return Ok(Owner::Root);
    }
    owner(snapshot, caller, Some(user_name))
}

/// Returns the unique id of an account's principal; none of a user who is not there.
pub(crate) fn principal_id(snapshot: &Snapshot, account: AccountId, owner: &Owner) -> Option<String> {
    match owner {
        Owner::Root => Some(account.to_string()),
        Owner::User(name) => snapshot.user(&account, name).map(|user| user.user_id.clone()),
    }
}
