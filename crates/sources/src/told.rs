//! What a source tells of one call, on the record path.

use std::net::IpAddr;
use std::sync::Arc;

use cairn_access::Caller;
use cairn_capture::{Captured, Exchange, Request, Response, ServiceCall, Tls};
use cairn_catalog::TakenEvent;
use cairn_event::{AccountId, HIDDEN, Origin, Record, Region};
use cairn_identities::actor::{Evidence, MEMBER, actor};
use cairn_intake::Draft;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::event_id;

/// Where a source's events are recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The account whose history and trails receive them.
    pub account: AccountId,
    /// The Region of events that do not tell one of `regions`.
    pub region: Region,
    /// The Regions that there are here: a source must not be able to invent folders in log buckets, nor put an event
    /// where nobody can look for it.
    pub regions: Arc<[Region]>,
    /// Whether it is told who stands behind a call.
    pub actors: Actors,
}

/// Whether records tell of the person, agent and tool behind a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actors {
    /// They do.
    Told,
    /// They do not.
    LeftOut,
}

/// An event that a source told of, and how it is recognised when it is told again.
#[derive(Debug, Clone)]
pub struct Told {
    /// The event on its way in.
    pub draft: Draft,
    /// How the book knows it.
    pub taken: TakenEvent,
    /// Its `eventTime`, seconds since 1970.
    pub seconds: i64,
}

/// A call as a source tells of it: what a server would have seen of it, as far as that is known.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    /// Who tells: `additionalEventData.source`.
    pub(crate) source: &'static str,
    pub(crate) call: ServiceCall,
    pub(crate) method: &'a str,
    pub(crate) query: &'a str,
    pub(crate) request_headers: Vec<(&'a str, &'a str)>,
    pub(crate) request_body: &'a [u8],
    pub(crate) request_bytes: u64,
    pub(crate) status: u16,
    pub(crate) response_headers: Vec<(&'a str, &'a str)>,
    pub(crate) response_bytes: u64,
    pub(crate) caller: Caller,
    pub(crate) peer: Option<IpAddr>,
    pub(crate) tls: Option<Tls>,
    pub(crate) request_id: Option<&'a str>,
    pub(crate) event_id: String,
    pub(crate) remarks: Map<String, Value>,
    pub(crate) at: Timestamp,
}

impl Told {
    /// Takes a record that was rendered here.
    pub(crate) fn of(record: &Record, account: AccountId) -> Self {
        let region = record.aws_region.clone();
        let seconds = record.event_time.epoch_seconds();
        let taken = taken(account, &record.event_id, seconds);
        // It has been in no trail yet, so that it goes wherever a call that was seen would go.
        let draft = Draft { account, region, origin: Origin::Call, event: record.to_bytes(), under: None };
        Self { draft, taken, seconds }
    }
}

impl Home {
    /// Returns the Region that a source tells, where there is such a one here.
    pub(crate) fn region_of(&self, told: Option<Region>) -> Region {
        told.filter(|told| self.regions.contains(told)).unwrap_or_else(|| self.region.clone())
    }

    /// Returns the same place, in the Region that a source tells.
    pub(crate) fn in_region(&self, told: Option<Region>) -> Self {
        Self { region: self.region_of(told), ..self.clone() }
    }
}

/// Says how the book knows an event.
pub(crate) fn taken(account: AccountId, id: &str, seconds: i64) -> TakenEvent {
    let day = seconds.div_euclid(SECONDS_A_DAY);
    let id = event_id::digest(&[account.as_str().as_bytes(), id.as_bytes()]);
    TakenEvent { day: i32::try_from(day).unwrap_or_default(), id }
}

impl Facts<'_> {
    /// Renders the record of the call, and those that it has beside its own.
    pub(crate) fn records(&self, home: &Home) -> Vec<Record> {
        let request_headers = bytes_of(&self.request_headers);
        let response_headers = bytes_of(&self.response_headers);
        let mut remarks = self.remarks.clone();
        remarks.insert("source".to_owned(), Value::from(self.source));
        if home.actors == Actors::Told {
            remarks.extend(self.actor().map(|actor| (MEMBER.to_owned(), actor)));
        }
        let exchange = Exchange {
            request: Request {
                method: self.method,
                path: "/",
                query: self.query,
                headers: &request_headers,
                body: if self.request_body.is_empty() {
                    Captured::Nothing
                } else {
                    Captured::Whole(self.request_body)
                },
                body_bytes: self.request_bytes,
            },
            response: Response {
                status: self.status,
                headers: &response_headers,
                body: Captured::Nothing,
                body_bytes: self.response_bytes,
            },
            caller: &self.caller,
            account_alias: None,
            region: &home.region,
            recipient: home.account,
            resource_owner: None,
            peer: self.peer,
            tls: self.tls.as_ref(),
            request_id: self.request_id.unwrap_or_default(),
            event_id: &self.event_id,
            remarks: &remarks,
            completed: self.at,
        };
        let mut record = cairn_capture::record(&exchange, &self.call);
        if self.request_id.is_none() {
            record.request_id = None;
        }
        if self.peer.is_none() {
            record.source_ip_address = record.user_identity.invoked_by.clone().unwrap_or_default();
        }
        let mut count = 0_u64;
        let further = cairn_capture::further_records(&record, &exchange, &self.call, || {
            count += 1;
            event_id::guid(&[self.event_id.as_bytes(), &count.to_be_bytes()])
        });
        std::iter::once(record).chain(further).collect()
    }
}

impl Facts<'_> {
    /// Tells who stands behind the call, as far as the caller and the user agent show it.
    fn actor(&self) -> Option<Value> {
        let user_agent = self.request_headers.iter().find(|(name, _)| *name == "user-agent");
        let identity = self.caller.user_identity(self.call.event_source());
        actor(&Evidence {
            user_agent: user_agent.map(|(_, value)| *value),
            identity: Some(&identity),
            ..Evidence::default()
        })
    }
}

/// Returns what may be shown of an error's message: services repeat what they were sent, and what that was is not
/// told here. One that turned the caller away, or did not find what was asked for, repeats no secret.
pub(crate) fn shown(status: Option<u16>, code: &str, message: &str) -> String {
    const TURNED_AWAY: [&str; 5] =
        ["AccessDenied", "ExpiredToken", "Throttling", "UnauthorizedOperation", "UnrecognizedClient"];
    let harmless = matches!(status, Some(401 | 403 | 404 | 429))
        || TURNED_AWAY.iter().any(|start| code.starts_with(start));
    if harmless { message.to_owned() } else { HIDDEN.to_owned() }
}

/// Takes members out of `additionalEventData` that only who saw the exchange can know.
pub(crate) fn forget(record: &mut Record, names: &[&str]) {
    if let Some(Value::Object(members)) = &mut record.additional_event_data {
        for name in names {
            members.remove(*name);
        }
    }
}

fn bytes_of<'a>(headers: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a [u8])> {
    headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect()
}

const SECONDS_A_DAY: i64 = 86_400;
