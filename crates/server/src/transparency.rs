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

use cairn_catalog::LiveTrail;
use cairn_event::{AccountId, EventView};
use cairn_tlog::{EventProof, ProveError, Tlog};
use cairn_wire::{ErrorCode, json11};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;

use self::events::Events;
use crate::answer::Answered;
use crate::page::{Asked, Page, Refused};
use crate::serve::{Arrival, Front, Who};

/// The page of all logs.
pub(crate) const LOGS: &str = "/_cairn/tlog";

/// The page of one event.
pub(crate) const PROOF: &str = "/_cairn/proof";

const LIST: Page = Page::bodiless("ListTransparencyLogs");

const PROVE: Page = Page { event: "GetEventProof", body_bytes_max: json11::BODY_BYTES_MAX };

/// What can be asked, as the query says it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Ask {
    trail: Option<String>,
    event_id: Option<String>,
}

impl Front {
    /// Lists logs, and records that it was asked.
    pub(crate) async fn list_logs(&self, arrival: &Arrival, body: Incoming) -> Answered {
        self.page(&LIST, (arrival, body), async |asked| self.logs(asked).await).await
    }

    /// Proves an event that its id names, or that comes as the body, and records that it was asked.
    pub(crate) async fn prove_event(&self, arrival: &Arrival, body: Incoming) -> Answered {
        self.page(&PROVE, (arrival, body), async |asked| self.proof(asked).await).await
    }

    async fn logs(&self, asked: &Asked<'_>) -> Result<Vec<u8>, Refused> {
        self.permit(asked, &["cloudtrail:GetTrail"])?;
        let (tlog, _, trails) = self.logs_asked_about(asked).await?;
        let mut logs = Vec::new();
        for trail in trails {
            logs.extend(tlog.logs(&trail).await.map_err(broken)?);
        }
        serde_json::to_vec(&serde_json::json!({ "logs": logs })).map_err(broken)
    }

    async fn proof(&self, asked: &Asked<'_>) -> Result<Vec<u8>, Refused> {
        self.permit(asked, &["cloudtrail:LookupEvents", "cairn:GetEventProof"])?;
        let (tlog, ask, mut trails) = self.logs_asked_about(asked).await?;
        if asked.arrival.head.method != "POST" {
            let event_id = ask.event_id.ok_or_else(|| misunderstood("event-id is needed."))?;
            return self.proof_of_id(tlog, &trails, &asked.who, &event_id).await;
        }
        let view = EventView::parse(&asked.body).map_err(|_none| misunderstood("The body is no event."))?;
        let event =
            std::str::from_utf8(&asked.body).map_err(|_none| misunderstood("The body is no event."))?;
        let happened_ms = view.event_time.epoch_seconds().saturating_mul(1_000);
        let recipient = view.recipient_account_id.as_deref();
        trails.retain(|trail| proves_to(trail.account, asked.who.account, recipient));
        first_proof(&trails, |trail| tlog.prove_content(trail, event, happened_ms)).await
    }

    /// Understands the query, and finds the trails that it is about.
    async fn logs_asked_about(
        &self,
        asked: &Asked<'_>,
    ) -> Result<(&Tlog, Ask, Vec<Arc<LiveTrail>>), Refused> {
        let tlog = self.tlog.as_ref().ok_or_else(|| {
            let message = "Transparency logs are switched off (setting tlog.enabled).".to_owned();
            Refused::Told(ErrorCode::ResourceNotFoundException, message)
        })?;
        let ask = Ask::parse(&asked.arrival.head.query)?;
        let account = asked.who.account;
        let trails = named(tlog.trails(account).await.map_err(broken)?, account, ask.trail.as_deref())?;
        Ok((tlog, ask, trails))
    }

    async fn proof_of_id(
        &self,
        tlog: &Tlog,
        trails: &[Arc<LiveTrail>],
        who: &Who,
        event_id: &str,
    ) -> Result<Vec<u8>, Refused> {
        let events = Events { history: &self.probes.history, source: &self.source, now: self.clock.now() };
        let found = events.find(who.account, &who.region, event_id).await.map_err(broken)?;
        let (position, event) = found.ok_or_else(|| {
            let message = format!(
                "There is no event {event_id} of account {} in {}, neither in the event history nor in the journal.",
                who.account, who.region
            );
            Refused::Told(ErrorCode::ResourceNotFoundException, message)
        })?;
        let event = std::str::from_utf8(&event).map_err(broken)?;
        first_proof(trails, |trail| tlog.prove(trail, position, event)).await
    }
}

/// Returns the proof of the first trail whose log has the event.
async fn first_proof<'t, P>(
    trails: &'t [Arc<LiveTrail>],
    prove: impl Fn(&'t LiveTrail) -> P,
) -> Result<Vec<u8>, Refused>
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

/// Chooses the trails that are meant: the named one, in each of its lives, or all.
fn named(
    all: Vec<Arc<LiveTrail>>,
    account: AccountId,
    named: Option<&str>,
) -> Result<Vec<Arc<LiveTrail>>, Refused> {
    let Some(named) = named else { return Ok(all) };
    let meant: Vec<_> = all.into_iter().filter(|trail| trail.arn == named || trail.name == named).collect();
    if meant.is_empty() {
        let message = format!("Unknown trail: {named} for the user: {account}");
        return Err(Refused::Told(ErrorCode::TrailNotFoundException, message));
    }
    Ok(meant)
}

/// Tells whether a trail may prove an event to an account: the owner any, a member of its organization those that
/// were recorded for it.
fn proves_to(owner: AccountId, account: AccountId, recipient: Option<&str>) -> bool {
    account == owner || recipient == Some(account.as_str())
}

fn refusal_of(error: &ProveError) -> Refused {
    match error {
        ProveError::NotYet => Refused::Told(
            ErrorCode::ConflictException,
            "The trail's log has not come to the event yet. Ask again in a minute.".to_owned(),
        ),
        ProveError::NotLogged => Refused::Told(
            ErrorCode::ResourceNotFoundException,
            "The event is in no trail's transparency log. A log holds what its trail delivers while log file \
             validation is on."
                .to_owned(),
        ),
        ProveError::Tree(tree) => {
            Refused::Told(ErrorCode::InternalFailure, format!("The log in the bucket does not bear it out: {tree}."))
        }
        ProveError::Positions { path } => {
            Refused::Told(ErrorCode::InternalFailure, format!("The log in the bucket does not bear it out: {path} was changed."))
        }
        ProveError::State(_) | ProveError::Sign(_) | ProveError::Thread => broken("the log's state can't be read"),
    }
}

/// Refuses because of what the client need not know.
fn broken(error: impl std::fmt::Display) -> Refused {
    tracing::error!(%error, "transparency log not told");
    Refused::internal()
}

fn misunderstood(message: &str) -> Refused {
    Refused::misunderstood(message)
}

impl Ask {
    fn parse(query: &str) -> Result<Self, Refused> {
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
