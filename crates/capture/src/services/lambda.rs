//! Lambda: functions by any of their names, and calls of them without what they say.

use cairn_event::Arn;
use serde_json::{Map, Value};

use super::data_events::{Place, text};
use crate::Exchange;
use crate::details::Details;
use crate::modelled::Decoded;

/// Drops code and variables, and tells which version of a function ran.
pub(super) fn adjust(operation: &str, exchange: &Exchange<'_>, decoded: &Decoded, details: &mut Details) {
    match operation {
        "Invoke" | "InvokeAsync" | "InvokeWithResponseStream" => invoked(exchange, decoded, details),
        "CreateFunction" | "UpdateFunctionCode" | "UpdateFunctionConfiguration" => {
            for part in [&mut details.request_parameters, &mut details.response_elements] {
                if let Some(Value::Object(members)) = part {
                    empty(members, "environment");
                    empty(members, "code");
                }
            }
            if let Some(Value::Object(members)) = &mut details.request_parameters {
                defaults(operation, members);
            }
        }
        _ => {}
    }
}

fn invoked(exchange: &Exchange<'_>, decoded: &Decoded, details: &mut Details) {
    details.response_elements = None;
    if let Some(Value::Object(members)) = &mut details.request_parameters {
        for name in ["payload", "invokeArgs", "clientContext"] {
            members.remove(name);
        }
    }
    let place = Place::of(exchange);
    let version = exchange.response.header("x-amz-executed-version").filter(|_| !decoded.failed);
    if let (Some(function), Some(version)) = (arns(&place, decoded).pop(), version) {
        details.additional.insert("functionVersion".to_owned(), Value::from(format!("{function}:{version}")));
    }
}

/// Leaves of a structure what names where code lies, and nothing of what it holds.
fn empty(members: &mut Map<String, Value>, name: &str) {
    if let Some(Value::Object(held)) = members.get_mut(name) {
        held.retain(|member, _| KEPT.contains(&member.as_str()));
    } else if members.contains_key(name) {
        members.insert(name.to_owned(), Value::Object(Map::new()));
    }
}

/// Adds what Lambda assumes: records hold it even where the caller leaves it out.
fn defaults(operation: &str, members: &mut Map<String, Value>) {
    let assumed: &[&str] = match operation {
        "CreateFunction" => &["publish"],
        "UpdateFunctionCode" => &["dryRun", "publish"],
        _ => &[],
    };
    for name in assumed {
        members.entry(*name).or_insert(Value::Bool(false));
    }
}

/// Returns the unqualified ARN of the function that a call names by its name, a part of its ARN or all of it.
pub(super) fn arns(place: &Place, decoded: &Decoded) -> Vec<String> {
    let Some(given) = text(&decoded.request, "FunctionName") else { return Vec::new() };
    if let Ok(arn) = Arn::parse(given) {
        let name = arn.resource.split(':').nth(1).unwrap_or_default();
        return vec![format!("arn:{}:lambda:{}:{}:function:{name}", arn.partition, arn.region, arn.account)];
    }
    let parts: Vec<&str> = given.split(':').collect();
    match *parts.as_slice() {
        [account, "function", name, ..] => {
            vec![format!("arn:aws:lambda:{}:{account}:function:{name}", place.region)]
        }
        ["function", name, ..] | [name, ..] => vec![place.arn("lambda", &format!("function:{name}"))],
        [] => Vec::new(),
    }
}

const KEPT: [&str; 5] = ["s3Bucket", "s3Key", "s3ObjectVersion", "imageUri", "error"];
