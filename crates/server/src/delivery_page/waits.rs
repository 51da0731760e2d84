//! What is due to a trail's bucket and not in it, as it is told.

use cairn_catalog::LiveTrail;
use cairn_control::Caller;
use cairn_delivery::{Undelivered, UndeliveredError, UndeliveredFiles, undelivered};
use serde::Serialize;

use super::{HealthError, instant};
use crate::serve::Front;

/// The most folders that are listed; more are counted.
const FOLDERS_MAX: usize = 100;

/// Members are as they are sent.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Waits {
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    files: u64,
    events: u64,
    bytes: u64,
    /// Whether there is more of which nobody knows how much.
    more: bool,
    folder_count: usize,
    folders: Vec<FolderWaits>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct FolderWaits {
    account_id: String,
    region: String,
    folder: &'static str,
    since: String,
    files: u64,
    events: u64,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Front {
    /// Tells what of a trail waits for its bucket: to the trail's owner of every account, to others of their own.
    pub(super) async fn waits(
        &self,
        trail: &LiveTrail,
        caller: &Caller,
        now: jiff::Timestamp,
    ) -> Result<Option<Waits>, HealthError> {
        let journal = (&*self.catalog, &self.source);
        let only = (caller.account != trail.account).then_some(caller.account);
        let told = undelivered(journal, (trail.id(), only), self.probes.delivery_interval, now).await;
        let mut all = match told {
            // Delivery does not get past that either, and its status, which is told beside this, says so.
            Err(UndeliveredError::Journal(error)) => {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "events that wait were not counted"
                );
                UndeliveredFiles { more: true, ..UndeliveredFiles::default() }
            }
            told => told?,
        };
        // The longest wait first.
        all.folders.sort_by_key(|one| one.since);
        let Some(mut waits) = Waits::of(&all) else { return Ok(None) };
        for one in all.folders.iter().take(FOLDERS_MAX) {
            let status = self.catalog.status(trail.id(), (one.account, &one.region)).await?;
            waits.folders.push(FolderWaits::of(one, status.log_files.error));
        }
        Ok(Some(waits))
    }
}

impl Waits {
    /// Sums folders up, the oldest first; none where nothing waits for all that is known.
    fn of(all: &UndeliveredFiles) -> Option<Self> {
        let sum = |of: fn(&Undelivered) -> u64| all.folders.iter().map(of).fold(0, u64::saturating_add);
        let oldest = all.folders.first();
        (all.more || oldest.is_some()).then(|| Self {
            since: oldest.map(|one| instant(one.since)),
            files: sum(|one| one.files),
            events: sum(|one| one.events),
            bytes: sum(|one| one.bytes),
            more: all.more,
            folder_count: all.folders.len(),
            folders: Vec::new(),
        })
    }
}

impl FolderWaits {
    fn of(one: &Undelivered, error: Option<String>) -> Self {
        Self {
            account_id: one.account.to_string(),
            region: one.region.to_string(),
            folder: one.folder.as_str(),
            since: instant(one.since),
            files: one.files,
            events: one.events,
            bytes: one.bytes,
            error,
        }
    }
}
