//! What every use case stands on.

use std::sync::Arc;

use cairn_catalog::{Catalog, Change, DecideError, MasterKey, Revision, Snapshot};
use cairn_event::{Clock, Ids};
use cairn_signin::Passwords;

use crate::credential_reports::Reports;
use crate::{KeyUse, Refusal};

/// IAM. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Iam {
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) master: Arc<MasterKey>,
    pub(crate) key_use: Arc<dyn KeyUse>,
    pub(crate) passwords: Passwords,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) reports: Arc<Reports>,
}

/// The changes that a use case decided on, and its answer once they are committed.
pub(crate) type Decision<T> = Result<(Vec<Change>, T), Refusal>;

impl Iam {
    /// Puts IAM together. Secrets are sealed under `master`. Whoever else checks passwords shares `passwords`, so that
    /// the limit of what is worked on at once holds for all.
    pub fn new(
        catalog: Arc<dyn Catalog>,
        master: Arc<MasterKey>,
        key_use: Arc<dyn KeyUse>,
        passwords: Passwords,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        let reports = Arc::default();
        Self { catalog, master, key_use, passwords, clock, ids, reports }
    }

    /// Decides on the newest revision and commits; decides again when somebody else was faster.
    pub(crate) async fn change<T>(
        &self,
        decide: impl Fn(&Snapshot) -> Decision<T> + Send,
    ) -> Result<T, Refusal> {
        self.change_at(decide).await.map(|(output, _)| output)
    }

    /// Does so, and tells the revision that holds what was decided.
    pub(crate) async fn change_at<T>(
        &self,
        decide: impl Fn(&Snapshot) -> Decision<T> + Send,
    ) -> Result<(T, Revision), Refusal> {
        let decided = cairn_catalog::decide(&*self.catalog, decide).await?;
        Ok((decided.output, decided.made))
    }
}

impl From<DecideError<Self>> for Refusal {
    fn from(error: DecideError<Self>) -> Self {
        match error {
            DecideError::Refused(refusal) => refusal,
            DecideError::Overtaken => Self::Conflict,
            DecideError::Failed(error) => Self::Internal(Box::new(error)),
        }
    }
}
