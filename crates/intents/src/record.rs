//! What the journal of intents holds: intents begun, and marks that they are done.
//!
//! Layout, version 1, all integers little-endian (page: `docs/formats/intents.md`):
//!
//! ```text
//! u8 version = 1 | u8 kind
//! kind 1, begun:  | u64 main journal's tail | 12 bytes account | u8 region length | u8 id length
//!                 | region | event id | event bytes to the end
//! kind 2, done:   | u8 id length | event id | ... to the end
//! ```

use std::str;

use cairn_journal::{Position, ReadError, Reader};

use crate::Intent;

/// One record of the journal of intents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Record {
    /// A call is about to be forwarded. Its event is nowhere below `noted` in the main journal.
    Begun { noted: Position, intent: Intent },
    /// The events of these intents are durable, or the calls were never made.
    Done(Vec<String>),
}

/// The bytes are not what this journal holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read an intent: {reason}")]
pub struct RecordError {
    reason: &'static str,
}

/// An intent could not be read back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadBackError {
    /// The journal does not give it.
    #[error(transparent)]
    Journal(#[from] ReadError),
    /// The journal holds it no longer.
    #[error("read an intent: it is gone from position {0}")]
    Gone(Position),
    /// What is there is something else.
    #[error("read an intent: another record is at position {0}")]
    Other(Position),
    /// What is there makes no sense.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl ReadBackError {
    /// Tells whether it may go better another time.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self, Self::Journal(ReadError::Io { .. }))
    }
}

/// Reads an intent that was begun back from its place.
pub(crate) fn read(journal: &dyn Reader, place: Position) -> Result<Intent, ReadBackError> {
    let bytes = journal.get(place)?.ok_or(ReadBackError::Gone(place))?;
    match Record::decode(&bytes)? {
        Record::Begun { intent, .. } => Ok(intent),
        Record::Done(_) => Err(ReadBackError::Other(place)),
    }
}

const VERSION: u8 = 1;
const BEGUN: u8 = 1;
const DONE: u8 = 2;

/// The most bytes that a record takes beside its event.
pub(crate) const OVERHEAD_BYTES_MAX: usize = 2 + 8 + 12 + 2 + 2 * 255;

impl Record {
    /// Renders an intent that was begun.
    pub(crate) fn begun(noted: Position, intent: &Intent) -> Vec<u8> {
        let (region, id) = (short(intent.region.as_str()), short(&intent.event_id));
        let mut out = Vec::with_capacity(24 + region.len() + id.len() + intent.event.len());
        out.extend_from_slice(&[VERSION, BEGUN]);
        out.extend_from_slice(&noted.to_le_bytes());
        out.extend_from_slice(intent.account.as_str().as_bytes());
        out.push(length(region));
        out.push(length(id));
        out.extend_from_slice(region);
        out.extend_from_slice(id);
        out.extend_from_slice(&intent.event);
        out
    }

