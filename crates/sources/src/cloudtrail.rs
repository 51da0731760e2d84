//! CloudTrail's own events, wherever they are kept: log files, lines of JSON, what EventBridge delivers, what
//! LookupEvents answers.
//!
//! An event is taken byte for byte, and is one of those it was: its id tells it. It has been in a trail before, so
//! that it goes to no trail again.

use std::borrow::Cow;

use cairn_event::{EventView, Origin, RECORD_BYTES_MAX, Region};
use cairn_intake::Draft;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::told::{Home, Told, taken};

/// Why something is no event.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// It is larger than any event.
    #[error("it is longer than {RECORD_BYTES_MAX} bytes")]
    TooLong,
    /// It is no JSON of an event.
    #[error("it is no event: {0}")]
    Json(String),
    /// What every event of CloudTrail has is missing.
    #[error("it has no {0}")]
    Lacks(&'static str),
}

/// The forms that hold an event.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    detail: Option<&'a RawValue>,
    #[serde(rename = "detail-type", default)]
    detail_type: Option<String>,
    #[serde(rename = "CloudTrailEvent", default)]
    inside: Option<String>,
}

/// The documents that hold several.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(rename = "Records", borrow, default)]
    records: Option<Vec<&'a RawValue>>,
    #[serde(rename = "Events", borrow, default)]
    events: Option<Vec<&'a RawValue>>,
}

/// Splits a document into what may be events: a log file, an answer of LookupEvents, an array, or the document
/// itself.
///
/// # Errors
/// The document is no JSON.
pub fn split(document: &str) -> Result<Vec<&str>, EventError> {
    let wrong = |error: serde_json::Error| EventError::Json(error.to_string());
    if document.trim_start().starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(document).map_err(wrong)?;
        return Ok(items.into_iter().map(RawValue::get).collect());
    }
    let found: Document<'_> = serde_json::from_str(document).map_err(wrong)?;
    let items = found.records.or(found.events);
    Ok(items.map_or_else(|| vec![document], |items| items.into_iter().map(RawValue::get).collect()))
}

/// Returns the event that a text holds: itself, what EventBridge delivers it in, or what LookupEvents tells it in.
pub fn inside(text: &str) -> Cow<'_, str> {
    match serde_json::from_str::<Envelope<'_>>(text) {
        Ok(Envelope { inside: Some(inside), .. }) => Cow::Owned(inside),
        Ok(Envelope { detail: Some(detail), detail_type: Some(_), .. }) => Cow::Borrowed(detail.get()),
        Ok(_) | Err(_) => Cow::Borrowed(text),
    }
}

/// Takes an event, in whichever form it comes. It is recorded in the home account, and in its own Region
/// where there is such a one here.
///
/// # Errors
/// Says why it is none.
pub fn event(text: &str, home: &Home) -> Result<Told, EventError> {
    let bytes = inside(text);
    let bytes = bytes.trim();
    if bytes.len() > RECORD_BYTES_MAX {
        return Err(EventError::TooLong);
    }
    let event = EventView::parse(bytes.as_bytes()).map_err(|error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        EventError::Json(cause.unwrap_or_default())
    })?;
    let id = event.event_id.as_ref();
    for (name, value) in
        [("eventID", id), ("awsRegion", &event.aws_region), ("eventVersion", &event.event_version)]
    {
        if value.is_empty() {
            return Err(EventError::Lacks(name));
        }
    }
    let region: Region = event.aws_region.parse().map_err(|_none| EventError::Lacks("readable awsRegion"))?;
    let region = home.region_of(Some(region));
    let seconds = event.event_time.epoch_seconds();
    let taken = taken(home.account, id, seconds);
    let draft = Draft {
        account: home.account,
        region,
        origin: Origin::Import,
        // One line, whatever it was: a journal record is one, and readers of lines are many.
        event: one_line(bytes),
        under: None,
    };
    Ok(Told { draft, taken, seconds })
}

/// Takes line feeds out of JSON, where they can only stand between its tokens.
fn one_line(json: &str) -> Vec<u8> {
    json.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect()
}

#[cfg(test)]
mod tests;
