//! What is known of a call while it is away, and how it is recorded whatever becomes of it.

use std::sync::Arc;

use bytes::Bytes;
use cairn_capture::{Captured, Keep, Owners, Response as Seen, ServiceCall};
use cairn_event::{AccountId, Region};
use cairn_gateway::{Kept, Tap, Tapped};
use cairn_intake::{Draft, IntakeError};
use cairn_intents::{Begun, Loss, Reason};
use cairn_wire::recognise::{Protocol, UNKNOWN_OPERATION};
use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::identity::{Callers, Judged, Sender};
use super::route::Route;
use crate::recorder::{Observed, Recorder};
use crate::serve::{Arrival, Front};
use crate::upstreams::RecordPolicy;

/// A call on its way to an upstream and back.
#[derive(Debug)]
pub(crate) struct Flight {
    pub(super) front: Arc<Front>,
    pub(super) route: Arc<Route>,
    pub(super) arrival: Arc<Arrival>,
    pub(super) call: ServiceCall,
    pub(super) protocol: Protocol,
    pub(super) sender: Sender,
    pub(super) received: Received,
    /// Whether the call is recognised by a form that was not read before it went.
    pub(super) form_is_read: bool,
    /// What is on the disk of the call already; nothing where its route does not ask for that.
    pub(super) begun: Option<Begun>,
    pub(super) started: Instant,
}

/// The request's body.
#[derive(Debug)]
pub(super) enum Received {
    /// It was read before the call went.
    Whole(Bytes),
    /// It passes, or has passed.
    Passing(Arc<Tap>),
}

/// What came of a call.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// 0 where no answer was seen.
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Kept>,
    pub(super) body_bytes: u64,
    /// What the record says beside.
    pub(super) remarks: Map<String, Value>,
}

/// What of an answer is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct AnswerPolicy(Keep);

/// A call's events, and what they were made of.
#[derive(Debug)]
pub(super) struct Rendered {
    pub(super) drafts: Vec<Draft>,
    judged: Judged,
    received: Kept,
    received_bytes: u64,
}

impl AnswerPolicy {
    /// Makes what looks at an answer with that status.
    pub(super) fn tap(self, status: u16) -> Tap {
        match self.0 {
            Keep::OnError { bytes_max } if status >= 300 => Tap::keeping(bytes_max),
            Keep::Always { bytes_max } => Tap::keeping(bytes_max),
            Keep::Nothing | Keep::OnError { .. } => Tap::counting(),
        }
    }
}

impl Received {
    /// Tells whether all of the request has gone to the upstream, or could.
    pub(super) fn is_complete(&self) -> bool {
        match self {
            Self::Whole(_) => true,
            Self::Passing(tap) => tap.is_complete(),
        }
    }

    /// Returns a form that has passed to its end; nothing while it has not, and where it is too long.
    fn passed(&self) -> Option<Bytes> {
        match self {
            Self::Passing(tap) if tap.is_complete() => match tap.seen().kept {
                Kept::Whole(form) => Some(form),
                Kept::Nothing | Kept::Cut => None,
            },
            Self::Whole(_) | Self::Passing(_) => None,
        }
    }

    fn seen(&self) -> (u64, Kept) {
        match self {
            Self::Whole(bytes) => (bytes.len() as u64, Kept::Whole(bytes.clone())),
            Self::Passing(tap) => {
                let tapped = tap.seen();
                match (tapped.complete, tapped.kept) {
                    // Nothing is read from a part.
                    (false, Kept::Whole(_)) => (tapped.bytes, Kept::Cut),
                    (_, kept) => (tapped.bytes, kept),
                }
            }
        }
    }
}

impl Outcome {
    /// No answer was seen.
    pub(super) fn unseen() -> Self {
        Self { status: Seen::UNSEEN, ..Self::default() }
    }

    /// No answer was seen, and the upstream may have done what was asked.
    pub(super) fn unknown() -> Self {
        Self::unseen().remarking("outcome", "unknown")
    }

    /// An answer was seen, as far as the tap shows.
    pub(super) fn tapped(status: u16, headers: HeaderMap, tapped: Tapped) -> Self {
        let kept = match (tapped.complete, tapped.kept) {
            // Nothing is read from a part.
            (false, Kept::Whole(_)) => Kept::Cut,
            (_, kept) => kept,
        };
        Self { status, headers, body: Some(kept), body_bytes: tapped.bytes, ..Self::default() }
    }

