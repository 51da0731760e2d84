//! First start: an account, its administrator, and a key and a password for the administrator.

use cairn_catalog::{
    AccessKey, Account, Catalog, Change, CommitError, MasterKey, Owner, Policy, SealError, User,
};
use cairn_event::{AccountId, Clock, Ids};
use cairn_iam::{FreshKey, unique_id};

use crate::data_dir::DataDir;
use crate::passwords::{self, SetPasswordError};

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

/// Makes the account, and its administrator with a key and a password, unless the account is there. An installation
/// keeps the account it was first started with; another id makes another account beside it.
pub(crate) async fn ensure(
    account: AccountId,
    dir: &DataDir,
    (catalog, master): (&dyn Catalog, &MasterKey),
    (clock, ids): (&dyn Clock, &dyn Ids),
) -> Result<(), FirstStartError> {
    let snapshot = catalog.current();
    if snapshot.account(&account).is_some() {
        return Ok(());
    }
    let created = clock.now();
    let user_id = unique_id("AIDA", ids);
    // Before the account is there: after a crash the next start makes another.
    let password = passwords::first(account, dir, &user_id, master, (clock, ids)).await?;
    let key = new_key(account, Owner::User(ADMINISTRATOR.to_owned()), master, clock, ids)?;
    let changes = vec![
        Change::PutAccount(Account { id: account, alias: None, name: None, email: None, created }),
        Change::PutUser(User {
            account,
            name: ADMINISTRATOR.to_owned(),
            path: "/".to_owned(),
            user_id,
            arn: format!("arn:aws:iam::{account}:user/{ADMINISTRATOR}"),
            created,
            policies: vec![Policy::administrator()],
            attached: Vec::new(),
            groups: Vec::new(),
            boundary: None,
            tags: Vec::new(),
        }),
        Change::PutAccessKey(key),
        Change::PutLoginProfile(Box::new(password)),
    ];
    catalog.commit(snapshot.revision(), changes).await?;
    let file = dir.administrator_password(account);
    tracing::info!(
        account = %account, user = ADMINISTRATOR, password_file = %file.display(), "account and administrator made"
    );
    Ok(())
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
