//! What of a trail's events is due and in no file yet: what a denied folder is owed, and what waits for a bucket that
//! takes nothing. It is counted from the journal when it is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cairn_catalog::{Catalog, DONE, Revision, Snapshot, SnapshotError, StoreError, TrailId};
use cairn_event::{AccountId, EventView, Region};
use cairn_journal::Position;
use cairn_projection::{Batch, BatchError, Record, Source};
use jiff::Timestamp;

use crate::log_file::{Folder, UNCOMPRESSED_BYTES_MAX};
use crate::owed::{Owed, OwedError, Place, Places};
use crate::product::{Product, cursor_name};
use crate::window::Interval;

/// The most of the journal that is looked at; what lies beyond is not counted.
const LOOKED_AT_BYTES_MAX: usize = 32 << 20;

/// How much is read at once.
const READ_BYTES: usize = 4 << 20;

/// What is due to a folder and not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// Whose events they are.
    pub account: AccountId,
    /// Where they were recorded.
    pub region: Region,
    /// The folder of the bucket that they belong in.
    pub folder: Folder,
    /// When the first was received.
    pub since: Timestamp,
    /// How many.
    pub events: u64,
    /// How many files they make.
    pub files: u64,
    /// The events' bytes, uncompressed.
    pub bytes: u64,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UndeliveredFiles {
    /// By account, Region and folder.
    pub folders: Vec<Undelivered>,
    /// Whether there is more of which nobody knows how much.
    pub more: bool,
}