    /// Adds a remark.
    pub(super) fn remarking(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.remarks.insert(name.to_owned(), value.into());
        self
    }
}

impl Flight {
    /// Recognises the call by its form, where that was not read before the call went and has passed since. As long
    /// as it has not, nobody knows which action it names: one in the query does not count.
    pub(super) fn read_form(&mut self) {
        let Self { front, arrival, .. } = self;
        if !arrival.head.is_form() || matches!(self.received, Received::Whole(_)) || self.form_is_read {
            return;
        }
        let Some(form) = self.received.passed() else {
            if is_named_by_query(&arrival.head.query, self.protocol) {
                self.call = unknown(&self.call, self.protocol);
            }
            return;
        };
        let recognition = front.recogniser.recognise(&arrival.head, &form);
        self.call = front.recogniser.forwarded(&arrival.head, &recognition);
        self.protocol = recognition.call.protocol;
        let sender = front.gateway.callers.sender(front, &self.route, arrival, &self.call, Some(&form[..]));
        self.sender = sender.since(&self.sender);
        self.form_is_read = true;
    }

    /// Leaves out a form that passed and turned out to be nothing that the record looks at, such as an object.
    fn wanted(&self, kept: Kept) -> Kept {
        match (&self.received, Callers::body_policy(&self.call).request) {
            (Received::Passing(_), Keep::Nothing) => Kept::Nothing,
            _ => kept,
        }
    }

    /// Says of a call whose form could not be read, and which therefore has no name, or no parameters, that this is
    /// why.
    fn unread_form(&self, received: &Kept) -> Option<Value> {
        let silent =
            matches!(self.call, ServiceCall::Other { .. } | ServiceCall::Iam(_) | ServiceCall::Sts(_));
        let Received::Passing(tap) = &self.received else { return None };
        let (bytes, is_cut) = (tap.bytes(), matches!(received, Kept::Cut));
        if !silent || !is_cut || bytes == 0 || !self.arrival.head.is_form() {
            return None;
        }
        let what = if tap.is_complete() { "too large" } else { "incomplete" };
        Some(json!({"omitted": true, "originalSize": bytes, "reason": format!("requestBody {what}")}))
    }

    /// Records what came of the call, and returns once that is durable; on routes that wait for nothing, at once.
    ///
    /// # Errors
    /// The event could not be recorded, and the route demands that it is.
    pub(super) async fn land(self: Box<Self>, outcome: Outcome) -> Result<(), IntakeError> {
        match self.route.record {
            RecordPolicy::Require => self.record(outcome).await,
            RecordPolicy::BestEffort => {
                let Ok(place) = Arc::clone(&self.route.unwaited).try_acquire_owned() else {
                    self.lost((self.route.account, &self.route.region), Reason::Crowded);
                    return Ok(());
                };
                let tasks = self.front.tasks.clone();
                tasks.spawn(async move {
                    let _recorded = self.record(outcome).await.is_ok();
                    drop(place);
                });
                Ok(())
            }
        }
    }

    /// Records what came of the call although nobody waits for it: its client is gone.
    pub(super) fn land_alone(self: Box<Self>, outcome: impl Future<Output = Outcome> + Send + 'static) {
        // Without a runtime the process is about to end: what was begun is settled by the next start.
        let Ok(_runtime) = tokio::runtime::Handle::try_current() else { return };
        let tasks = self.front.tasks.clone();
        tasks.spawn(async move {
            let outcome = outcome.await.remarking("clientAborted", true);
            let _recorded = self.land(outcome).await.is_ok();
        });
    }

    async fn record(mut self: Box<Self>, outcome: Outcome) -> Result<(), IntakeError> {
        self.read_form();
        let Rendered { drafts, judged, received, received_bytes } =
            self.render(&outcome, |recorder, seen| recorder.drafts(seen));
        self.route.count(outcome.status, self.started.elapsed(), received_bytes, outcome.body_bytes);
        if let Some(begun) = &self.begun {
            begun.recording();
        }
        let recorded = self.front.recorder.submit(drafts).await;
        match &recorded {
            Ok(()) => {
                if let Some(begun) = self.begun.take() {
                    begun.done();
                }
                let answer = outcome.body.as_ref();
                if let (200..=299, Some(Kept::Whole(shown))) = (outcome.status, answer) {
                    let place = (self.route.account, &judged.who.region);
                    self.front.recogniser.table_keys.learn(&self.call, place, shown);
                }
                self.front.gateway.callers.learn(&self, &judged, outcome.status, &received, answer);
            }
            Err(error) => {
                let source = error as &dyn std::error::Error;
                let upstream = self.route.upstream.name();
                match self.route.record {
                    // What was begun is dropped with this, and settled once events are taken again.
                    RecordPolicy::Require => {
                        tracing::error!(upstream, error = source, "call not recorded with its outcome");
                    }
                    RecordPolicy::BestEffort => {
                        self.lost((judged.who.account, &judged.who.region), (*error).into());
                    }
                }
            }
        }
        recorded
    }

