//! The delivery ledger: proof of what was uploaded.

use std::ops::Range;

use cairn_event::{AccountId, EventTime, Region};
use jiff::Timestamp;

use crate::{CursorMove, Refusal, StateChange, TrailId};

/// Files that are visible in their buckets, and the cursor that moves past their events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The cursor of the worker that delivered.
    pub cursor: CursorMove,
    /// The files; may be empty when the events passed over were not wanted.
    pub receipts: Vec<Receipt>,
    /// When the files were put.
    pub delivered_at: Timestamp,
    /// What the worker remembers beside its cursor, if that changes with it.
    pub state: Option<StateChange>,
}

/// One delivered log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The trail it was written for.
    pub trail: TrailId,
    /// The account whose events it holds.
    pub account: AccountId,
    /// The Region whose events it holds.
    pub region: Region,
    /// Where it lies.
    pub bucket: String,
    /// Its key there.
    pub key: String,
    /// SHA-256 of the uncompressed content.
    pub sha256: [u8; 32],
    /// Bytes of the object as stored.
    pub bytes: u64,
    /// How many events it holds.
    pub events: u64,
    /// The earliest event time in it.
    pub oldest_event: EventTime,
    /// The latest event time in it.
    pub newest_event: EventTime,
    /// The journal position of its first event.
    pub first_position: u64,
    /// The journal position of its last event.
    pub last_position: u64,
}

/// A receipt in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The number of the entry; rises in the order of entry, over all trails.
    pub number: u64,
    /// When the file was put, to the millisecond.
    pub at: Timestamp,
    /// The file.
    pub receipt: Receipt,
}

/// Which receipts to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptQuery {
    /// Of which trail.
    pub trail: TrailId,
    /// Of which account; `None` for all.
    pub account: Option<AccountId>,
    /// Of which Region; `None` for all.
    pub region: Option<Region>,
    /// Entered after this number; `None` from the beginning. Pass the last number read for the next page.
    pub after: Option<u64>,
    /// Put at or after this instant; `None` for no bound.
    pub delivered_from: Option<Timestamp>,
    /// Put before this instant; `None` for no bound.
    pub delivered_before: Option<Timestamp>,
    /// Those whose first event stands among these positions; `None` for all.
    pub positions: Option<Range<u64>>,
    /// How many at most; cut to [`ReceiptQuery::PAGE_MAX`].
    pub limit: u32,
}

impl ReceiptQuery {
    /// The most receipts of one page.
    pub const PAGE_MAX: u32 = 1_000;

    /// Asks for the first page of all receipts of a trail.
    pub fn of(trail: TrailId) -> Self {
        Self {
            trail,
            account: None,
            region: None,
            after: None,
            delivered_from: None,
            delivered_before: None,
            positions: None,
            limit: Self::PAGE_MAX,
        }
    }
}

impl Delivery {
    /// The most files of one delivery.
    pub const RECEIPTS_MAX: usize = 1_000;

    /// Checks what can be checked without the store.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let count = self.receipts.len();
        if count > Self::RECEIPTS_MAX {
            return Err(Refusal::TooMany { what: "receipts", count, max: Self::RECEIPTS_MAX });
        }
        self.state.as_ref().map_or(Ok(()), StateChange::check)?;
        self.cursor.check_forward()
    }
}
