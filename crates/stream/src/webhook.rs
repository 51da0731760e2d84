//! Webhooks: batches of events as signed requests, in the form of the Standard Webhooks specification.
//!
//! A request is a `POST` of a JSON array, signed over its id, its time and its body with each of the
//! destination's secrets. A 2xx answer takes the batch. An answer that refuses the bytes themselves (400, 413,
//! 415, 422 and their kin) sends the halves of the batch, down to the event that is to blame, which is given
//! up. Everything else is tried again, never before the time that `Retry-After` named.

mod answer;
mod client;
mod signature;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cairn_catalog::Snapshot;
use cairn_event::{Clock, Entry};
use http::{HeaderValue, Request, Uri};
use tokio::time::Instant;

use self::answer::Answer;
use self::client::Client;
use self::signature::Signer;
use crate::dead_letters::DeadLetters;
use crate::destination::DestinationConfig;
use crate::material::{MaterialError, Secret, tls};
use crate::message::{Form, Message};
use crate::sink::{Batch, Fate, Limits, PutError, Rejected, Seen, Sink, Taken};

/// How long the halves of one batch may be sent for: less than a stage of shutdown waits.
const PUT_MAX: Duration = Duration::from_secs(15);

/// The longest time that a receiver can ask to be left alone for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(300);

/// What a webhook has of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookConfig {
    /// Where requests go.
    pub url: Uri,
    /// The secrets that sign them, one a line.
    pub secret_file: Option<PathBuf>,
    /// The value of the `Authorization` header.
    pub authorization_file: Option<PathBuf>,
}

/// A webhook.
#[derive(Debug)]
pub struct Webhook {
    name: String,
    url: Uri,
    limits: Limits,
    timeout: Duration,
    pub(crate) form: Form,
    signer: Signer,
    authorization: Option<HeaderValue>,
    client: Box<Client>,
    dead: DeadLetters,
    clock: Arc<dyn Clock>,
    /// When the receiver wants to be tried again.
    not_before: Mutex<Option<Instant>>,
}

impl Webhook {
    pub(crate) fn open(
        config: &DestinationConfig,
        own: &WebhookConfig,
        form: Form,
        dead: DeadLetters,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, MaterialError> {
        let authorization = own.authorization_file.as_deref().map(authorization).transpose()?;
        Ok(Self {
            name: format!("webhook/{}", config.name),
            url: own.url.clone(),
            limits: limits(config),
            timeout: config.timeout,
            form,
            signer: Signer::open(own.secret_file.as_deref())?,
            authorization,
            client: Box::new(Client::new(tls(config.authority.as_deref())?)),
            dead,
            clock,
            not_before: Mutex::default(),
        })
    }

    /// Sends some messages in one request.
    async fn send(&self, messages: &[&Message]) -> Answer {
        let body = array(messages);
        let id = signature::id(messages.iter().map(|message| message.id.as_str()));
        let now = self.clock.now();
        let timestamp = now.as_second();
        let mut request = Request::post(self.url.clone())
            .header("content-type", "application/json")
            .header("user-agent", concat!("cairn/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp);
        if let Some(signature) = self.signer.sign(&id, timestamp, &body) {
            request = request.header("webhook-signature", signature);
        }
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        match request.body(body) {
            Ok(request) => self.client.send(request, self.timeout, now).await,
            Err(error) => {
                Answer::Again(PutError { code: "BadRequest".to_owned(), source: Some(error.into()) })
            }
        }
    }

    /// Refuses to send before the receiver wants it.
    fn held_back(&self) -> Option<PutError> {
        let not_before = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        not_before.is_some_and(|at| Instant::now() < at).then(|| PutError::of("RetryAfter"))
    }

    fn hold_back(&self, wait: Option<Duration>) {
        let mut not_before = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        *not_before = wait.map(|wait| Instant::now() + wait.min(RETRY_AFTER_MAX));
    }
}

#[async_trait]
impl Sink for Webhook {
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
        self.form.take(seen, || None)
    }

    async fn put(&self, batch: Batch<'_, (), Message>) -> Result<Vec<Rejected>, PutError> {
        if let Some(error) = self.held_back() {
            return Err(error);
        }
        let (begun, mut rejected) = (Instant::now(), Vec::new());
        let mut parts: Vec<Range<usize>> = std::iter::once(0..batch.messages.len()).collect();
        while let Some(part) = parts.pop() {
            let Some(messages) = batch.messages.get(part.clone()) else { continue };
            let answer = if begun.elapsed() < PUT_MAX {
                self.send(messages).await
            } else {
                Answer::Again(PutError::of("Unfinished"))
            };
            match answer {
                Answer::Taken => self.hold_back(None),
                Answer::Refused(reason) if part.len() == 1 => {
                    rejected.push(Rejected { index: part.start, fate: Fate::GiveUp(reason) });
                }
                Answer::Refused(_) => {
                    let middle = part.start + part.len() / 2;
                    parts.extend([middle..part.end, part.start..middle]);
                }
                Answer::Again(error) if part.len() == batch.messages.len() => return Err(error),
                Answer::Again(error) => {
                    // Nothing goes past what has to be sent again.
                    let left = parts.into_iter().chain([part]).flatten();
                    rejected
                        .extend(left.map(|index| Rejected { index, fate: Fate::Retry(error.code.clone()) }));
                    break;
                }
                Answer::Later(wait) => {
                    self.hold_back(Some(wait));
                    parts.push(part);
                    let code = || Fate::Retry("RetryAfter".to_owned());
                    rejected
                        .extend(parts.into_iter().flatten().map(|index| Rejected { index, fate: code() }));
                    break;
                }
            }
        }
        Ok(rejected)
    }

    async fn give_up(&self, _lane: &(), messages: &[&Message], reason: &'static str) -> Result<(), PutError> {
        self.dead.keep(messages, reason).await
    }
}

/// Cuts batches as the configuration says; one at a time, which keeps the order.
pub(crate) fn limits(config: &DestinationConfig) -> Limits {
    Limits {
        messages_max: config.batch_events,
        bytes_max: config.batch_bytes,
        span_max: None,
        in_flight_max: 1,
    }
}

fn authorization(path: &Path) -> Result<HeaderValue, MaterialError> {
    let needed = "the value of a header is needed";
    let wrong = |_invalid| MaterialError::Content { path: path.to_owned(), needed };
    let mut value = HeaderValue::from_str(Secret::read(path)?.expose()).map_err(wrong)?;
    value.set_sensitive(true);
    Ok(value)
}

fn array(messages: &[&Message]) -> Bytes {
    let bytes: usize = messages.iter().map(|message| message.body.len() + 1).sum();
    let mut body = Vec::with_capacity(bytes + 1);
    for (index, message) in messages.iter().enumerate() {
        body.push(if index == 0 { b'[' } else { b',' });
        body.extend_from_slice(&message.body);
    }
    body.push(b']');
    Bytes::from(body)
}

#[cfg(test)]
mod tests;
