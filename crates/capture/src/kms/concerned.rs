//! The keys and aliases of a call that somebody else served: as far as request and answer name them.

use cairn_event::Arn;
use serde::Deserialize;

use crate::Exchange;
use crate::inflate::{request_body, response_body};

/// What a request or an answer names.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Names {
    key_id: Option<String>,
    source_key_id: Option<String>,
    target_key_id: Option<String>,
    alias_name: Option<String>,
    key_metadata: Option<KeyMetadata>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct KeyMetadata {
    arn: Option<String>,
}

/// Returns the ARNs of what a successful call was about: what the answer names, then what the request names as it
/// is known where the call was made.
pub(super) fn concerned(exchange: &Exchange<'_>) -> Vec<String> {
    let account = exchange.resource_owner.unwrap_or(exchange.recipient);
    let arn = |resource: String| format!("arn:aws:kms:{}:{account}:{resource}", exchange.region);
    let answered = names(response_body(&exchange.response).as_deref());
    let asked = names(request_body(&exchange.request).as_deref());
    let answered_keys =
        [answered.source_key_id, answered.key_id, answered.key_metadata.and_then(|metadata| metadata.arn)];
    let mut concerned: Vec<String> =
        answered_keys.into_iter().flatten().filter(|name| is_arn(name)).collect();
    let has_key = !concerned.is_empty();
    let asked_keys = [asked.key_id.filter(|_| !has_key), asked.target_key_id, asked.alias_name];
    for name in asked_keys.into_iter().flatten() {
        match name {
            name if is_arn(&name) => concerned.push(name),
            alias if alias.starts_with("alias/") => concerned.push(arn(alias)),
            key if is_key_id(&key) => concerned.push(arn(format!("key/{key}"))),
            _ => {}
        }
    }
    concerned.dedup();
    concerned
}

/// Nothing is named by what is no JSON object.
fn names(body: Option<&[u8]>) -> Names {
    body.and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default()
}

fn is_arn(name: &str) -> bool {
    Arn::parse(name).is_ok_and(|arn| arn.service == "kms")
}

fn is_key_id(name: &str) -> bool {
    name.len() <= KEY_ID_BYTES_MAX && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Ids of multi-Region keys have 36 characters, those of others too.
const KEY_ID_BYTES_MAX: usize = 64;
