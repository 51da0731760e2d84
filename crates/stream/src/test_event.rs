//! An event that nobody caused, which tries a destination.

use std::error::Error;

use cairn_event::{AccountId, Clock, EventTime, EventView, Region};
use serde_json::json;

use crate::message::{Form, Message, envelope};
use crate::nats::Subjects;
use crate::sink::PutError;

/// What came of one test event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestOutcome {
    /// It was accepted.
    Accepted,
    /// It never will be: why.
    Refused(&'static str),
}

/// An event that tries a destination: no call was made, and nothing is recorded.
#[derive(Debug, Clone)]
pub struct TestEvent {
    id: String,
    account: AccountId,
    region: Region,
    json: Vec<u8>,
}

impl TestEvent {
    /// Makes the event.
    pub fn new(id: String, account: AccountId, region: Region, clock: &dyn Clock) -> Self {
        let time = EventTime::of(clock.now());
        let record = json!({
            "eventVersion": "1.11",
            "userIdentity": {"type": "AWSService", "invokedBy": "cairn.internal"},
            "eventTime": time,
            "eventSource": "cairn.internal",
            "eventName": "DestinationTest",
            "awsRegion": region,
            "sourceIPAddress": "cairn.internal",
            "userAgent": "cairn.internal",
            "requestParameters": null,
            "responseElements": null,
            "eventID": id,
            "readOnly": true,
            "eventType": "AwsServiceEvent",
            "managementEvent": true,
            "recipientAccountId": account,
            "eventCategory": "Management",
        });
        Self { json: record.to_string().into_bytes(), id, account, region }
    }

    /// Returns the event's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Says whether a destination's pattern lets the event through.
    pub(crate) fn is_wanted(&self, form: &Form) -> bool {
        let Ok(view) = EventView::parse(&self.json) else { return false };
        envelope((self.account, &self.region), &view, &self.json).is_ok_and(|envelope| form.wants(&envelope))
    }

    /// Makes what a destination gets of the event.
    pub(crate) fn message(&self, form: &Form, subjects: Option<&Subjects>) -> Result<Message, PutError> {
        let failed = |error: Box<dyn Error + Send + Sync>| PutError {
            code: "InternalError".to_owned(),
            source: Some(error),
        };
        let view = EventView::parse(&self.json).map_err(|error| failed(Box::new(error)))?;
        let envelope = envelope((self.account, &self.region), &view, &self.json)
            .map_err(|error| failed(Box::new(error)))?;
        let subject = subjects.map(|subjects| subjects.of(self.account, &self.region, &view));
        Ok(form.message(&view, &self.json, envelope, subject))
    }
}
