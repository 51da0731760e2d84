//! The journal entry: an event with what intake stamps on it.
//!
//! Layout, version 1, all integers little-endian (page: `docs/formats/journal-entry.md`):
//!
//! ```text
//! u8 version = 1 | u8 origin | u64 revision | i64 received_ms | 12 bytes account
//! | u8 region length | region | event bytes to the end
//! ```

use crate::{AccountId, Region};

/// One event as the journal holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The catalog revision that decides where this event goes, now and on every replay.
    pub revision: u64,
    /// When intake admitted the event, milliseconds since the Unix epoch; never falls with position.
    pub received_ms: i64,
    /// The account whose history and trails receive the event.
    pub account: AccountId,
    /// The Region in which the event is recorded.
    pub region: Region,
    /// Where the event came from.
    pub origin: Origin,
    /// The event's JSON, byte for byte as it was recorded.
    pub event: Vec<u8>,
}

/// Where an event came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A call that Cairn served or forwarded, or that another system told of.
    Call,
    /// Cairn's own delivery, made on a trail's behalf; `RecursiveLogging` decides about it.
    Delivery,
    /// An event of CloudTrail that was brought in from files: it has been in a trail before.
    Import,
}

/// The bytes are not a journal entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read a journal entry: {reason}")]
pub struct EntryError {
    reason: &'static str,
}

impl Entry {
    /// Renders the entry.
    pub fn encode(&self) -> Vec<u8> {
        let region = self.region.as_str().as_bytes();
        let mut out = Vec::with_capacity(31 + region.len() + self.event.len());
        out.push(VERSION);
        out.push(match self.origin {
            Origin::Call => 0,
            Origin::Delivery => 1,
            Origin::Import => 2,
        });
        out.extend_from_slice(&self.revision.to_le_bytes());
        out.extend_from_slice(&self.received_ms.to_le_bytes());
        out.extend_from_slice(self.account.as_str().as_bytes());
        out.push(u8::try_from(region.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(region);
        out.extend_from_slice(&self.event);
        out
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// Says what is wrong; never guesses.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let wrong = |reason| EntryError { reason };
        let (head, rest) = bytes.split_first_chunk::<31>().ok_or(wrong("it is too short"))?;
        let [version, origin, numbers @ ..] = head;
        if *version != VERSION {
            return Err(wrong("its version is unknown; a newer Cairn wrote it"));
        }
        let origin = match origin {
            0 => Origin::Call,
            1 => Origin::Delivery,
            2 => Origin::Import,
            _ => return Err(wrong("its origin is unknown")),
        };
        let (revision, numbers) = numbers.split_first_chunk::<8>().ok_or(wrong("it is too short"))?;
        let (received, numbers) = numbers.split_first_chunk::<8>().ok_or(wrong("it is too short"))?;
        let (account, region_len) = numbers.split_first_chunk::<12>().ok_or(wrong("it is too short"))?;
        let account = std::str::from_utf8(account).ok().and_then(|text| text.parse().ok());
        let region_len = usize::from(region_len.first().copied().unwrap_or_default());
        let (region, event) = rest.split_at_checked(region_len).ok_or(wrong("its Region is cut off"))?;
        let region = std::str::from_utf8(region).ok().and_then(|text| text.parse().ok());
        Ok(Self {
            revision: u64::from_le_bytes(*revision),
            received_ms: i64::from_le_bytes(*received),
            account: account.ok_or(wrong("its account is not twelve digits"))?,
            region: region.ok_or(wrong("its Region is not a Region name"))?,
            origin,
            event: event.to_vec(),
        })
    }
}

const VERSION: u8 = 1;

#[cfg(test)]
mod tests;
