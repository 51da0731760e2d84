//! When a password was last used to sign in: what IAM calls `PasswordLastUsed`.

use std::collections::BTreeMap;

use cairn_catalog::{Catalog, CursorError, State, StateChange, StoreError};
use cairn_event::AccountId;
use jiff::Timestamp;

/// Notes that somebody signed in with a password; `principal_id` is that of the login profile. Of two at the same
/// moment, one is noted.
///
/// # Errors
/// The store could not be read or written.
pub async fn note_password_use(
    catalog: &dyn Catalog,
    account: AccountId,
    principal_id: &str,
    at: Timestamp,
) -> Result<(), CursorError> {
    let name = name(account, principal_id);
    let expected = catalog.state(&name).await?.map(|state| state.version);
    match catalog.set_state(StateChange { name, expected, body: at.to_string() }).await {
        Err(CursorError::Moved { .. }) => Ok(()),
        noted => noted,
    }
}

/// Returns when a password was last used; `None` when it never was.
///
/// # Errors
/// The store could not be read.
pub async fn password_used(
    catalog: &dyn Catalog,
    account: AccountId,
    principal_id: &str,
) -> Result<Option<Timestamp>, StoreError> {
    Ok(catalog.state(&name(account, principal_id)).await?.as_ref().and_then(used))
}

/// Returns when each of an account's passwords was last used, by the principal's unique id.
///
/// # Errors
/// The store could not be read.
pub async fn passwords_used(
    catalog: &dyn Catalog,
    account: AccountId,
) -> Result<BTreeMap<String, Timestamp>, StoreError> {
    let prefix = name(account, "");
    let states = catalog.states(&prefix).await?;
    let used = |state: &State| Some((state.name.strip_prefix(&prefix)?.to_owned(), used(state)?));
    Ok(states.iter().filter_map(used).collect())
}

fn name(account: AccountId, principal_id: &str) -> String {
    format!("password-used/{account}/{principal_id}")
}

fn used(state: &State) -> Option<Timestamp> {
    state.body.parse().ok()
}
