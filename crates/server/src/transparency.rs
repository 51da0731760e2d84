//! `/_cairn/tlog` and `/_cairn/proof`: the transparency logs of trails, and proofs of events out of them.
//!
//! | page | parameters | permissions |
//! | --- | --- | --- |
//! | `/_cairn/tlog` | `trail`, a name or ARN; all of the account without it | `cloudtrail:GetTrail` |
//! | `/_cairn/proof` | `event-id`; `trail`, where more than one may have it | `cloudtrail:LookupEvents`, `cairn:GetEventProof` |
//!
//! A POST to `/_cairn/proof` has the event as its body, byte for byte as it was delivered, instead of `event-id`.
//!
//! Requests are signed for service `cloudtrail` and answered for the caller's account and Region. They are
//! recorded as `ListTransparencyLogs` and `GetEventProof`.

mod events;

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use cairn_catalog::{LiveTrail, Snapshot};
use cairn_event::{AccountId, EventView};
use cairn_tlog::{EventProof, ProveError, Tlog};
use cairn_wire::recognise::Protocol;
use cairn_wire::{ErrorCode, json11};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;

use self::events::Events;
use crate::answer::{Answered, json, json_refusal};
use crate::authorize;
use crate::incoming;
use crate::refuse;
use crate::request_facts;
use crate::serve::{Arrival, Front, Who};

/// What is asked of the logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Question {
    /// Which logs there are.
    Logs,
    /// The proof of an event that its id tells.
    Proof,
    /// The proof of this event.
    ProofOf(Bytes),
}

/// Why it is not answered: a code and words for the client.
type Refusal = (ErrorCode, String);

/// What can be asked, as the query says it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Ask {
    trail: Option<String>,
    event_id: Option<String>,
}

impl Question {
    fn name(&self) -> &'static str {
        match self {
            Self::Logs => "ListTransparencyLogs",
            Self::Proof | Self::ProofOf(_) => "GetEventProof",
        }
    }

    fn permissions(&self) -> &'static [&'static str] {
        match self {
            Self::Logs => &["cloudtrail:GetTrail"],
            Self::Proof | Self::ProofOf(_) => &["cloudtrail:LookupEvents", "cairn:GetEventProof"],
        }
    }
}

impl Front {
    /// Answers a request for the proof of an event that comes with it.
    pub(crate) async fn prove_sent(&self, arrival: &Arrival, body: Incoming) -> Answered {
        match incoming::read_whole(body, json11::BODY_BYTES_MAX).await {
            Ok(event) => self.tell_transparency(arrival, Question::ProofOf(event)).await,
            Err(error) => refuse::body(arrival, Protocol::Json, error).into(),
        }
    }

    /// Answers a question about transparency logs, and records that it was asked.
    pub(crate) async fn tell_transparency(&self, arrival: &Arrival, question: Question) -> Answered {
        let snapshot = self.catalog.current();
        let body = match &question {
            Question::Logs | Question::Proof => &b""[..],
            Question::ProofOf(event) => event,
        };
        let found = self.authenticator.authenticate(&arrival.head, Some(body), &snapshot, self.clock.now());
        let who = self.who(&found);
        let answered = match found.refusal() {
            Some(refusal) => refuse::signature(arrival, Protocol::Json, &refusal),
            None => match self.answer_transparency(arrival, &question, &who, &snapshot).await {
                Ok(body) => json(&arrival.ids, body),
                Err((code, message)) => json_refusal(&arrival.ids, code, &message),
            },
        };
        self.record_page(arrival, question.name(), who, answered.into()).await
    }

    async fn answer_transparency(
        &self,
        arrival: &Arrival,
        question: &Question,
        who: &Who,
        snapshot: &Snapshot,
    ) -> Result<Vec<u8>, Refusal> {
        for permission in question.permissions() {
            let context = request_facts::of_request(arrival, who, snapshot, self.clock.now());
            let asked = (*permission, "*", who.account);
            let decision = authorize::decide(&who.caller, snapshot, None, asked, context).map_err(broken)?;
            if let Some(message) = decision.message() {
                return Err((ErrorCode::AccessDeniedException, message));
            }
        }
        let tlog = self.tlog.as_ref().ok_or_else(|| {
            let message = "Transparency logs are switched off (setting tlog.enabled).".to_owned();
            (ErrorCode::ResourceNotFoundException, message)
        })?;
        let ask = Ask::parse(&arrival.head.query)?;
        let all = tlog.trails(who.account).await.map_err(broken)?;
        let trails = named(all, who.account, ask.trail.as_deref())?;
        match question {
            Question::Logs => logs(tlog, &trails).await,
            Question::Proof => {
                let event_id = ask.event_id.ok_or_else(|| misunderstood("event-id is needed."))?;
                self.proof(tlog, &trails, who, &event_id).await
            }
            Question::ProofOf(event) => {
                let view = EventView::parse(event).map_err(|_none| misunderstood("The body is no event."))?;
                let event =
                    std::str::from_utf8(event).map_err(|_none| misunderstood("The body is no event."))?;
                let happened_ms = view.event_time.epoch_seconds().saturating_mul(1_000);
                let mut trails = trails;
                let recipient = view.recipient_account_id.as_deref();
                trails.retain(|trail| proves_to(trail.account, who.account, recipient));
                first_proof(&trails, |trail| tlog.prove_content(trail, event, happened_ms)).await
            }
        }
    }

