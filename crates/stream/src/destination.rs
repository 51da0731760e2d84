//! Destinations that an operator configures: webhooks and NATS subjects.
//!
//! A destination gets every event that is recorded, management events always and data events where some
//! trail selects them, in one order, in the EventBridge envelope or plain, filtered by an EventBridge pattern.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cairn_event::Clock;
use cairn_pattern::Pattern;

use crate::dead_letters::DeadLetters;
use crate::follow::Begin;
use crate::material::{MaterialError, text};
use crate::message::Form;
use crate::nats::{Nats, NatsConfig};
use crate::service::Streams;
use crate::sink::{Batch, Fate, PutError, Sink};
use crate::test_event::{TestEvent, TestOutcome};
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
        event.is_wanted(form)
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
        PatternSource::File(path) => text(path)?,
    };
    Ok(Some(Pattern::parse(&text)?))
}

impl std::fmt::Debug for Materials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Materials").field("dead_letters", &self.dead_letters).finish_non_exhaustive()
    }
}
