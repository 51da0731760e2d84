//! Destinations that an operator configures: webhooks and NATS subjects.
//!
//! A destination gets every event that is recorded, management events always and data events where some
//! trail selects them, in one order, in the EventBridge envelope or plain, filtered by an EventBridge pattern.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cairn_event::{AccountId, Clock, EventTime, EventView, Region};
use cairn_pattern::Pattern;

use crate::dead_letters::DeadLetters;
use crate::follow::Begin;
use crate::material::MaterialError;
use crate::message::{Form, Message};
use crate::nats::{Nats, NatsConfig};
use crate::service::Streams;
use crate::sink::{Batch, Fate, PutError, Sink};
use crate::webhook::{Webhook, WebhookConfig};

/// How a destination is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationConfig {
    /// Its name: lowercase letters, digits, `-` and `_`.
    pub name: String,
    /// Where it is and how it is spoken to.
    pub kind: DestinationKind,
    /// How events are written.
    pub format: Format,
    /// Which events it gets.
    pub pattern: PatternSource,
    /// Where it begins when it is first seen.
    pub from: From,
    /// The most events of one batch.
    pub batch_events: usize,
    /// The most bytes of one batch; a larger event goes alone.
    pub batch_bytes: usize,
    /// How long one try may take.
    pub timeout: Duration,
    /// The authorities that vouch for the server, a PEM file; the machine's own where there is none.
    pub authority: Option<PathBuf>,
    /// The size at which the file of what is never taken is full.
    pub dead_letter_bytes_max: u64,
}

/// Where a destination is and how it is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DestinationKind {
    /// Requests to an URL.
    Webhook(WebhookConfig),
    /// Messages on subjects.
    Nats(NatsConfig),
}

/// How events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// In the envelope that EventBridge carries them in.
    EventBridge,
    /// As they were recorded.
    Record,
}

/// Where a destination begins that was never seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// With what happens from then on.
    Now,
    /// With the oldest event that the journal still holds.
    Beginning,
}

/// Where a pattern is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternSource {
    /// Nowhere: every event is wanted.
    None,
    /// In the configuration.
    Text(String),
    /// In a file.
    File(PathBuf),
}

/// A destination, ready.
#[derive(Debug)]
pub enum Destination {
    /// Requests to an URL.
    Webhook(Webhook),
    /// Messages on subjects.
    Nats(Nats),
}

/// What a destination needs beside its configuration.
#[derive(Clone)]
pub struct Materials {
    /// The directory of what is never taken, a file for each destination.
    pub dead_letters: PathBuf,
    /// Tells when a request is signed.
    pub clock: Arc<dyn Clock>,
}

/// What came of one test event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestOutcome {
    /// It was accepted.
    Accepted,
    /// It never will be: why.
    Refused(&'static str),
}

impl Destination {
    /// Reads what the configuration points to; nobody is called yet.
    ///
    /// # Errors
    /// A file can't be read or holds something else, or the pattern is none.
    pub fn open(config: &DestinationConfig, materials: &Materials) -> Result<Self, MaterialError> {
        let form = Form { format: config.format, pattern: pattern(&config.pattern)? };
        let clock = Arc::clone(&materials.clock);
        let path = materials.dead_letters.join(format!("{}.ndjson", config.name));
        let dead = DeadLetters::new(config.name.clone(), path, config.dead_letter_bytes_max, clock);
        Ok(match &config.kind {
            DestinationKind::Webhook(own) => {
                let clock = Arc::clone(&materials.clock);
                Self::Webhook(Webhook::open(config, own, form, dead, clock)?)
            }
            DestinationKind::Nats(own) => Self::Nats(Nats::open(config, own, form, dead)?),
        })
    }

    /// Puts one event, whatever the pattern; tries once.
    ///
    /// # Errors
    /// It was not accepted and might be later, or nobody knows.
    pub async fn test(&self, event: &TestEvent) -> Result<TestOutcome, PutError> {
        let rejected = match self {
            Self::Webhook(webhook) => {
                let message = event.message(&webhook.form, None)?;
                webhook.put(Batch { lane: &(), slot: 0, messages: &[&message] }).await?
            }
            Self::Nats(nats) => {
                let message = event.message(&nats.form, Some(&nats.subjects))?;
                nats.put(Batch { lane: &(), slot: 0, messages: &[&message] }).await?
            }
        };
        match rejected.into_iter().next().map(|one| one.fate) {
            None => Ok(TestOutcome::Accepted),
            Some(Fate::GiveUp(reason)) => Ok(TestOutcome::Refused(reason)),
            Some(Fate::Retry(code)) => Err(PutError::of(code)),
        }
    }

    /// Says whether an event would be sent at all.
    pub fn wants(&self, event: &TestEvent) -> bool {
        let form = match self {
            Self::Webhook(webhook) => &webhook.form,
            Self::Nats(nats) => &nats.form,
        };
        EventView::parse(&event.json).is_ok_and(|view| form.wants(&event.envelope(&view)))
    }
}

impl Streams {
    /// Adds a destination that an operator configured.
    pub fn follow_destination(&mut self, destination: Destination, from: From) {
        let begin = match from {
            From::Now => Begin::Tail,
            From::Beginning => Begin::Head,
        };
        match destination {
            Destination::Webhook(webhook) => self.follow_from(webhook, begin),
            Destination::Nats(nats) => self.follow_from(nats, begin),
        }
    }
}

fn pattern(source: &PatternSource) -> Result<Option<Pattern>, MaterialError> {
    let text = match source {
        PatternSource::None => return Ok(None),
        PatternSource::Text(text) => text.clone(),
        PatternSource::File(path) => crate::material::text(path)?,
    };
    Ok(Some(Pattern::parse(&text)?))
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
        let record = serde_json::json!({
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

    fn envelope(&self, view: &EventView<'_>) -> Vec<u8> {
        crate::message::envelope((self.account, &self.region), view, &self.json).unwrap_or_default()
    }

    fn message(&self, form: &Form, subjects: Option<&crate::nats::Subjects>) -> Result<Message, PutError> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| PutError {
            code: "InternalError".to_owned(),
            source: Some(error),
        };
        let view = EventView::parse(&self.json).map_err(|error| failed(Box::new(error)))?;
        let envelope = crate::message::envelope((self.account, &self.region), &view, &self.json)
            .map_err(|error| failed(Box::new(error)))?;
        let subject = subjects.map(|subjects| subjects.of(self.account, &self.region, &view));
        Ok(form.message(&view, &self.json, envelope, subject))
    }
}

impl std::fmt::Debug for Materials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Materials").field("dead_letters", &self.dead_letters).finish_non_exhaustive()
    }
}
