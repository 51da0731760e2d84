//! The record path: a served call becomes a durable event.

use std::sync::Arc;

use cairn_access::{Caller, Trust};
use cairn_capture::{
    Captured, Exchange, Keep, Request, Response, ServiceCall, SharedIds, body_policy, share_with_owner,
};
use cairn_catalog::{Catalog, Snapshot};
use cairn_event::{AccountId, Clock, Ids, Origin, Record};
use cairn_intake::{Draft, Intake, IntakeError};
use cairn_wire::s3::Category;
use futures_util::future::try_join_all;

use crate::answer::Answered;
use crate::config::Recorded;
use crate::serve::{Arrival, Served};
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
}

impl Recorder {
    /// Makes drafts durable, all at once; returns at once when nobody wants the events.
    pub(crate) async fn submit(&self, drafts: Vec<Draft>) -> Result<(), IntakeError> {
        let admissions = drafts.into_iter().map(|draft| self.intake.submit(draft));
        try_join_all(admissions).await.map(|_admissions| ())
    }

    /// Renders the events of a served call, its own first; none for calls that are only counted.
    pub(crate) fn drafts(&self, arrival: &Arrival, call: &ServiceCall, served: &Served) -> Vec<Draft> {
        let authenticated = served.who.caller.trust() == Trust::Verified;
        if !authenticated && self.rejected_calls == Recorded::No {
            telemetry::unrecorded("rejected");
            return Vec::new();
        }
        let snapshot = self.catalog.current();
        if is_unwanted(call, served, &snapshot) {
            telemetry::unrecorded("not-selected");
            return Vec::new();
        }
        let request_headers = arrival.head.pairs();
        let answered_headers: Vec<(&str, &[u8])> =
            served.answered.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let exchange = Exchange {
            request: Request {
                method: &arrival.head.method,
                path: &arrival.head.path,
                query: &arrival.head.query,
                headers: &request_headers,
                body: received(call, served.received.as_deref(), served.received_bytes),
                body_bytes: served.received_bytes,
            },
            response: Response {
                status: served.answered.status().as_u16(),
                headers: &answered_headers,
                body: kept(call, &served.answered),
                body_bytes: served.answered.body_bytes(),
            },
            caller: &served.who.caller,
            account_alias: snapshot.account(&served.who.account).and_then(|account| account.alias.as_deref()),
            region: &served.who.region,
            recipient: recipient(served),
            resource_owner: served.resource_owner,
            peer: Some(arrival.peer.ip()),
            tls: arrival.tls.as_deref(),
            request_id: &arrival.ids.request,
            event_id: &arrival.ids.event,
            remarks: &serde_json::Map::new(),
            completed: self.clock.now(),
        };
        let record = cairn_capture::record(&exchange, call);
        let further = cairn_capture::further_records(&record, &exchange, call, || self.ids.guid());
        let draft = |record: Record| Draft {
            account: record.recipient_account_id.unwrap_or(served.who.account),
            region: record.aws_region.clone(),
            origin: Origin::Call,
            event: record.to_bytes(),
            under: served.under,
        };
        let records = std::iter::once(record).chain(further);
        records.flat_map(|record| self.copies(record, served)).map(draft).collect()
    }

    /// Returns the record for the caller's account and, where the call used what another account owns, the
    /// one for the owner.
    fn copies(&self, record: Record, served: &Served) -> Vec<Record> {
        let proven = served.who.caller.trust() == Trust::Verified;
        let owner =
            served.resource_owner.filter(|owner| proven && record.recipient_account_id != Some(*owner));
        match owner {
            Some(owner) => {
                let (shared_event_id, owner_event_id) = (&self.ids.guid(), &self.ids.guid());
                share_with_owner(record, owner, SharedIds { shared_event_id, owner_event_id }).into()
            }
            None => vec![record],
        }
    }
}

/// Tells whether a call is a data event that no trail of any account can select.
fn is_unwanted(call: &ServiceCall, served: &Served, snapshot: &Snapshot) -> bool {
    let mut accounts = std::iter::once(recipient(served)).chain(served.resource_owner);
    let data = matches!(call, ServiceCall::S3(call) if call.category == Category::Data);
    data && !accounts.any(|account| snapshot.may_want_data_events(account))
}

/// Returns the account that receives the record of a call: the caller's; the owner's of what nobody signed
/// for.
fn recipient(served: &Served) -> AccountId {
    match (&served.who.caller, served.resource_owner) {
        (Caller::Unsigned, Some(owner)) => owner,
        _ => served.who.account,
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
