//! What every use case stands on.

use std::sync::Arc;

use cairn_catalog::{Catalog, Change, DecideError, KmsKey, MasterKey, Snapshot};
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
        Ok(cairn_catalog::decide(&*self.catalog, decide).await?.output)
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

impl From<DecideError<Self>> for Refusal {
    fn from(error: DecideError<Self>) -> Self {
        match error {
            DecideError::Refused(refusal) => refusal,
            DecideError::Overtaken => Self::Busy,
            DecideError::Failed(error) => Self::Internal(Box::new(error)),
        }
    }
}
