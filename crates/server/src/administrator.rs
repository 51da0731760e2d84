//! Keys of an account's administrator and of its root user, for whoever may read the data directory.

use std::io;

use cairn_catalog::{
    AccessKeyStatus, Catalog, Change, CommitError, KeyFileError, MasterKey, OpenError, Owner, SealError,
    SqliteCatalog, WhenMissing,
};
use cairn_event::AccountId;

use crate::clock::{SystemClock, SystemIds};
use crate::data_dir::DataDir;
use crate::first_start::{ADMINISTRATOR, new_key};

/// Somebody who may do everything in an account, and a key of theirs.
#[derive(Clone)]
pub struct Administrator {
    /// The account.
    pub account: AccountId,
    /// The key id.
    pub access_key_id: String,
    /// The secret. Debug does not show it.
    pub secret_access_key: String,
}

/// The keys can't be had.
#[derive(Debug, thiserror::Error)]
pub enum AdministratorError {
    /// The catalog can't be opened.
    #[error("open the catalog")]
    Catalog(#[from] OpenError),
    /// The master key can't be had.
    #[error("open the master key")]
    MasterKey(#[from] KeyFileError),
    /// The secret does not open.
    #[error("open the secret")]
    Seal(#[from] SealError),
    /// There is no such account, or its administrator has no active key.
    #[error(
        "find an active key of {ADMINISTRATOR} in account {0}: start `cairn serve` with this data directory first"
    )]
    Missing(AccountId),
    /// A key of the root user has to be made, and a server runs.
    #[error("make an access key of the root user: stop the server for it, the key then stays")]
    Served(#[source] io::Error),
    /// The key could not be kept.
    #[error("keep a new access key of the root user")]
    Commit(#[from] CommitError),
}

impl Administrator {
    /// Reads the administrator of `account` from a data directory, whether a server runs there or not.
    ///
    /// # Errors
    /// See [`AdministratorError`].
    pub async fn load(dir: &DataDir, account: AccountId) -> Result<Self, AdministratorError> {
        let (catalog, master) = open(dir, account).await?;
        let found = Self::find(&catalog, &master, account, &Owner::User(ADMINISTRATOR.to_owned()))?;
        catalog.close().await;
        found.ok_or(AdministratorError::Missing(account))
    }

    /// Reads the root user of `account` from a data directory. Nobody has a key of the root user before one is
    /// asked for here: it is then made, while no server runs.
    ///
    /// # Errors
    /// See [`AdministratorError`].
    pub async fn load_root(dir: &DataDir, account: AccountId) -> Result<Self, AdministratorError> {
        let (catalog, master) = open(dir, account).await?;
        if catalog.current().account(&account).is_none() {
            return Err(AdministratorError::Missing(account));
        }
        if let Some(found) = Self::find(&catalog, &master, account, &Owner::Root)? {
            catalog.close().await;
            return Ok(found);
        }
        let lock = dir.lock().map_err(AdministratorError::Served)?;
        let key = new_key(account, Owner::Root, &master, &SystemClock, &SystemIds)?;
        catalog.commit(catalog.current().revision(), vec![Change::PutAccessKey(key)]).await?;
        let made = Self::find(&catalog, &master, account, &Owner::Root)?;
        catalog.close().await;
        drop(lock);
        made.ok_or(AdministratorError::Missing(account))
    }

    fn find(
        catalog: &SqliteCatalog,
        master: &MasterKey,
        account: AccountId,
        owner: &Owner,
    ) -> Result<Option<Self>, SealError> {
        let snapshot = catalog.current();
        let active = snapshot.access_keys(&account, owner).find(|key| key.status == AccessKeyStatus::Active);
        let Some(key) = active else { return Ok(None) };
        let secret = key.open_secret(master)?;
        let secret_access_key = secret.expose_str().unwrap_or_default().to_owned();
        Ok(Some(Self { account, access_key_id: key.id.clone(), secret_access_key }))
    }
}

async fn open(dir: &DataDir, account: AccountId) -> Result<(SqliteCatalog, MasterKey), AdministratorError> {
    if !dir.catalog().try_exists().unwrap_or(false) {
        return Err(AdministratorError::Missing(account));
    }
    let master = MasterKey::load_or_create(&dir.master_key(), WhenMissing::Refuse, |_unused| ())?;
    Ok((SqliteCatalog::open(&dir.catalog()).await?, master))
}

impl std::fmt::Debug for Administrator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Administrator").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}
