//! What a lookup answers.

use bytes::Bytes;
use cairn_event::{AccountId, EventTime, Outcome, ParseError};
use cairn_journal::Position;

use crate::lookup_fields::LookupFields;

/// Some events, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The events.
    pub events: Vec<FoundEvent>,
    /// Continues the lookup; none on the last page.
    pub next_token: Option<String>,
}

/// One event with what LookupEvents tells of it. Texts that would be empty are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundEvent {
    /// Whose history it is in.
    pub account: AccountId,
    /// The record's GUID.
    pub event_id: Option<String>,
    /// The API action.
    pub event_name: Option<String>,
    /// `true` or `false`; none where the record does not say.
    pub read_only: Option<&'static str>,
    /// The key that signed.
    pub access_key_id: Option<String>,
    /// When it happened.
    pub event_time: EventTime,
    /// `<service>.amazonaws.com`.
    pub event_source: Option<String>,
    /// Who did it.
    pub username: Option<String>,
    /// What it refers to: types and names.
    pub resources: Vec<(Option<String>, String)>,
    /// The Region in the record.
    pub region: Option<String>,
    /// The error's code; none where the call succeeded.
    pub error_code: Option<String>,
    /// What came of the call.
    pub outcome: Outcome,
    /// The service's id of the request.
    pub request_id: Option<String>,
    /// The caller's address, or the service that called.
    pub source_ip_address: Option<String>,
    /// The record, byte for byte as it was recorded.
    pub event: Bytes,
    /// The event's place in the journal.
    pub position: Position,
}

impl FoundEvent {
    /// Reads an event that lies in the journal, be it one of the history's or not.
    ///
    /// # Errors
    /// The bytes are not an event.
    pub fn parse(place: (AccountId, Position), event: impl Into<Bytes>) -> Result<Self, ParseError> {
        let event = event.into();
        let fields = LookupFields::of_any(&event)?;
        Ok(Self::new(place, event.clone(), &fields))
    }

    /// Tells an event.
    pub(crate) fn new(
        (account, position): (AccountId, Position),
        event: Bytes,
        fields: &LookupFields<'_>,
    ) -> Self {
        let text = |text: &str| if text.is_empty() { None } else { Some(text.to_owned()) };
        Self {
            account,
            event_id: text(&fields.event_id),
            event_name: text(&fields.event_name),
            read_only: fields.read_only,
            access_key_id: fields.access_key_id.as_deref().and_then(text),
            event_time: EventTime::from_epoch_seconds(fields.seconds),
            event_source: text(&fields.event_source),
            username: fields.username.as_deref().and_then(text),
            resources: fields
                .resources
                .iter()
                .map(|resource| (resource.kind.as_deref().map(str::to_owned), resource.name.to_string()))
                .collect(),
            region: text(&fields.aws_region),
            error_code: fields.error_code.as_deref().and_then(text),
            outcome: fields.outcome,
            request_id: fields.request_id.as_deref().and_then(text),
            source_ip_address: fields.source_ip_address.as_deref().and_then(text),
            event: event.clone(),
            position,
        }
    }
}

/// A stored event is no longer one: the file is damaged beyond what its checksum saw.
#[derive(Debug, thiserror::Error)]
#[error("read the stored event at position {position}")]
pub struct StoredEventError {
    /// The event's place in the journal.
    pub position: Position,
    #[source]
    pub(crate) source: ParseError,
}
