//! What a webhook or a subject gets of an event.

use bytes::Bytes;
use cairn_event::{AccountId, Entry, EventView, Origin, Region};
use cairn_pattern::Pattern;

use crate::destination::Format;
use crate::envelope::Envelope;
use crate::sink::{Parcel, Seen, Taken};
use crate::telemetry;

/// What a destination wants, and how it is written.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) format: Format,
    pub(crate) pattern: Option<Pattern>,
}

/// An event on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The event's id, by which whoever gets it twice can tell.
    pub(crate) id: String,
    /// The subject, for destinations that have them.
    pub(crate) subject: Option<String>,
    /// The event's JSON as it goes out.
    pub(crate) body: Bytes,
}

/// Puts an event into its envelope, under the event's own id.
pub(crate) fn envelope(
    (account, region): (AccountId, &Region),
    event: &EventView<'_>,
    json: &[u8],
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Envelope::new(&event.event_id, (account, region), event, json)?)
}

/// Says whether an event happened here and now: what is brought in from files is no news.
pub(crate) fn is_live(entry: &Entry) -> bool {
    match entry.origin {
        Origin::Call | Origin::Delivery => true,
        Origin::Import => false,
    }
}

impl Form {
    /// Makes a destination's message of an event, if the destination wants it.
    pub(crate) fn take(
        &self,
        seen: &Seen<'_>,
        subject: impl FnOnce() -> Option<String>,
    ) -> Taken<(), Message> {
        let (entry, event) = (seen.entry, seen.event);
        let Ok(envelope) = envelope((entry.account, &entry.region), event, &entry.event) else {
            return Taken::Dropped("unreadable");
        };
        if !self.wants(&envelope) {
            return Taken::NotWanted;
        }
        let message = self.message(event, &entry.event, envelope, subject());
        let time_ms = entry.received_ms;
        Taken::Message(Parcel { lane: (), bytes: message.body.len() + 1, time_ms, message })
    }

    pub(crate) fn message(
        &self,
        event: &EventView<'_>,
        json: &[u8],
        envelope: Vec<u8>,
        subject: Option<String>,
    ) -> Message {
        let body = match self.format {
            Format::EventBridge => Bytes::from(envelope),
            Format::Record => Bytes::copy_from_slice(json),
        };
        Message { id: event.event_id.to_string(), subject, body }
    }

    /// Says whether an event in its envelope is wanted. One that can't be judged is: better one too many than
    /// one missing.
    pub(crate) fn wants(&self, envelope: &[u8]) -> bool {
        let Some(pattern) = &self.pattern else { return true };
        pattern.matches(envelope).unwrap_or_else(|_unreadable| {
            telemetry::unjudged();
            true
        })
    }
}