    /// Renders the call's events as they are with an outcome.
    pub(super) fn render(
        &self,
        outcome: &Outcome,
        drafts: impl FnOnce(&Recorder, &Observed<'_>) -> Vec<Draft>,
    ) -> Rendered {
        let (received_bytes, kept) = self.received.seen();
        let unread_form = self.unread_form(&kept);
        let received = self.wanted(kept);
        let headers: Vec<(&str, &[u8])> =
            outcome.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let response = Seen {
            status: outcome.status,
            headers: &headers,
            body: outcome.body.as_ref().map_or(Captured::Nothing, captured),
            body_bytes: outcome.body_bytes,
        };
        let judged = self.front.gateway.callers.judge(self, &received, &response);
        let mut remarks = judged.remarks.clone();
        remarks.extend(outcome.remarks.clone());
        if let Some(unread) = unread_form {
            remarks.insert("requestBody".to_owned(), unread);
        }
        let given = cairn_capture::request_id(&response, self.protocol);
        if given.is_none() {
            remarks.insert("requestIdBy".to_owned(), Value::from("Cairn"));
        }
        let drafts = drafts(
            &self.front.recorder,
            &Observed {
                arrival: &self.arrival,
                call: &self.call,
                who: &judged.who,
                body: captured(&received),
                body_bytes: received_bytes,
                response,
                request_id: given.as_deref().unwrap_or(&self.arrival.ids.request),
                owners: Owners { resource: Some(self.route.account), source: None },
                under: None,
                remarks: &remarks,
            },
        );
        Rendered { drafts, judged, received, received_bytes }
    }

    /// Returns the account that the call belongs to if the upstream does what it asks, and so believes its caller.
    pub(super) fn account_if_done(&self) -> AccountId {
        let (_, received) = self.received.seen();
        let done = Seen { status: 200, headers: &[], body: Captured::Nothing, body_bytes: 0 };
        self.front.gateway.callers.judge(self, &received, &done).who.account
    }

    /// Returns what of the answer the record, or somebody who learns from it, wants to see.
    pub(super) fn answer_policy(&self) -> AnswerPolicy {
        AnswerPolicy(Callers::body_policy(&self.call).response)
    }

    /// Counts the call as one that was made and not recorded; an event will tell it.
    fn lost(&self, (account, region): (AccountId, &Region), reason: Reason) {
        let upstream = self.route.upstream.name();
        self.front.promises.gaps.lost(&Loss { upstream, account, region, reason });
    }
}

pub(super) fn captured(kept: &Kept) -> Captured<'_> {
    match kept {
        Kept::Nothing => Captured::Nothing,
        Kept::Whole(bytes) => Captured::Whole(bytes),
        Kept::Cut => Captured::Cut,
    }
}

/// Returns the call of that service that nobody can name.
fn unknown(call: &ServiceCall, protocol: Protocol) -> ServiceCall {
    ServiceCall::Other {
        event_source: call.event_source().to_owned(),
        event_name: UNKNOWN_OPERATION.to_owned(),
        protocol,
    }
}

/// Tells whether a query call names its action in the query.
fn is_named_by_query(query: &str, protocol: Protocol) -> bool {
    let is_action = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default();
        percent_decode_str(name).eq("Action".bytes())
    };
    matches!(protocol, Protocol::Query | Protocol::Ec2Query) && query.split('&').any(is_action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_in_the_query_is_seen_however_it_is_written() {
        assert!(is_named_by_query("Version=1&Acti%6Fn=ListUsers", Protocol::Query));
        assert!(is_named_by_query("Action", Protocol::Ec2Query));
        assert!(!is_named_by_query("Actions=a&x=Action", Protocol::Query));
        assert!(!is_named_by_query("Action=a", Protocol::RestXml));
    }
}
