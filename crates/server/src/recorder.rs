//! The record path: a served call becomes a durable event.

use std::sync::Arc;

use cairn_access::{Caller, Trust};
use cairn_capture::{
    Captured, Exchange, Keep, Owners, Request, Response, ServiceCall, body_policy, share_with_owners,
};
use cairn_catalog::{Account, Catalog, Snapshot};
use cairn_event::{AccountId, Clock, Ids, Origin, Record};
use cairn_intake::{Draft, Intake, IntakeError};
use cairn_wire::recognise::UNKNOWN_OPERATION;
use futures_util::future::try_join_all;
use serde_json::{Map, Value};

use crate::answer::Answered;
use crate::config::Recorded;
use crate::people::People;
use crate::serve::{Arrival, Served, Who};
use crate::telemetry;

/// Records calls. There is no second way to make an event.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    /// Whether calls that could not be authenticated are recorded.
    pub(crate) rejected_calls: Recorded,
    /// What is told of people, agents and tools.
    pub(crate) people: Arc<People>,
}

impl Recorder {
    /// Makes drafts durable, all at once; returns at once when nobody wants the events.
    pub(crate) async fn submit(&self, drafts: Vec<Draft>) -> Result<(), IntakeError> {
        let admissions = drafts.into_iter().map(|draft| self.intake.submit(draft));
        try_join_all(admissions).await.map(|_admissions| ())
    }

    /// Renders the events of a call, its own first; none for calls that are only counted.
    pub(crate) fn drafts(&self, seen: &Observed<'_>) -> Vec<Draft> {
        let snapshot = self.catalog.current();
        if seen.call.event_name() == UNKNOWN_OPERATION {
            telemetry::unrecognised();
        }
        match self.passed_over(seen, &snapshot) {
            Some(reason) => {
                telemetry::unrecorded(reason);
                Vec::new()
            }
            None => self.render(seen, &snapshot),
        }
    }

    /// Renders the events of a call before it is made. It is not counted yet where there are none.
    pub(crate) fn drafts_beforehand(&self, seen: &Observed<'_>) -> Vec<Draft> {
        let snapshot = self.catalog.current();
        if self.passed_over(seen, &snapshot).is_some() { Vec::new() } else { self.render(seen, &snapshot) }
    }

    /// Says why a call has no events.
    fn passed_over(&self, seen: &Observed<'_>, snapshot: &Snapshot) -> Option<&'static str> {
        let nobody = matches!(seen.who.caller.trust(), Trust::Rejected | Trust::None);
        if nobody && self.rejected_calls == Recorded::No {
            return Some("rejected");
        }
        seen.is_unwanted(snapshot).then_some("not-selected")
    }

    fn render(&self, seen: &Observed<'_>, snapshot: &Snapshot) -> Vec<Draft> {
        let Observed { arrival, call, who, .. } = seen;
        let request_headers = arrival.head.pairs();
        let exchange = Exchange {
            request: Request {
                method: &arrival.head.method,
                path: &arrival.head.path,
                query: &arrival.head.query,
                headers: &request_headers,
                body: seen.body,
                body_bytes: seen.body_bytes,
            },
            response: seen.response,
            caller: &who.caller,
            account_alias: callers_account(who, snapshot).and_then(|account| account.alias.as_deref()),
            region: &who.region,
            recipient: seen.recipient(),
            resource_owner: seen.owners.resource,
            peer: Some(self.people.proxies.client(arrival.peer.ip(), &arrival.head)),
            tls: arrival.tls.as_deref(),
            request_id: seen.request_id,
            event_id: &arrival.ids.event,
            remarks: seen.remarks,
            completed: self.clock.now(),
        };
        let record = cairn_capture::record(&exchange, call);
        let further = cairn_capture::further_records(&record, &exchange, call, || self.ids.guid());
        let draft = |record: Record| Draft {
            account: record.recipient_account_id.unwrap_or(who.account),
            region: record.aws_region.clone(),
            origin: Origin::Call,
            event: record.to_bytes(),
            under: seen.under,
        };
        let records = std::iter::once(record).chain(further);
        records.flat_map(|record| self.copies(record, seen)).map(draft).collect()
    }

    /// Returns the record for the caller's account and, where the call used what other accounts own, those for
    /// the owners.
    fn copies(&self, record: Record, seen: &Observed<'_>) -> Vec<Record> {
        match seen.who.caller.trust() {
            Trust::Verified | Trust::Accepted => share_with_owners(record, seen.owners, || self.ids.guid()),
            Trust::Claimed | Trust::Rejected | Trust::None => vec![record],
        }
    }
}

/// Returns the account that the caller belongs to, which need not be the one that the call is recorded in.
fn callers_account<'a>(who: &Who, snapshot: &'a Snapshot) -> Option<&'a Account> {
    snapshot.account(&who.caller.account().unwrap_or(who.account))
}