/// What is undelivered can't be told.
#[derive(Debug, thiserror::Error)]
pub enum UndeliveredError {
    /// What is owed could not be read.
    #[error(transparent)]
    Owed(#[from] OwedError),
    /// The cursor could not be read.
    #[error("read how far a trail has come")]
    Store(#[from] StoreError),
    /// The journal could not be read.
    #[error(transparent)]
    Journal(#[from] BatchError),
    /// A revision could not be read.
    #[error("read the trails of an event's revision")]
    Snapshot(#[from] SnapshotError),
    /// The thread that counted was lost.
    #[error("count what is undelivered")]
    Thread(#[source] tokio::task::JoinError),
}

/// Counts what of a trail is due at `now` and in no log file: of one account, if it is named.
///
/// # Errors
/// See [`UndeliveredError`].
pub async fn undelivered(
    (catalog, journal): (&dyn Catalog, &Source),
    (trail, account): (&TrailId, Option<AccountId>),
    interval: Interval,
    now: Timestamp,
) -> Result<UndeliveredFiles, UndeliveredError> {
    // The cursor first: what is denied meanwhile is counted twice by neither.
    let Some(cursor) = catalog.cursor(&cursor_name(trail)).await?.filter(|cursor| *cursor != DONE) else {
        return Ok(UndeliveredFiles::default());
    };
    let mut owed = Owed::read(catalog, Product::LogFiles, trail).await?.places;
    // Where others are owed, further back perhaps, does not keep an account's own from being looked at.
    owed.retain(|place, _| account.is_none_or(|only| place.account == only));
    let head = journal.reader().head();
    let mut next = owed.values().min().copied().unwrap_or(cursor).min(cursor).max(head);
    let mut count = Count::new((trail.clone(), account), (owed, cursor), interval, now.as_millisecond());
    let (mut looked_at, mut more) = (0, false);
    while !count.over {
        let Some(batch) = journal.read(next, READ_BYTES).await? else { break };
        let (Some(last), bytes) = (batch.last(), bytes(&batch)) else { break };
        next = last.position + 1;
        looked_at += bytes;
        let revisions = revisions(catalog, &batch).await?;
        let counting = tokio::task::spawn_blocking(move || {
            count.take(&batch, &revisions);
            count
        });
        count = counting.await.map_err(UndeliveredError::Thread)?;
        if looked_at >= LOOKED_AT_BYTES_MAX {
            more = !count.over && next < journal.tail();
            break;
        }
    }
    Ok(UndeliveredFiles { folders: count.folders(), more })
}

type Revisions = BTreeMap<Revision, Arc<Snapshot>>;

async fn revisions(catalog: &dyn Catalog, batch: &[Record]) -> Result<Revisions, SnapshotError> {
    let wanted: BTreeSet<Revision> = batch.iter().map(|record| record.entry.revision).collect();
    let mut revisions = Revisions::new();
    for revision in wanted {
        revisions.insert(revision, catalog.snapshot(revision).await?);
    }
    Ok(revisions)
}

fn bytes(batch: &Batch) -> usize {
    batch.iter().map(|record| record.entry.event.len()).sum()
}

/// What was counted so far.
#[derive(Debug)]
struct Count {
    trail: TrailId,
    account: Option<AccountId>,
    owed: Places,
    cursor: Position,
    interval: Interval,
    now_ms: i64,
    folders: BTreeMap<Place, Sum>,
    /// Whether what follows is not due.
    over: bool,
}

#[derive(Debug)]
struct Sum {
    since_ms: i64,
    events: u64,
    files: u64,
    bytes: u64,
    /// The window of the last file, and its bytes.
    window_ms: i64,
    file_bytes: u64,
}

impl Count {
    fn new(
        (trail, account): (TrailId, Option<AccountId>),
        (owed, cursor): (Places, Position),
        interval: Interval,
        now_ms: i64,
    ) -> Self {
        Self { trail, account, owed, cursor, interval, now_ms, folders: BTreeMap::new(), over: false }
    }

    fn take(&mut self, records: &[Record], revisions: &Revisions) {
        for record in records {
            let (position, entry) = (record.position, &record.entry);
            let window_ms = self.interval.end_of_window_ms(entry.received_ms);
            // What still gathers others is not late. Received times never fall.
            if window_ms > self.now_ms {
                self.over = true;
                return;
            }
            if self.account.is_some_and(|only| entry.account != only) {
                continue;
            }
            let (Ok(event), Some(snapshot)) =
                (EventView::parse(&entry.event), revisions.get(&entry.revision))
            else {
                continue;
            };
            let Some(folder) = Folder::of(event.category()) else { continue };
            let place = Place { account: entry.account, region: entry.region.clone(), folder };
            // Before the cursor, only what is owed is missing.
            if position < self.owed.get(&place).copied().unwrap_or(self.cursor) {
                continue;
            }
            let mut routed = snapshot.route(&event, entry.account, &entry.region, entry.origin);
            if routed.any(|trail| *trail.id() == self.trail) {
                let bytes = u64::try_from(entry.event.len()).unwrap_or(u64::MAX);
                self.add(place, (entry.received_ms, window_ms), bytes);
            }
        }
    }

    fn add(&mut self, place: Place, (received_ms, window_ms): (i64, i64), bytes: u64) {
        let begin =
            || Sum { since_ms: received_ms, events: 0, files: 0, bytes: 0, window_ms: 0, file_bytes: 0 };
        let sum = self.folders.entry(place).or_insert_with(begin);
        if sum.files == 0 || sum.window_ms != window_ms || sum.file_bytes + bytes > UNCOMPRESSED_BYTES_MAX {
            sum.files += 1;
            (sum.window_ms, sum.file_bytes) = (window_ms, 0);
        }
        sum.events += 1;
        sum.bytes = sum.bytes.saturating_add(bytes);
        sum.file_bytes = sum.file_bytes.saturating_add(bytes);
    }

    fn folders(self) -> Vec<Undelivered> {
        let folders = self.folders.into_iter().map(|(place, sum)| Undelivered {
            account: place.account,
            region: place.region,
            folder: place.folder,
            since: Timestamp::from_millisecond(sum.since_ms).unwrap_or_default(),
            events: sum.events,
            files: sum.files,
            bytes: sum.bytes,
        });
        folders.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_ends_with_its_window_and_at_its_size() {
        let trail = TrailId { arn: "arn".to_owned(), created: 1 };
        let interval = "1m".parse().unwrap();
        let place = |account: &str| Place {
            account: account.parse().unwrap(),
            region: Region::us_east_1(),
            folder: Folder::CloudTrail,
        };
        let mut count = Count::new((trail, None), (Places::new(), 0), interval, i64::MAX);
        let big = UNCOMPRESSED_BYTES_MAX - 10;
        for (account, received_ms, bytes) in [
            ("111111111111", 5, 7),
            ("111111111111", 6, big),
            ("111111111111", 7, 20),
            ("111111111111", 60_000, 1),
            ("222222222222", 8, 1),
        ] {
            count.add(place(account), (received_ms, interval.end_of_window_ms(received_ms)), bytes);
        }
        let told: Vec<_> = count
            .folders()
            .iter()
            .map(|one| (one.since.as_millisecond(), one.events, one.files, one.bytes))
            .collect();
        assert_eq!(told, [(5, 4, 3, big + 28), (8, 1, 1, 1)]);
    }
}
