//! First start: an account, its administrator, and a key for the administrator.

use cairn_catalog::{
    AccessKey, Account, Catalog, Change, CommitError, MasterKey, Owner, Policy, SealError, User,
};
use cairn_event::{AccountId, Clock, Ids};
use cairn_iam::{FreshKey, unique_id};

use crate::passwords::SetPasswordError;

/// The administrator's name.
pub const ADMINISTRATOR: &str = "administrator";

/// The account could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FirstStartError {
    /// The secret could not be sealed.
    #[error("seal the administrator's secret")]
    Seal(#[from] SealError),
    /// The administrator's password could not be set.
    #[error("give the administrator a password")]
    Password(#[from] SetPasswordError),
    /// The catalog refused.
    #[error("store the account and its administrator")]
    Commit(#[from] CommitError),
}

/// Makes the account, its administrator and a key, unless the account is there, and tells whether it did. An
/// installation keeps
/// the account it was first started with; another id makes another account beside it.
pub(crate) async fn ensure(
    account: AccountId,
    catalog: &dyn Catalog,
    master: &MasterKey,
    clock: &dyn Clock,
    ids: &dyn Ids,
) -> Result<bool, FirstStartError> {
    let snapshot = catalog.current();
    if snapshot.account(&account).is_some() {
        return Ok(false);
    }
    let created = clock.now();
    let key = new_key(account, Owner::User(ADMINISTRATOR.to_owned()), master, clock, ids)?;
    let changes = vec![
        Change::PutAccount(Account { id: account, alias: None, name: None, email: None, created }),
        Change::PutUser(User {
            account,
            name: ADMINISTRATOR.to_owned(),
            path: "/".to_owned(),
            user_id: unique_id("AIDA", ids),
            arn: format!("arn:aws:iam::{account}:user/{ADMINISTRATOR}"),
            created,
            policies: vec![Policy::administrator()],
            attached: Vec::new(),
            groups: Vec::new(),
            boundary: None,
            tags: Vec::new(),
        }),
        Change::PutAccessKey(key),
    ];
    catalog.commit(snapshot.revision(), changes).await?;
    tracing::info!(account = %account, user = ADMINISTRATOR, "account and administrator made");
    Ok(true)
}

/// Makes an access key, not yet kept.
pub(crate) fn new_key(
    account: AccountId,
    owner: Owner,
    master: &MasterKey,
    clock: &dyn Clock,
    ids: &dyn Ids,
) -> Result<AccessKey, SealError> {
    Ok(FreshKey::new(account, owner, master, clock, ids)?.key)
}
