//! The events of single objects that a DeleteObjects adds to its own.
//!
//! Its own record lists no keys. So that a trail that selects by key hears of the deletion all the same, S3
//! writes a `DeleteObject` for each of them, marked as an event of the service.

use std::collections::HashMap;

use cairn_event::Record;
use cairn_wire::xml::Element;
use serde_json::{Map, Value};

use super::resources::object;
use crate::Exchange;
use crate::error::Failure;

/// Renders one record for each key that a DeleteObjects named, from the record of the call; the key's own
/// error where the answer tells one. None when the call itself failed.
pub(crate) fn deletions(
    call: &Record,
    exchange: &Exchange<'_>,
    bucket: &str,
    mut event_id: impl FnMut() -> String,
) -> Vec<Record> {
    let listed = exchange.request.body.whole().and_then(Element::parse);
    let (None, Some(listed)) = (&call.error_code, listed) else { return Vec::new() };
    let failures = failures(exchange);
    let named = listed.children.iter().filter(|child| child.name == "Object").take(KEYS_MAX);
    named
        .filter_map(|entry| {
            let key = entry.child("Key")?.untrimmed.as_str();
            let failure = failures.get(key);
            let bucket_entry = call.resources.iter().filter(|entry| entry.arn.is_some()).cloned();
            Some(Record {
                event_name: "DeleteObject".to_owned(),
                event_id: event_id(),
                event_type: "AwsServiceEvent",
                error_code: failure.map(|failure| failure.code.clone()),
                error_message: failure.and_then(|failure| failure.message.clone()),
                request_parameters: Some(parameters(call, key, entry.text_of("VersionId"))),
                additional_event_data: None,
                resources: std::iter::once(object(bucket, key)).chain(bucket_entry).collect(),
                ..call.clone()
            })
        })
        .collect()
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

/// Reads which keys the answer says were not deleted.
fn failures(exchange: &Exchange<'_>) -> HashMap<String, Failure> {
    let Some(answer) = exchange.response.body.whole().and_then(Element::parse) else { return HashMap::new() };
    let errors = answer.children.into_iter().filter(|child| child.name == "Error");
    errors
        .filter_map(|error| {
            let code = error.text_of("Code")?.to_owned();
            let message = error.text_of("Message").map(str::to_owned);
            Some((error.child("Key")?.untrimmed.clone(), Failure { code, message }))
        })
        .collect()
}

/// How many keys one DeleteObjects may name.
const KEYS_MAX: usize = 1000;
