//! One stored event: its bytes and whose history it belongs to.

use bytes::Bytes;
use cairn_event::{AccountId, Region};

use super::DocumentError;

/// An event as documents hold it: account, length of the Region, Region, event.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    stored: Bytes,
    event_from: usize,
}

const ACCOUNT_BYTES: usize = 12;

impl Document {
    /// Renders an event.
    pub(super) fn encode(account: AccountId, region: &Region, event: &[u8]) -> Bytes {
        let region = region.as_str().as_bytes();
        let mut out = Vec::with_capacity(ACCOUNT_BYTES + 1 + region.len() + event.len());
        out.extend_from_slice(account.as_str().as_bytes());
        // A Region has at most 32 characters.
        out.push(u8::try_from(region.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(region);
        out.extend_from_slice(event);
        Bytes::from(out)
    }

    /// Reads a stored event.
    pub(super) fn decode(stored: Bytes) -> Result<Self, DocumentError> {
        let region_bytes = stored.get(ACCOUNT_BYTES).copied().map(usize::from);
        match region_bytes.map(|bytes| ACCOUNT_BYTES + 1 + bytes) {
            Some(event_from) if event_from <= stored.len() => Ok(Self { stored, event_from }),
            _ => Err(DocumentError::Damaged("a stored event is cut off")),
        }
    }

    /// Returns the account that the event belongs to; none where the stored bytes name none.
    pub(crate) fn account(&self) -> Option<AccountId> {
        std::str::from_utf8(self.stored.get(..ACCOUNT_BYTES)?).ok()?.parse().ok()
    }

    /// Returns the Region that the event belongs to; none where the stored bytes name none.
    pub(crate) fn region(&self) -> Option<Region> {
        std::str::from_utf8(self.stored.get(ACCOUNT_BYTES + 1..self.event_from)?).ok()?.parse().ok()
    }

    /// Tells whether the event belongs to this Region.
    pub(crate) fn is_in(&self, region: &Region) -> bool {
        self.stored.get(ACCOUNT_BYTES + 1..self.event_from) == Some(region.as_str().as_bytes())
    }

    /// Returns the event's own bytes.
    pub(crate) fn event(&self) -> Bytes {
        self.stored.slice(self.event_from..)
    }
}