    async fn proof(
        &self,
        tlog: &Tlog,
        trails: &[Arc<LiveTrail>],
        who: &Who,
        event_id: &str,
    ) -> Result<Vec<u8>, Refusal> {
        let events = Events { history: &self.probes.history, source: &self.source, now: self.clock.now() };
        let found = events.find(who.account, &who.region, event_id).await.map_err(broken)?;
        let (position, event) = found.ok_or_else(|| {
            let message = format!(
                "There is no event {event_id} of account {} in {}, neither in the event history nor in the journal.",
                who.account, who.region
            );
            (ErrorCode::ResourceNotFoundException, message)
        })?;
        let event = std::str::from_utf8(&event).map_err(broken)?;
        first_proof(trails, |trail| tlog.prove(trail, position, event)).await
    }
}

/// Returns the proof of the first trail whose log has the event.
async fn first_proof<'t, P>(
    trails: &'t [Arc<LiveTrail>],
    prove: impl Fn(&'t LiveTrail) -> P,
) -> Result<Vec<u8>, Refusal>
where
    P: Future<Output = Result<EventProof, ProveError>>,
{
    let mut refusal = refusal_of(&ProveError::NotLogged);
    for trail in trails {
        match prove(trail).await {
            Ok(proof) => return serde_json::to_vec(&proof).map_err(broken),
            // Another trail's log may have it.
            Err(ProveError::NotLogged) => {}
            Err(error) => {
                if !matches!(error, ProveError::NotYet) {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(trail = %trail.arn, error, "event not proved");
                }
                refusal = refusal_of(&error);
            }
        }
    }
    Err(refusal)
}

async fn logs(tlog: &Tlog, trails: &[Arc<LiveTrail>]) -> Result<Vec<u8>, Refusal> {
    let mut logs = Vec::new();
    for trail in trails {
        logs.extend(tlog.logs(trail).await.map_err(broken)?);
    }
    serde_json::to_vec(&serde_json::json!({ "logs": logs })).map_err(broken)
}

/// Chooses the trails that are meant: the named one, in each of its lives, or all.
fn named(
    all: Vec<Arc<LiveTrail>>,
    account: AccountId,
    named: Option<&str>,
) -> Result<Vec<Arc<LiveTrail>>, Refusal> {
    let Some(named) = named else { return Ok(all) };
    let meant: Vec<_> = all.into_iter().filter(|trail| trail.arn == named || trail.name == named).collect();
    if meant.is_empty() {
        let message = format!("Unknown trail: {named} for the user: {account}");
        return Err((ErrorCode::TrailNotFoundException, message));
    }
    Ok(meant)
}

/// Tells whether a trail may prove an event to an account: the owner any, a member of its organization those that
/// were recorded for it.
fn proves_to(owner: AccountId, account: AccountId, recipient: Option<&str>) -> bool {
    account == owner || recipient == Some(account.as_str())
}

fn refusal_of(error: &ProveError) -> Refusal {
    match error {
        ProveError::NotYet => (
            ErrorCode::ConflictException,
            "The trail's log has not come to the event yet. Ask again in a minute.".to_owned(),
        ),
        ProveError::NotLogged => (
            ErrorCode::ResourceNotFoundException,
            "The event is in no trail's transparency log. A log holds what its trail delivers while log file \
             validation is on."
                .to_owned(),
        ),
        ProveError::Tree(tree) => {
            (ErrorCode::InternalFailure, format!("The log in the bucket does not bear it out: {tree}."))
        }
        ProveError::Positions { path } => {
            (ErrorCode::InternalFailure, format!("The log in the bucket does not bear it out: {path} was changed."))
        }
        ProveError::State(_) | ProveError::Sign(_) | ProveError::Thread => broken("the log's state can't be read"),
    }
}

/// Refuses because of what the client need not know.
fn broken(error: impl std::fmt::Display) -> Refusal {
    tracing::error!(%error, "transparency log not told");
    (ErrorCode::InternalFailure, "An internal error occurred.".to_owned())
}

fn misunderstood(message: &str) -> Refusal {
    (ErrorCode::ValidationException, message.to_owned())
}

impl Ask {
    fn parse(query: &str) -> Result<Self, Refusal> {
        let mut ask = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_decode_str(value).decode_utf8();
            let value = value.map_err(|_no_text| misunderstood("The query is not UTF-8."))?;
            let given = match name {
                "trail" => &mut ask.trail,
                "event-id" => &mut ask.event_id,
                _ => return Err(misunderstood("trail=NAME and event-id=ID are understood.")),
            };
            if value.is_empty() || given.replace(value.into_owned()).is_some() {
                return Err(misunderstood("Each parameter is given once, with a value."));
            }
        }
        Ok(ask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organizations_trail_proves_a_member_its_own_events_alone() {
        let [owner, member, other] =
            ["123456789012", "111122223333", "444455556666"].map(|id| id.parse::<AccountId>().unwrap());
        for (account, recipient, expected) in [
            (owner, Some(member.as_str()), true),
            (owner, None, true),
            (member, Some(member.as_str()), true),
            (member, Some(other.as_str()), false),
            (member, Some(owner.as_str()), false),
            (member, None, false),
        ] {
            assert_eq!(proves_to(owner, account, recipient), expected, "{account} {recipient:?}");
        }
    }

    #[test]
    fn what_is_asked_is_understood_or_refused() {
        let ask = |trail: Option<&str>, event_id: Option<&str>| {
            Ok(Ask { trail: trail.map(str::to_owned), event_id: event_id.map(str::to_owned) })
        };
        assert_eq!(Ask::parse(""), ask(None, None));
        assert_eq!(Ask::parse("trail=arn%3Aaws&event-id=e"), ask(Some("arn:aws"), Some("e")));
        for query in ["trail=", "trail", "event-id=a&event-id=b", "other=1", "trail=%ff"] {
            assert!(Ask::parse(query).is_err(), "{query}");
        }
    }
}
