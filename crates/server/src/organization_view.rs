//! `POST /_cairn/organization/events`: Event history over the accounts of an organization.
//!
//! Asked and answered as LookupEvents is, in JSON. The request may name `Accounts` and `OrganizationalUnits`,
//! whose events alone are wanted; each event in the answer has its `AccountId` beside what LookupEvents tells.
//! Signed for service `cloudtrail`, permitted by [`PERMISSIONS`], and recorded as `LookupOrganizationEvents`, with
//! what was asked in `additionalEventData`.
//! Which accounts may ask, and what they see, is [`OrganizationView`](cairn_control::OrganizationView)'s to say.

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

/// The longest that LookupEvents' members are in the record of a lookup, in bytes of JSON: longer ones are refused
/// anyway, and would take what was looked at out of the record with them.
const LOOKUP_BYTES_MAX: usize = 8 << 10;

/// Why it is not answered: a code and words for the client.
pub(crate) type Refused = (ErrorCode, String);

/// What the body has beside the members of LookupEvents.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Narrowed {
    accounts: Option<Vec<String>>,
    organizational_units: Option<Vec<String>>,
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
        let asked = request.request_parameters().unwrap_or_default();
        if asked.to_string().len() <= LOOKUP_BYTES_MAX {
            remarks.insert("lookup".to_owned(), asked);
        }
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
        self.permit_page(arrival, who, snapshot, &PERMISSIONS)
    }

    /// Refuses whoever lacks one of these permissions on `*`.
    pub(crate) fn permit_page(
        &self,
        arrival: &Arrival,
        who: &Who,
        snapshot: &Snapshot,
        permissions: &[&str],
    ) -> Result<(), Refused> {
        for permission in permissions {
            let context = request_facts::of_request(arrival, who, snapshot, self.clock.now());
            let asked = (*permission, "*", who.account);
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
    Part::new(&accounts.unwrap_or_default(), &organizational_units.unwrap_or_default())
        .map_err(|refusal| (refusal.code(), refusal.to_string()))
}

/// Says in the record that an organization was looked at, and which part of it where it was not all.
pub(crate) fn looked_at(part: &Part) -> Map<String, Value> {
    let mut seen = Map::new();
    for (name, ids) in [
        ("accounts", part.accounts().collect::<Value>()),
        ("organizationalUnits", part.units().collect::<Value>()),
    ] {
        if ids.as_array().is_some_and(|ids| !ids.is_empty()) {
            seen.insert(name.to_owned(), ids);
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
    use cairn_control::PART_NAMED_MAX;

    use super::*;

    #[test]
    fn the_record_names_all_that_can_be_named() {
        let accounts: Vec<String> = (0..PART_NAMED_MAX).map(|number| format!("{number:012}")).collect();
        let units: Vec<String> =
            (0..PART_NAMED_MAX).map(|number| format!("ou-{number:032}-{number:032}")).collect();
        let seen = looked_at(&Part::new(&accounts, &units).unwrap());
        let view = &seen["organizationView"];
        assert_eq!(view["accounts"], Value::from(accounts));
        assert_eq!(view["organizationalUnits"], Value::from(units));
        // A record's additionalEventData has 28 kB at most.
        assert!(Value::Object(seen).to_string().len() + LOOKUP_BYTES_MAX < 28_000);
        assert_eq!(looked_at(&Part::default())["organizationView"], Value::Object(Map::new()));
    }

    #[test]
    fn a_body_names_accounts_and_units_or_is_refused() {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (shop, tools, unit) = ("111111111111", "222222222222", "ou-exam-11111111");
        for (body, accounts, units) in [
            ("", &[][..], &[][..]),
            (r#"{"MaxResults": 7}"#, &[], &[]),
            (
                r#"{"Accounts": ["222222222222", "111111111111", "222222222222"], "OrganizationalUnits": null}"#,
                &[shop, tools],
                &[],
            ),
            (r#"{"OrganizationalUnits": ["ou-exam-11111111"]}"#, &[], &[unit]),
        ] {
            let expected = Part::new(&owned(accounts), &owned(units)).unwrap();
            assert_eq!(part(body.as_bytes()), Ok(expected), "{body}");
        }
        for body in ["[]]", r#"{"Accounts": "1"}"#, r#"{"Accounts": [1]}"#, r#"{"Accounts": ["1"]}"#, "{"] {
            assert!(part(body.as_bytes()).is_err(), "{body}");
        }
    }
}
