//! The administrator's keys, for whoever may read the data directory.

use cairn_catalog::{
    AccessKeyStatus, Catalog as _, KeyFileError, MasterKey, OpenError, Owner, SealError, SqliteCatalog,
    WhenMissing,
};
use cairn_event::AccountId;

use crate::data_dir::DataDir;
use crate::first_start::ADMINISTRATOR;

/// An administrator and a key of theirs.
#[derive(Clone)]
pub struct Administrator {
    /// The account.
    pub account: AccountId,
    /// The key id.
    pub access_key_id: String,
    /// The secret. Debug does not show it.
    pub secret_access_key: String,
}

/// The administrator's keys can't be had.
#[derive(Debug, thiserror::Error)]
pub enum AdministratorError {
    /// The catalog can't be opened.
    #[error("open the catalog")]
    Catalog(#[from] OpenError),
    /// The master key can't be had.
    #[error("open the master key")]
    MasterKey(#[from] KeyFileError),
    /// The secret does not open.
    #[error("open the administrator's secret")]
    Seal(#[from] SealError),
    /// There is no such account, or its administrator has no active key.
    #[error(
        "find an active key of {ADMINISTRATOR} in account {0}: start `cairn serve` with this data directory first"
    )]
    Missing(AccountId),
}

impl Administrator {
    /// Reads the administrator of `account` from a data directory, whether a server runs there or not.
    ///
    /// # Errors
    /// See [`AdministratorError`].
    pub async fn load(dir: &DataDir, account: AccountId) -> Result<Self, AdministratorError> {
        if !dir.catalog().try_exists().unwrap_or(false) {
            return Err(AdministratorError::Missing(account));
        }
        let master = MasterKey::load_or_create(&dir.master_key(), WhenMissing::Refuse, |_unused| ())?;
        let catalog = SqliteCatalog::open(&dir.catalog()).await?;
        let snapshot = catalog.current();
        let owner = Owner::User(ADMINISTRATOR.to_owned());
        let key = snapshot
            .access_keys(&account, &owner)
            .find(|key| key.status == AccessKeyStatus::Active)
            .ok_or(AdministratorError::Missing(account))?;
        let secret = key.open_secret(&master)?;
        let found = Self {
            account,
            access_key_id: key.id.clone(),
            secret_access_key: secret.expose_str().unwrap_or_default().to_owned(),
        };
        catalog.close().await;
        Ok(found)
    }
}

impl std::fmt::Debug for Administrator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Administrator").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}
