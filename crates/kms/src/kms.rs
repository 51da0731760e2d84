//! What every use case stands on.

use std::sync::Arc;

use cairn_catalog::{Catalog, Change, CommitError, KmsKey, MasterKey, Snapshot};
use cairn_event::{Clock, Ids};
use jiff::Timestamp;

use crate::Refusal;

/// KMS.
#[derive(Debug)]
pub struct Kms {
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) master: Arc<MasterKey>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
}

impl Kms {
    /// Puts KMS together. Materials are sealed under `master`.
    pub fn new(
        catalog: Arc<dyn Catalog>,
        master: Arc<MasterKey>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self { catalog, master, clock, ids }
    }

    /// Decides on the newest revision and commits; decides again when somebody else was faster.
    pub(crate) async fn change<T>(
        &self,
        decide: impl Fn(&Snapshot) -> Result<(Vec<Change>, T), Refusal> + Send,
    ) -> Result<T, Refusal> {
        for _ in 0..COMMITS_MAX {
            let snapshot = self.catalog.current();
            let (changes, output) = decide(&snapshot)?;
            if changes.is_empty() {
                return Ok(output);
            }
            match self.catalog.commit(snapshot.revision(), changes).await {
                Ok(_) => return Ok(output),
                Err(CommitError::Conflict { .. }) => {}
                Err(error @ (CommitError::Refused(_) | CommitError::Store(_))) => {
                    return Err(Refusal::Internal(Box::new(error)));
                }
            }
        }
        Err(Refusal::Busy)
    }

    /// Returns now, to the millisecond: what is stored is what is answered.
    pub(crate) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Makes `N` random bytes.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.ids.fill(&mut bytes);
        bytes
    }
}

/// Returns the change that stores a key.
pub(crate) fn put(key: KmsKey) -> Vec<Change> {
    vec![Change::PutKmsKey(Box::new(key))]
}

/// Writes bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How often a change is decided anew before the caller is told to come back.
const COMMITS_MAX: usize = 16;