    /// Renders the mark that intents are done.
    pub(crate) fn done<'a>(event_ids: impl Iterator<Item = &'a str>) -> Vec<u8> {
        let mut out = vec![VERSION, DONE];
        for id in event_ids.map(short) {
            out.push(length(id));
            out.extend_from_slice(id);
        }
        out
    }

    /// Reads a record.
    ///
    /// # Errors
    /// Says what is wrong; never guesses.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let ([version, kind], rest) = bytes.split_first_chunk::<2>().ok_or(wrong("it is too short"))?;
        match (*version, *kind) {
            (VERSION, BEGUN) => Self::decode_begun(rest),
            (VERSION, DONE) => Self::decode_done(rest),
            (VERSION, _) => Err(wrong("its kind is unknown")),
            _ => Err(wrong("its version is unknown; a newer Cairn wrote it")),
        }
    }

    fn decode_begun(bytes: &[u8]) -> Result<Self, RecordError> {
        let (noted, rest) = bytes.split_first_chunk::<8>().ok_or(wrong("it is too short"))?;
        let (account, rest) = rest.split_first_chunk::<12>().ok_or(wrong("it is too short"))?;
        let ([region, id], rest) = rest.split_first_chunk::<2>().ok_or(wrong("it is too short"))?;
        let cut = wrong("its Region or id is cut off");
        let (region, rest) = rest.split_at_checked(usize::from(*region)).ok_or(cut.clone())?;
        let (id, event) = rest.split_at_checked(usize::from(*id)).ok_or(cut)?;
        let account = str::from_utf8(account).ok().and_then(|text| text.parse().ok());
        let region = str::from_utf8(region).ok().and_then(|text| text.parse().ok());
        let intent = Intent {
            event_id: text(id)?,
            account: account.ok_or(wrong("its account is not twelve digits"))?,
            region: region.ok_or(wrong("its Region is not a Region name"))?,
            event: event.to_vec(),
        };
        Ok(Self::Begun { noted: Position::from_le_bytes(*noted), intent })
    }

    fn decode_done(mut bytes: &[u8]) -> Result<Self, RecordError> {
        let mut event_ids = Vec::new();
        while let Some((length, rest)) = bytes.split_first() {
            let (id, rest) =
                rest.split_at_checked(usize::from(*length)).ok_or(wrong("one of its ids is cut off"))?;
            event_ids.push(text(id)?);
            bytes = rest;
        }
        Ok(Self::Done(event_ids))
    }
}

fn text(bytes: &[u8]) -> Result<String, RecordError> {
    str::from_utf8(bytes).map(str::to_owned).map_err(|_not_text| wrong("an id is not text"))
}

fn wrong(reason: &'static str) -> RecordError {
    RecordError { reason }
}

/// What of a name fits its length byte. Ids have 36 characters and Regions are shorter.
fn short(text: &str) -> &[u8] {
    let bytes = text.as_bytes();
    bytes.get(..usize::from(u8::MAX)).unwrap_or(bytes)
}

fn length(name: &[u8]) -> u8 {
    u8::try_from(name.len()).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn intent() -> Intent {
        Intent {
            event_id: "7f1d2a3b-0000-4000-8000-000000000001".to_owned(),
            account: "111122223333".parse().unwrap(),
            region: "eu-west-1".parse().unwrap(),
            event: br#"{"eventID":"7f1d2a3b-0000-4000-8000-000000000001"}"#.to_vec(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let intent = intent();
        let begun = Record::begun(258, &intent);
        assert!(begun.len() <= intent.event.len() + OVERHEAD_BYTES_MAX);
        assert_eq!(Record::decode(&begun).unwrap(), Record::Begun { noted: 258, intent });
        let done = Record::done(["a", "bc"].into_iter());
        assert_eq!(Record::decode(&done).unwrap(), Record::Done(vec!["a".to_owned(), "bc".to_owned()]));
    }

    /// Written by version 1; what one release wrote, every later one reads.
    #[test]
    fn the_layout_of_version_1_stays() {
        let begun = Record::begun(258, &intent());
        let head = b"\x01\x01\x02\x01\0\0\0\0\0\x00111122223333\x09\x24eu-west-17f1d2a3b-";
        assert_eq!(begun.get(..head.len()).unwrap(), head);
        assert_eq!(Record::done(["a"].into_iter()), b"\x01\x02\x01a");
    }

    #[test]
    fn what_is_cut_or_foreign_is_refused_and_says_why() {
        let begun = Record::begun(1, &intent());
        let event = begun.len() - intent().event.len();
        for end in 0..event {
            assert!(Record::decode(&begun[..end]).is_err(), "{end}");
        }
        let foreign = Record::decode(&[2, 1]).unwrap_err().to_string();
        assert_eq!(foreign, "read an intent: its version is unknown; a newer Cairn wrote it");
        assert!(Record::decode(&[1, 3]).is_err());
        assert!(Record::decode(b"\x01\x02\x05ab").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(Record::decode(&bytes));
            let framed = [&[1, 1][..], &bytes].concat();
            if let Ok(Record::Begun { noted, intent }) = Record::decode(&framed) {
                prop_assert_eq!(Record::begun(noted, &intent), framed);
            }
            drop(Record::decode(&[&[1, 2][..], &bytes].concat()));
        }
    }
}
