//! From a closed window to its files in the bucket.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use cairn_catalog::{Failure, Receipt, ReceiptQuery, Revision, StoreError, Trail};
use cairn_journal::Position;
use futures_util::StreamExt as _;
use futures_util::stream;

use super::{DeliverError, TrailDelivery, Window};
use crate::bucket::{LogFilePut, Put, PutError};
use crate::log_file::SealedLogFile;
use crate::object_key::object_key;
use crate::owed::{self, Place, Places};
use crate::telemetry;

/// How many files of a window are put at once: an organization trail has one for each account and Region.
const PUTS_AT_ONCE: usize = 8;

/// What became of a window's files.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Those that are in the bucket, in their order.
    pub(super) receipts: Vec<Receipt>,
    /// The folders that the bucket denied.
    pub(super) denied: BTreeMap<Place, PutError>,
    /// Why the rest was not tried: the bucket is gone, does not answer, or something else lies there.
    pub(super) stopped: Option<(Place, PutError)>,
    /// The folders of which not all is in the bucket.
    pub(super) missing: BTreeSet<Place>,
}

impl TrailDelivery {
    /// Puts the files of a window that ended before `next` into the folders that are wanted. Those that the ledger has
    /// are not put again, though the trail may have another bucket or prefix by now.
    pub(super) async fn put_window(
        &self,
        window: Window,
        next: Position,
        wanted: impl Fn(&Place) -> bool,
    ) -> Result<Outcome, DeliverError> {
        let Window { end_ms, first, trail: routed, revision, files, .. } = window;
        let mut files = tokio::task::spawn_blocking(move || files.close(end_ms)).await??;
        let organization = routed.organization.clone();
        let trail = Trail { organization, ..self.live().unwrap_or(routed).trail().clone() };
        files.retain(|file| wanted(&file.place()));
        if !files.is_empty() {
            let entered = self.entered(first..next).await?;
            files.retain(|file| !entered.contains(name(&object_key(&trail, file))));
        }
        Ok(self.put_all((&trail, revision), files).await)
    }

    /// Returns the names of the files that the ledger has of a stretch of the journal. A name tells a file apart
    /// wherever it lies.
    async fn entered(&self, positions: Range<Position>) -> Result<BTreeSet<String>, StoreError> {
        let mut query = ReceiptQuery { positions: Some(positions), ..ReceiptQuery::of(self.trail.clone()) };
        let mut names = BTreeSet::new();
        loop {
            let page = self.shared.catalog.receipts(&query).await?;
            let Some(last) = page.last() else { return Ok(names) };
            query.after = Some(last.number);
            names.extend(page.iter().map(|entry| name(&entry.receipt.key).to_owned()));
        }
    }

    async fn put_all(&self, (trail, revision): (&Trail, Revision), files: Vec<SealedLogFile>) -> Outcome {
        let mut outcome = Outcome::default();
        let mut untried: BTreeMap<Place, usize> = BTreeMap::new();
        for file in &files {
            *untried.entry(file.place()).or_default() += 1;
        }
        let put = |file: SealedLogFile| async move {
            let put = self.put((trail, revision), &file).await;
            (file.place(), put)
        };
        let mut puts = stream::iter(files.into_iter().map(put)).buffered(PUTS_AT_ONCE);
        while let Some((place, put)) = puts.next().await {
            match put {
                Ok(receipt) => {
                    outcome.receipts.push(receipt);
                    if let Some(left) = untried.get_mut(&place) {
                        *left -= 1;
                    }
                }
                // Others may still be let in; a bucket that is gone or does not answer takes nobody's.
                Err(error) if error.is_denied() => drop(outcome.denied.insert(place, error)),
                Err(error) => {
                    outcome.stopped = Some((place, error));
                    break;
                }
            }
        }
        outcome.missing = untried.into_iter().filter(|(_, left)| *left > 0).map(|(place, _)| place).collect();
        outcome
    }

    async fn put(
        &self,
        (trail, revision): (&Trail, Revision),
        file: &SealedLogFile,
    ) -> Result<Receipt, PutError> {
        let key = object_key(trail, file);
        let (region, folder, body) = (&file.region, file.folder, file.body.clone());
        let put = LogFilePut { trail, revision, region, folder, key: &key, body, metadata: &[] };
        if self.shared.bucket.put_once(put).await? == Put::Created {
            telemetry::delivered(&trail.arn, file.events, file.body.len());
        }
        Ok(self.receipt(&trail.s3_bucket, key, file))
    }

    /// Returns why the cursor must wait, if `owed` is what would be owed once it went on.
    pub(super) fn failure(&self, outcome: &Outcome, owed: &Places) -> Option<DeliverError> {
        if let Some((place, source)) = &outcome.stopped {
            // What stopped one stops all, and the trail's owner is told of it at home.
            let code = |account, region| Failure { account, region, code: source.code().to_owned() };
            let mut failures = self.failures(&outcome.denied);
            let others = outcome.missing.iter().filter(|place| !outcome.denied.contains_key(place));
            failures.extend(others.map(|place| code(place.account, place.region.clone())));
            failures.extend(self.live().map(|trail| code(trail.account, trail.home_region.clone())));
            let (account, region, source) = (place.account, place.region.clone(), source.clone());
            return Some(DeliverError::Put { account, region, source, failures });
        }
        let (place, source) = outcome.denied.first_key_value()?;
        if owed::is_bearable(owed) {
            return None;
        }
        tracing::warn!(trail = %self.trail.arn, folders = owed.len(), "too many folders are denied: the whole trail waits");
        let (account, region, source) = (place.account, place.region.clone(), source.clone());
        Some(DeliverError::Put { account, region, source, failures: self.failures(&outcome.denied) })
    }

    pub(super) fn failures(&self, denied: &BTreeMap<Place, PutError>) -> Vec<Failure> {
        let told = |(place, error): (&Place, &PutError)| Failure {
            account: place.account,
            region: place.region.clone(),
            code: error.code().to_owned(),
        };
        denied.iter().map(told).collect()
    }

    /// Tells those whose folders are denied.
    pub(super) async fn tell_denied(&self, denied: &BTreeMap<Place, PutError>) {
        let Some((Place { account, region, .. }, error)) = denied.first_key_value() else { return };
        let (trail, code, folders) = (&self.trail.arn, error.code(), denied.len());
        telemetry::failed(trail, code);
        // One line tells of all: they go to the same bucket.
        tracing::warn!(%trail, %account, %region, folders, code, "log file delivery deferred");
        self.note(&self.failures(denied)).await;
    }

    fn receipt(&self, bucket: &str, key: String, file: &SealedLogFile) -> Receipt {
        Receipt {
            trail: self.trail.clone(),
            account: file.account,
            region: file.region.clone(),
            bucket: bucket.to_owned(),
            key,
            sha256: file.sha256,
            bytes: file.body.len() as u64,
            events: file.events,
            oldest_event: file.oldest_event,
            newest_event: file.newest_event,
            first_position: file.first_position,
            last_position: file.last_position,
        }
    }
}

/// Returns a file's name: its key without the folders.
fn name(key: &str) -> &str {
    key.rsplit_once('/').map_or(key, |(_, name)| name)
}
