//! A change of what somebody signs in with, made by whoever is to go on after it.

use std::sync::Arc;

use cairn_catalog::{Catalog, Owner, Revision, Snapshot, SnapshotError};
use cairn_event::AccountId;

use crate::session::mark;

/// The catalog just before a change and with it, whatever was changed since.
#[derive(Debug, Clone)]
pub struct OwnChange {
    before: Arc<Snapshot>,
    after: Arc<Snapshot>,
}

impl OwnChange {
    /// Reads the change that made a revision.
    ///
    /// # Errors
    /// The catalog can't be read.
    pub async fn read(catalog: &dyn Catalog, revision: Revision) -> Result<Self, SnapshotError> {
        let before = catalog.snapshot(revision.saturating_sub(1)).await?;
        Ok(Self { before, after: catalog.snapshot(revision).await? })
    }

    /// Returns the mark of whoever held one until this change and goes on after it. Where somebody else had changed what
    /// is signed in with before, it stays the old one, which nobody goes on with.
    pub(crate) fn mark_beyond(
        &self,
        held: &str,
        (account, owner, principal_id): (&AccountId, &Owner, &str),
    ) -> String {
        let of = |snapshot| mark(snapshot, account, owner, principal_id);
        match of(&self.before).is_some_and(|before| before == held) {
            true => of(&self.after).unwrap_or_default(),
            false => held.to_owned(),
        }
    }
}
