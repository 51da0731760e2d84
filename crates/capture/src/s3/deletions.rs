//! The events of single objects that a DeleteObjects adds to its own.
//!
//! Its own record lists no keys. So that a trail that selects by key hears of the deletion all the same, S3
//! writes a `DeleteObject` for each of them, marked as an event of the service.

use std::collections::HashMap;

use cairn_event::Record;
use cairn_wire::xml::Element;
use serde_json::{Map, Value, json};

use super::resources::object;
use crate::error::Failure;
use crate::inflate::response_body;
use crate::{Captured, Exchange, Request};

/// Renders one record for each key that a DeleteObjects named, from the record of the call; the key's own
/// error where the answer tells one. None when the call itself failed.
pub(crate) fn deletions(
    call: &Record,
    exchange: &Exchange<'_>,
    bucket: &str,
    mut event_id: impl FnMut() -> String,
) -> Vec<Record> {
    let (None, Some(listed)) = (&call.error_code, listed(&exchange.request)) else { return Vec::new() };
    let failures = failures(exchange);
    let said = said_of(call, failures.is_some());
    let failures = failures.unwrap_or_default();
    let entries = objects(&listed).take(KEYS_MAX).filter_map(entry);
    entries
        .map(|Entry { key, version }| {
            let failure = failures.get(key);
            let bucket_entry = call.resources.iter().filter(|entry| entry.arn.is_some()).cloned();
            Record {
                event_name: "DeleteObject".to_owned(),
                event_id: event_id(),
                event_type: "AwsServiceEvent",
                error_code: failure.map(|failure| failure.code.clone()),
                error_message: failure.and_then(|failure| failure.message.clone()),
                request_parameters: Some(parameters(call, key, version)),
                additional_event_data: said.clone(),
                resources: std::iter::once(object(bucket, key)).chain(bucket_entry).collect(),
                ..call.clone()
            }
        })
        .collect()
}

/// Says of a list of which not every key has an event of its own why that is; nothing where each has one.
pub(super) fn untold(request: &Request<'_>) -> Option<Value> {
    let reason = match request.body {
        Captured::Nothing | Captured::Whole(b"") => return None,
        Captured::Cut => "requestBody too large",
        Captured::Whole(_) => {
            let listed = listed(request);
            let told = listed.iter().flat_map(objects).take(KEYS_MAX).filter_map(entry).count();
            let all = listed.as_ref().map_or(0, |listed| objects(listed).count());
            if told > 0 && told == all {
                return None;
            }
            if all > KEYS_MAX { "requestBody too large" } else { "requestBody unreadable" }
        }
    };
    Some(json!({"omitted": true, "originalSize": request.body_bytes, "reason": reason}))
}

/// An object that is to be deleted.
struct Entry<'a> {
    key: &'a str,
    version: Option<&'a str>,
}

fn listed(request: &Request<'_>) -> Option<Element> {
    request.body.whole().and_then(Element::parse)
}

fn objects(listed: &Element) -> impl Iterator<Item = &Element> {
    listed.children.iter().filter(|child| child.name == "Object")
}

/// Reads an entry of the list; nothing where stores may read it otherwise: of two keys some take the first, some
/// the last.
fn entry(object: &Element) -> Option<Entry<'_>> {
    let single = |name: &str| {
        let mut named = object.children.iter().filter(|child| child.name == name);
        let first = named.next();
        let clear = named.next().is_none() && first.is_none_or(|first| first.children.is_empty());
        clear.then_some(first)
    };
    let (key, version) = (single("Key")??, single("VersionId")?);
    let version = version.map(|version| version.text.as_str()).filter(|version| !version.is_empty());
    Some(Entry { key: &key.untrimmed, version })
}

/// Says beside each key what is not known of it: where the call's outcome is not, or its answer can't be read, the
/// key may have been deleted or not.
fn said_of(call: &Record, answered: bool) -> Option<Value> {
    let unknown = call.additional_event_data.as_ref().is_some_and(|said| said.get("outcome").is_some());
    (unknown || !answered).then(|| json!({"outcome": "unknown"}))
}

/// Keeps what the call addresses of its parameters, and adds the key.
fn parameters(call: &Record, key: &str, version: Option<&str>) -> Value {
    let mut members = Map::new();
    for name in ["Host", "bucketName"] {
        if let Some(value) = call.request_parameters.as_ref().and_then(|given| given.get(name)) {
            members.insert(name.to_owned(), value.clone());
        }
    }
    members.insert("key".to_owned(), Value::from(key));
    if let Some(version) = version {
        members.insert("versionId".to_owned(), Value::from(version));
    }
    Value::Object(members)
}

/// Tells whether the answer to a DeleteObjects is there and denies no key.
pub(super) fn none_is_denied(exchange: &Exchange<'_>) -> bool {
    let failures = match exchange.response.body {
        Captured::Whole(_) => failures(exchange),
        Captured::Nothing | Captured::Cut => None,
    };
    failures.is_some_and(|failures| !failures.values().any(Failure::is_access_denied))
}

/// Reads which keys the answer says were not deleted; nothing where there is an answer that can't be read.
fn failures(exchange: &Exchange<'_>) -> Option<HashMap<String, Failure>> {
    let answer = match exchange.response.body {
        Captured::Nothing => return Some(HashMap::new()),
        Captured::Cut => return None,
        Captured::Whole(_) => Element::parse(&response_body(&exchange.response)?)?,
    };
    let errors = answer.children.into_iter().filter(|child| child.name == "Error");
    let failed = errors.filter_map(|error| {
        let code = error.text_of("Code")?.to_owned();
        let message = error.text_of("Message").map(str::to_owned);
        Some((error.child("Key")?.untrimmed.clone(), Failure { code, message }))
    });
    Some(failed.collect())
}

/// How many keys one DeleteObjects may name.
const KEYS_MAX: usize = 1000;
