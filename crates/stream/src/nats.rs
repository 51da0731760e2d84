//! NATS: each event a message on a subject of its own, `cairn.<account>.<region>.<source>.<name>`.
//!
//! Through JetStream a message counts once the stream has stored it, under the event's id, by which the stream
//! tells repetitions. Without it a message counts once the server has read it: after a batch the server is asked
//! for something that nobody answers, which it says after everything sent before.

mod connection;
mod subject;

use std::path::PathBuf;
use std::time::Duration;

use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_trait::async_trait;
use cairn_catalog::Snapshot;
use cairn_event::Entry;

use self::connection::{Connection, Link};
pub(crate) use self::subject::Subjects;
pub use self::subject::is_prefix as is_subject_prefix;
use crate::dead_letters::DeadLetters;
use crate::destination::DestinationConfig;
use crate::material::MaterialError;
use crate::message::{Form, Message};
use crate::sink::{Batch, Fate, Limits, PutError, Rejected, Seen, Sink, Taken};

/// What JetStream knows a message by.
const MESSAGE_ID: &str = "Nats-Msg-Id";

/// What a NATS destination has of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatsConfig {
    /// The servers, comma-separated `nats://` or `tls://` addresses.
    pub url: String,
    /// What subjects begin with.
    pub subject_prefix: String,
    /// Who keeps what is published.
    pub keeping: Keeping,
    /// Who publishes.
    pub authentication: NatsAuthentication,
}

/// Who keeps what is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// A stream of JetStream, which acknowledges each message.
    JetStream,
    /// Nobody: who subscribes when it is published gets it.
    Nobody,
}

/// Who publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NatsAuthentication {
    /// Nobody in particular, or whom the address names.
    None,
    /// A user, and a file with the password.
    Password {
        /// The user.
        user: String,
        /// The file.
        password_file: PathBuf,
    },
    /// A file with a token.
    Token(PathBuf),
    /// A file with a user's JWT and seed.
    Credentials(PathBuf),
}

/// A NATS destination.
#[derive(Debug)]
pub struct Nats {
    name: String,
    limits: Limits,
    timeout: Duration,
    keeping: Keeping,
    pub(crate) form: Form,
    pub(crate) subjects: Subjects,
    connection: Box<Connection>,
    dead: DeadLetters,
}

impl Nats {
    pub(crate) fn open(
        config: &DestinationConfig,
        own: &NatsConfig,
        form: Form,
        dead: DeadLetters,
    ) -> Result<Self, MaterialError> {
        Ok(Self {
            name: format!("nats/{}", config.name),
            limits: crate::webhook::limits(config),
            timeout: config.timeout,
            keeping: own.keeping,
            form,
            subjects: Subjects::new(&own.subject_prefix),
            connection: Box::new(Connection::open(config, own)?),
            dead,
        })
    }

    /// Publishes to JetStream: all messages in order, then their acknowledgements in order.
    async fn store(&self, link: &Link, messages: &[&Message]) -> Vec<Rejected> {
        let mut acknowledgements = Vec::with_capacity(messages.len());
        for message in messages {
            let publish = PublishMessage::build().payload(message.body.clone()).message_id(&message.id);
            let subject = message.subject.clone().unwrap_or_default();
            acknowledgements.push(link.stream.send_publish(subject, publish).await);
        }
        let mut rejected = Vec::new();
        for (index, acknowledgement) in acknowledgements.into_iter().enumerate() {
            let outcome = match acknowledgement {
                Ok(acknowledgement) => acknowledgement.await.map(drop),
                Err(error) => Err(error),
            };
            if let Err(error) = outcome {
                rejected.push(Rejected { index, fate: fate(&error) });
            }
        }
        rejected
    }

    /// Publishes, and returns once the server has read everything.
    async fn publish(&self, link: &Link, messages: &[&Message]) -> Result<Vec<Rejected>, PutError> {
        let mut rejected = Vec::new();
        for (index, message) in messages.iter().enumerate() {
            let mut headers = async_nats::HeaderMap::new();
            headers.insert(MESSAGE_ID, message.id.as_str());
            let (subject, body) = (message.subject.clone().unwrap_or_default(), message.body.clone());
            match link.client.publish_with_headers(subject, headers, body).await {
                Ok(()) => {}
                Err(error) if error.kind() == async_nats::PublishErrorKind::MaxPayloadExceeded => {
                    rejected.push(Rejected { index, fate: Fate::GiveUp(TOO_LARGE) });
                }
                Err(error) => {
                    return Err(PutError { code: "PublishFailed".to_owned(), source: Some(Box::new(error)) });
                }
            }
        }
        link.confirm(self.timeout).await?;
        Ok(rejected)
    }
}

#[async_trait]
impl Sink for Nats {
    type Lane = ();
    type Message = Message;

    fn name(&self) -> &str {
        &self.name
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn concerns(&self, _snapshot: &Snapshot, entry: &Entry) -> bool {
        crate::message::is_live(entry)
    }

    fn take(&self, seen: &Seen<'_>) -> Taken<(), Message> {
        self.form.take(seen, || Some(self.subjects.of(seen.entry.account, &seen.entry.region, seen.event)))
    }

    async fn put(&self, batch: Batch<'_, (), Message>) -> Result<Vec<Rejected>, PutError> {
        let link = self.connection.link(self.timeout).await?;
        let sending = async {
            match self.keeping {
                Keeping::JetStream => Ok(self.store(&link, batch.messages).await),
                Keeping::Nobody => self.publish(&link, batch.messages).await,
            }
        };
        // The client holds messages back while it has no connection; the time is up nevertheless.
        match tokio::time::timeout(self.timeout + SENDING_MAX, sending).await {
            Ok(sent) => sent,
            Err(_elapsed) => Err(PutError::of("TimedOut")),
        }
    }

    async fn give_up(&self, _lane: &(), messages: &[&Message], reason: &'static str) -> Result<(), PutError> {
        self.dead.keep(messages, reason).await
    }
}

/// How much longer than a try all that is around it may take.
const SENDING_MAX: Duration = Duration::from_secs(5);

const TOO_LARGE: &str = "too-large";

fn fate(error: &PublishError) -> Fate {
    let code = match error.kind() {
        PublishErrorKind::MaxPayloadExceeded => return Fate::GiveUp(TOO_LARGE),
        PublishErrorKind::StreamNotFound => "NoStream",
        PublishErrorKind::TimedOut => "TimedOut",
        PublishErrorKind::BrokenPipe => "ConnectionLost",
        PublishErrorKind::MaxAckPending => "TooManyPending",
        PublishErrorKind::WrongLastMessageId
        | PublishErrorKind::WrongLastSequence
        | PublishErrorKind::Other => "NotStored",
    };
    tracing::debug!(code, error = error as &dyn std::error::Error, "JetStream did not store a message");
    Fate::Retry(code.to_owned())
}
