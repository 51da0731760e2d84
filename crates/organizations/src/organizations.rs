//! What every use case stands on.

use std::sync::Arc;

use cairn_catalog::{Catalog, Change, DecideError, Kept, Snapshot};
use cairn_event::{Clock, Ids};
use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::Refusal;
use crate::attachments::InChange;

/// Organizations.
#[derive(Debug)]
pub struct Organizations {
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    /// Where organizations are kept: here, or one of them elsewhere, which is followed.
    pub(crate) kept: Kept,
    /// The organizations whose policies are put in force or out of it, which takes many commits.
    pub(crate) policies_in_change: InChange,
    /// Whose turn it is to change something: many who come at once would only take the revision from each other.
    turn: Mutex<()>,
}

/// The changes that a use case decided on, and its answer once they are committed.
pub(crate) type Decision<T> = Result<(Vec<Change>, T), Refusal>;

impl Organizations {
    /// Puts Organizations together.
    /// `kept` says whether organizations are made here, or one is followed that is kept elsewhere.
    pub fn new(catalog: Arc<dyn Catalog>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>, kept: Kept) -> Self {
        let (policies_in_change, turn) = (InChange::default(), Mutex::default());
        Self { catalog, clock, ids, kept, policies_in_change, turn }
    }

    /// Decides on the newest revision and commits; decides again when another service was faster.
    pub(crate) async fn change<T>(
        &self,
        decide: impl Fn(&Snapshot) -> Decision<T> + Send,
    ) -> Result<T, Refusal> {
        let _turn = self.turn.lock().await;
        Ok(cairn_catalog::decide(&*self.catalog, decide).await?.output)
    }

    /// Returns now, to the millisecond: what is stored is what is answered.
    pub(crate) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

impl From<DecideError<Self>> for Refusal {
    fn from(error: DecideError<Self>) -> Self {
        match error {
            DecideError::Refused(refusal) => refusal,
            DecideError::Overtaken => Self::Concurrent,
            DecideError::Failed(error) => Self::Internal(Box::new(error)),
        }
    }
}
