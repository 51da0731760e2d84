//! Organizations over AWS JSON 1.1, and what it does by itself, as events of the service.

use bytes::Bytes;
use cairn_catalog::JoinedBy;
use cairn_event::{AccountId, Origin, Record, Region, ServiceEvent};
use cairn_intake::Draft;
use cairn_organizations::{Asked, Caller, Deed, Departure, Done, Refusal};
use cairn_wire::organizations::{self as wire, ErrorCode, Operation, Request};
use cairn_wire::recognise::Call;
use cairn_wire::{Timestamp, json11};
use http::Response;
use serde_json::{Value, json};

use crate::answer;
use crate::authorize;
use crate::request_facts;
use crate::serve::{Arrival, Front, Who};
use crate::service_keys::INTERNAL;

impl Front {
    /// Serves one call of a proven caller. Returns the revision to route its event by beside, when it is not the
    /// newest.
    pub(crate) async fn serve_organizations(
        &self,
        arrival: &Arrival,
        call: &Call,
        who: &Who,
        body: &[u8],
    ) -> (Response<Bytes>, Option<u64>) {
        let refused = |refusal: &wire::Refusal| (answer::organizations_refusal(&arrival.ids, refusal), None);
        let Some(operation) = call.operation.as_deref().and_then(Operation::find) else {
            return refused(&unknown(call));
        };
        match self.call_organizations(arrival, operation, who, body).await {
            Ok(Done { output, deeds, under }) => {
                for deed in &deeds {
                    self.record_deed(deed).await;
                }
                (answer::json(&arrival.ids, answered(&output)), under)
            }
            Err(refusal) => {
                if let Refusal::Internal(cause) = &refusal {
                    tracing::error!(error = &**cause as &dyn std::error::Error, "Organizations call failed");
                }
                refused(&refusal.answer())
            }
        }
    }

    async fn call_organizations(
        &self,
        arrival: &Arrival,
        operation: Operation,
        who: &Who,
        body: &[u8],
    ) -> Result<Done, Refusal> {
        let request = Request::decode(operation, arrival.head.header("content-type"), body)?;
        request.check()?;
        let snapshot = self.catalog.current();
        let caller = Caller::of(who.account, &snapshot);
        let facts = request_facts::of_request(arrival, who, &snapshot, self.clock.now());
        for asked in Asked::of(&snapshot, &caller, &request) {
            let context = asked.facts.iter().fold(facts.clone(), |all, (key, value)| all.with(key, value));
            // What an organization has belongs to its manager; whether members may see it is decided by what they
            // are to it, not by policies on it.
            let about = (asked.action, asked.resource.as_str(), who.account);
            let decision = authorize::decide(&who.caller, &snapshot, None, about, context)
                .map_err(|error| Refusal::Internal(Box::new(error)))?;
            if let Some(message) = decision.message() {
                return Err(Refusal::Denied(message));
            }
        }
        self.organizations.call(&caller, &request).await
    }

    /// Makes an event of what Organizations did by itself.
    async fn record_deed(&self, deed: &Deed) {
        let (account, name, details) = told(deed);
        tracing::info!(account = %account, event = name, "organization changed");
        let Ok(region) = HOME.parse::<Region>() else { return };
        let record = Record::from(ServiceEvent {
            account,
            region: &region,
            time: self.clock.now(),
            event_source: "organizations.amazonaws.com",
            event_name: name,
            invoked_by: INTERNAL,
            event_id: self.ids.guid(),
            resources: Vec::new(),
            details,
        });
        let event = record.to_bytes();
        let draft = Draft { account, region, origin: Origin::Call, event, under: deed.under() };
        if let Err(error) = self.intake.submit(draft).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, event = name, "what Organizations did by itself not recorded");
        }
    }
}

/// Says of a deed whose history it belongs to, what it is called and what there is to say.
fn told(deed: &Deed) -> (AccountId, &'static str, Value) {
    let time = |at| Timestamp::new(at).recorded_without_comma();
    match deed {
        Deed::Created { management, creation } => {
            let mut status = json!({
                "id": creation.id,
                "state": if creation.failure.is_some() { "FAILED" } else { "SUCCEEDED" },
                // The name is nobody's business but the organization's: so does AWS.
                "accountName": "****",
                "requestedTimestamp": time(creation.requested),
                "completedTimestamp": time(creation.completed),
            });
            if let Some(members) = status.as_object_mut() {
                let account = creation.account.map(|account| ("accountId", account.to_string()));
                let failure = creation.failure.clone().map(|reason| ("failureReason", reason));
                let more = account.into_iter().chain(failure);
                members.extend(more.map(|(name, value)| (name.to_owned(), Value::from(value))));
            }
            (*management, "CreateAccountResult", json!({"createAccountStatus": status}))
        }
        Deed::Closed { management, account, at } => {
            let status = json!({
                "accountId": account.to_string(),
                "state": "SUCCEEDED",
                "requestedTimestamp": time(*at),
                "completedTimestamp": time(*at),
            });
            (*management, "CloseAccountResult", json!({"closeAccountStatus": status}))
        }
        Deed::Joined { management, account, by, at } => {
            let by = match by {
                JoinedBy::Invitation => "INVITED",
                JoinedBy::Creation => "CREATED",
            };
            let details =
                json!({"accountId": account.to_string(), "joinedMethod": by, "joinedTime": time(*at)});
            (*management, "AccountJoinedOrganization", details)
        }
        Deed::Departed { management, account, by, at } => {
            (*management, DEPARTED, departed(*account, *by, *at))
        }
        Deed::WentOver { account, at, .. } => (*account, DEPARTED, departed(*account, Departure::Left, *at)),
    }
}

fn departed(account: AccountId, by: Departure, at: jiff::Timestamp) -> Value {
    let by = match by {
        Departure::Left => "LEFT",
        Departure::Removed => "REMOVED",
    };
    let time = Timestamp::new(at).recorded_without_comma();
    json!({"accountId": account.to_string(), "departureMethod": by, "departureTime": time})
}

/// Refuses a call that names no operation, or none that is built in.
fn unknown(call: &Call) -> wire::Refusal {
    let message = match &call.operation {
        Some(name) => format!("Cairn does not serve the Organizations operation {name}."),
        None => "The request names no operation.".to_owned(),
    };
    wire::Refusal::new(ErrorCode::UnknownOperationException, message)
}

/// Returns the body of an answer; operations without an output answer nothing.
fn answered(output: &Value) -> Vec<u8> {
    match output.as_object() {
        Some(members) if members.is_empty() => Vec::new(),
        Some(_) | None => json11::success_body(output),
    }
}

const DEPARTED: &str = "AccountDepartedOrganization";

/// Where a global service records.
const HOME: &str = "us-east-1";
