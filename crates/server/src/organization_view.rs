//! `POST /_cairn/organization/events`: Event history over the accounts of an organization.
//!
//! Asked and answered as LookupEvents is, in JSON. The request may name `Accounts` and `OrganizationalUnits`,
//! whose events alone are wanted; each event in the answer has its `AccountId` beside what LookupEvents tells.
//! Signed for service `cloudtrail`, permitted by [`PERMISSIONS`], and recorded as `LookupOrganizationEvents`, with
//! what was asked in `additionalEventData`.
//! Which accounts may ask, and what they see, is [`OrganizationView`](cairn_control::OrganizationView)'s to say.

use std::collections::BTreeSet;

use cairn_catalog::Snapshot;
use cairn_control::{Part, Refusal};
use cairn_wire::json11::{self, Request};
use cairn_wire::recognise::Protocol;
use cairn_wire::{ErrorCode, Operation};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::answer::{Answered, json, json_refusal};
use crate::authorize;
use crate::incoming;
use crate::refuse;
use crate::request_facts;
use crate::serve::{Arrival, Front, Who};

/// The page's path.
pub(crate) const PAGE: &str = "/_cairn/organization/events";

/// What whoever looks at an organization's events must be permitted, on `*`: to look at one's own account is not
/// enough, for that is given away more easily.
pub(crate) const PERMISSIONS: [&str; 2] = ["cloudtrail:LookupEvents", "cairn:LookupOrganizationEvents"];

/// The most accounts, and units, that the record of a lookup names.
const RECORDED_MAX: usize = 100;

/// Why it is not answered: a code and words for the client.
type Refused = (ErrorCode, String);

/// What the body has beside the members of LookupEvents.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Narrowed {
    accounts: Option<BTreeSet<String>>,
    organizational_units: Option<BTreeSet<String>>,
}

impl Front {
    /// Answers a lookup over an organization, and records that it was asked.
    pub(crate) async fn look_organization_up(&self, arrival: &Arrival, body: Incoming) -> Answered {
        let body = match incoming::read_whole(body, json11::BODY_BYTES_MAX).await {
            Ok(body) => body,
            Err(error) => return refuse::body(arrival, Protocol::Json, error).into(),
        };
        let snapshot = self.catalog.current();
        let found = self.authenticator.authenticate(&arrival.head, Some(&body), &snapshot, self.clock.now());
        let who = self.who(&found);
        let mut remarks = Map::new();
        let answered = match found.refusal() {
            Some(refusal) => refuse::signature(arrival, Protocol::Json, &refusal),
            None => match self.answer_lookup(arrival, &who, &snapshot, (&body, &mut remarks)).await {
                Ok(body) => json(&arrival.ids, body),
                Err((code, message)) => json_refusal(&arrival.ids, code, &message),
            },
        };
        self.record_page_with(arrival, "LookupOrganizationEvents", who, answered.into(), remarks).await
    }

    async fn answer_lookup(
        &self,
        arrival: &Arrival,
        who: &Who,
        snapshot: &Snapshot,
        (body, remarks): (&[u8], &mut Map<String, Value>),
    ) -> Result<Vec<u8>, Refused> {
        let caller = self.caller_of_cloudtrail(arrival, who);
        self.control.admit(&caller, Operation::LookupEvents).map_err(refused)?;
        self.permit_organization_view(arrival, who, snapshot)?;
        let content_type = arrival.head.header("content-type");
        let request = Request::decode(Operation::LookupEvents, content_type, body)
            .map_err(|refusal| (refusal.code, refusal.message))?;
        let part = part(body)?;
        remarks.extend(looked_at(&part));
        remarks.insert("lookup".to_owned(), request.request_parameters().unwrap_or_default());
        let request = request.input().map_err(|refusal| (refusal.code, refusal.message))?;
        let done = self.control.lookup_organization_events(&caller, &part, &request).await;
        Ok(json11::success_body(&done.map_err(refused)?.output))
    }

    /// Refuses whoever may not look at an organization's events, whatever the account is to the organization.
    pub(crate) fn permit_organization_view(
        &self,
        arrival: &Arrival,
        who: &Who,
        snapshot: &Snapshot,
    ) -> Result<(), Refused> {
        for permission in PERMISSIONS {
            let context = request_facts::of_request(arrival, who, snapshot, self.clock.now());
            let asked = (permission, "*", who.account);
            let decision =
                authorize::decide(&who.caller, snapshot, None, asked, context).map_err(|error| {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "a stored policy can't be read"
                    );
                    (ErrorCode::InternalFailure, "An internal error occurred.".to_owned())
                })?;
            if let Some(message) = decision.message() {
                return Err((ErrorCode::AccessDeniedException, message));
            }
        }
        Ok(())
    }
}

/// Reads which accounts and units are asked for. An empty body names none.
fn part(body: &[u8]) -> Result<Part, Refused> {
    let narrowed = match body {
        [] => Narrowed::default(),
        body => serde_json::from_slice(body).map_err(|_mistyped| {
            let message = "Accounts and OrganizationalUnits are lists of identifiers.";
            (ErrorCode::SerializationException, message.to_owned())
        })?,
    };
    let Narrowed { accounts, organizational_units } = narrowed;
    Ok(Part { accounts: accounts.unwrap_or_default(), units: organizational_units.unwrap_or_default() })
}

/// Says in the record that an organization was looked at, and which part of it where it was not all.
pub(crate) fn looked_at(part: &Part) -> Map<String, Value> {
    let mut seen = Map::new();
    for (name, ids) in [("accounts", &part.accounts), ("organizationalUnits", &part.units)] {
        if !ids.is_empty() {
            seen.insert(name.to_owned(), ids.iter().take(RECORDED_MAX).map(String::as_str).collect());
        }
    }
    Map::from_iter([("organizationView".to_owned(), Value::Object(seen))])
}

fn refused(refusal: Refusal) -> Refused {
    if let Refusal::Internal(cause) = &refusal {
        tracing::error!(
            error = &**cause as &dyn std::error::Error,
            "looking up an organization's events failed"
        );
    }
    (refusal.code(), refusal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_names_a_part_within_bounds() {
        let accounts = (0..1000).map(|number| format!("{number:012}")).collect();
        let seen = looked_at(&Part { accounts, units: BTreeSet::new() });
        let view = &seen["organizationView"];
        assert_eq!(view["accounts"].as_array().map(Vec::len), Some(RECORDED_MAX));
        assert_eq!(view.get("organizationalUnits"), None);
        assert_eq!(looked_at(&Part::default())["organizationView"], Value::Object(Map::new()));
    }

    #[test]
    fn a_body_names_accounts_and_units_or_is_refused() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        for (body, accounts, units) in [
            ("", &[][..], &[][..]),
            (r#"{"MaxResults": 7}"#, &[], &[]),
            (r#"{"Accounts": ["2", "1", "2"], "OrganizationalUnits": null}"#, &["1", "2"], &[]),
            (r#"{"OrganizationalUnits": ["ou-1"]}"#, &[], &["ou-1"]),
        ] {
            let expected = Part { accounts: set(accounts), units: set(units) };
            assert_eq!(part(body.as_bytes()), Ok(expected), "{body}");
        }
        for body in ["[]]", r#"{"Accounts": "1"}"#, r#"{"Accounts": [1]}"#, "{"] {
            assert!(part(body.as_bytes()).is_err(), "{body}");
        }
    }
}
