//! Why a digest can't be put for now.

use cairn_catalog::{SnapshotError, StoreError};
use cairn_intake::IntakeError;

use super::file::MakeError;
use super::notice::NoticeError;
use crate::bucket::PutError;
use crate::signing_keys::SigningKeyError;

/// A digest can't be put for now; its chain stays where it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DigestError {
    #[error("keep a digest chain")]
    Chain(#[from] NoticeError),
    #[error("read the ledger")]
    Store(#[from] StoreError),
    #[error("read what the trail was")]
    Snapshot(#[from] SnapshotError),
    #[error("find the trail: it is gone, and its end not yet noticed")]
    Gone,
    #[error("find the journal's end")]
    Intake(#[from] IntakeError),
    #[error("find a key")]
    Key(#[from] SigningKeyError),
    #[error("make the digest")]
    Make(#[from] MakeError),
    #[error("put the digest")]
    Put(#[from] PutError),
    #[error("wait for a working thread")]
    Thread(#[from] tokio::task::JoinError),
}

impl DigestError {
    /// Returns the code that GetTrailStatus shows.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Put(error) => error.code(),
            Self::Chain(_)
            | Self::Store(_)
            | Self::Snapshot(_)
            | Self::Gone
            | Self::Intake(_)
            | Self::Key(_)
            | Self::Make(_)
            | Self::Thread(_) => "InternalError",
        }
    }
}