/// A call and its answer, whoever served it.
#[derive(Debug)]
pub(crate) struct Observed<'a> {
    pub(crate) arrival: &'a Arrival,
    pub(crate) call: &'a ServiceCall,
    pub(crate) who: &'a Who,
    /// The request's body, as far as it was kept, and how long it was.
    pub(crate) body: Captured<'a>,
    pub(crate) body_bytes: u64,
    pub(crate) response: Response<'a>,
    /// The id of the request, as its answer carries it.
    pub(crate) request_id: &'a str,
    pub(crate) owners: Owners,
    /// The revision to route the event by, when it is not the newest.
    pub(crate) under: Option<u64>,
    /// What the record says beside.
    pub(crate) remarks: &'a Map<String, Value>,
}

impl Observed<'_> {
    /// Tells whether the call is a data event that no trail of any account can select.
    fn is_unwanted(&self, snapshot: &Snapshot) -> bool {
        let mut accounts = std::iter::once(self.recipient()).chain(self.owners.iter());
        self.call.is_data() && !accounts.any(|account| snapshot.may_want_data_events(account))
    }

    /// Returns the account that receives the record: the caller's; the owner's of what nobody signed for.
    fn recipient(&self) -> AccountId {
        match (&self.who.caller, self.owners.resource) {
            (Caller::Unsigned, Some(owner)) => owner,
            _ => self.who.account,
        }
    }
}

impl Recorder {
    /// Renders the events of a call that was served here. `remarks` are what they say beside, and beside who stands
    /// behind the call.
    pub(crate) fn drafts_of_served(
        &self,
        arrival: &Arrival,
        call: &ServiceCall,
        served: &Served,
        mut remarks: Map<String, Value>,
    ) -> Vec<Draft> {
        remarks.extend(self.people.of_served(arrival, &served.who.caller, call.event_source()));
        let headers: Vec<(&str, &[u8])> =
            served.answered.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        self.drafts(&Observed {
            arrival,
            call,
            who: &served.who,
            body: received(call, served.received.as_deref(), served.received_bytes),
            body_bytes: served.received_bytes,
            response: Response {
                status: served.answered.status().as_u16(),
                headers: &headers,
                body: kept(call, &served.answered),
                body_bytes: served.answered.body_bytes(),
            },
            request_id: &arrival.ids.request,
            owners: served.owners,
            under: served.under,
            remarks: &remarks,
        })
    }
}

/// Shows the record the body of a request, or that it was too long to be kept.
fn received<'a>(call: &ServiceCall, kept: Option<&'a [u8]>, length: u64) -> Captured<'a> {
    match (kept, body_policy(call).request) {
        (Some(body), _) => Captured::Whole(body),
        (None, Keep::Always { bytes_max }) if length > bytes_max as u64 => Captured::Cut,
        (None, _) => Captured::Nothing,
    }
}

/// Shows the record as much of an answer as its rules ask for.
fn kept<'a>(call: &ServiceCall, answered: &'a Answered) -> Captured<'a> {
    let Answered::Whole(response) = answered else { return Captured::Nothing };
    let bytes_max = match body_policy(call).response {
        Keep::Nothing => return Captured::Nothing,
        Keep::OnError { bytes_max } if response.status().as_u16() >= 300 => bytes_max,
        Keep::OnError { .. } => return Captured::Nothing,
        Keep::Always { bytes_max } => bytes_max,
    };
    if response.body().len() <= bytes_max { Captured::Whole(response.body()) } else { Captured::Cut }
}

#[cfg(test)]
mod tests {
    use cairn_capture::PARAMETERS_BODY_BYTES_MAX;
    use cairn_wire::s3::{Resolver, Seen};

    use super::*;

    #[test]
    fn a_configuration_that_is_too_long_is_told_as_such() {
        let resolver = Resolver::new([]);
        let put = |query| {
            ServiceCall::S3(resolver.resolve(&Seen { method: "PUT", path: "/b", query, ..Seen::default() }))
        };
        let object = resolver.resolve(&Seen { method: "PUT", path: "/b/k", ..Seen::default() });
        let most = PARAMETERS_BODY_BYTES_MAX as u64;
        assert_eq!(received(&put("policy"), Some(b"{}"), 2), Captured::Whole(b"{}"));
        assert_eq!(received(&put("policy"), None, most), Captured::Nothing);
        assert_eq!(received(&put("policy"), None, most + 1), Captured::Cut);
        assert_eq!(received(&ServiceCall::S3(object), None, most + 1), Captured::Nothing);
    }
}
