//! `POST /_cairn/organization/events`: Event history over the accounts of an organization.
//!
//! Asked and answered as LookupEvents is, in JSON. The request may name `Accounts` and `OrganizationalUnits`,
//! whose events alone are wanted; each event in the answer has its `AccountId` beside what LookupEvents tells.
//! Signed for service `cloudtrail`, permitted by [`PERMISSIONS`], and recorded as `LookupOrganizationEvents`, with
//! what was asked in `additionalEventData`.
//! Which accounts may ask, and what they see, is [`OrganizationView`](cairn_control::OrganizationView)'s to say.

use cairn_control::Part;
use cairn_wire::json11::{self, Request};
use cairn_wire::{ErrorCode, Operation};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::answer::Answered;
use crate::page::{Asked, Page, Refused};
use crate::serve::{Arrival, Front};

/// The page's path.
pub(crate) const PAGE: &str = "/_cairn/organization/events";

const LOOKUP: Page = Page { event: "LookupOrganizationEvents", body_bytes_max: json11::BODY_BYTES_MAX };

/// What whoever looks at an organization's events must be permitted, on `*`: to look at one's own account is not
/// enough, for that is given away more easily.
pub(crate) const PERMISSIONS: [&str; 2] = ["cloudtrail:LookupEvents", "cairn:LookupOrganizationEvents"];

/// The longest that LookupEvents' members are in the record of a lookup, in bytes of JSON: longer ones are refused
/// anyway, and would take what was looked at out of the record with them.
const LOOKUP_BYTES_MAX: usize = 8 << 10;

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
        self.page(&LOOKUP, (arrival, body), async |asked| self.answer_lookup(asked).await).await
    }

    async fn answer_lookup(&self, asked: &mut Asked<'_>) -> Result<Vec<u8>, Refused> {
        let caller = self.caller_of_cloudtrail(asked.arrival, &asked.who);
        self.control.admit(&caller, Operation::LookupEvents)?;
        self.permit(asked, &PERMISSIONS)?;
        let content_type = asked.arrival.head.header("content-type");
        let request = Request::decode(Operation::LookupEvents, content_type, &asked.body)
            .map_err(|refusal| Refused::Told(refusal.code, refusal.message))?;
        let part = part(&asked.body)?;
        asked.remarks.extend(looked_at(&part));
        let lookup = request.request_parameters().unwrap_or_default();
        if lookup.to_string().len() <= LOOKUP_BYTES_MAX {
            asked.remark("lookup", lookup);
        }
        let request = request.input().map_err(|refusal| Refused::Told(refusal.code, refusal.message))?;
        let done = self.control.lookup_organization_events(&caller, &part, &request).await?;
        Ok(json11::success_body(&done.output))
    }
}

/// Reads which accounts and units are asked for. An empty body names none.
fn part(body: &[u8]) -> Result<Part, Refused> {
    let narrowed = match body {
        [] => Narrowed::default(),
        body => serde_json::from_slice(body).map_err(|_mistyped| {
            let message = "Accounts and OrganizationalUnits are lists of identifiers.";
            Refused::Told(ErrorCode::SerializationException, message.to_owned())
        })?,
    };
    let Narrowed { accounts, organizational_units } = narrowed;
    Part::new(&accounts.unwrap_or_default(), &organizational_units.unwrap_or_default())
        .map_err(|refusal| Refused::Told(refusal.code(), refusal.to_string()))
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
