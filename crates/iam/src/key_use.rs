//! When an access key was last used: the event history knows.

use std::error::Error;
use std::fmt::Debug;

use async_trait::async_trait;
use cairn_event::AccountId;
use jiff::Timestamp;

/// Answers from the record of calls.
#[async_trait]
pub trait KeyUse: Send + Sync + Debug {
    /// Returns the newest call that was signed with the key; `None` when none is remembered.
    ///
    /// # Errors
    /// The history could not be read.
    async fn last_use(
        &self,
        account: AccountId,
        access_key_id: &str,
    ) -> Result<Option<LastUse>, Box<dyn Error + Send + Sync>>;
}

/// The newest call under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastUse {
    /// When it was answered.
    pub at: Timestamp,
    /// The service, as its endpoints are called: `s3`.
    pub service: String,
    /// The Region that served it.
    pub region: String,
}
