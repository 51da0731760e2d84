//! `requestParameters` of S3: names as on the wire.

use std::borrow::Cow;

use cairn_wire::s3::Call;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::body;
use crate::Request;

/// Headers that are recorded. User metadata, tags, customer keys, tokens and second factors are not among
/// them, nor is anything that is not listed.
const HEADERS: [&str; 22] = [
    "x-amz-acl",
    "x-amz-bucket-object-lock-enabled",
    "x-amz-bypass-governance-retention",
    "x-amz-copy-source",
    "x-amz-copy-source-range",
    "x-amz-copy-source-server-side-encryption-customer-algorithm",
    "x-amz-expected-bucket-owner",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-metadata-directive",
    "x-amz-object-lock-legal-hold",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date",
    "x-amz-object-ownership",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class",
];
/// Parameters of a presigned URL that are recorded; its credential, signature and token are not.
const PRESIGNED: [&str; 4] = ["x-amz-algorithm", "x-amz-date", "x-amz-expires", "x-amz-signedheaders"];
/// Parameters of signature version 2 that are not recorded.
const SIGNATURE_V2: [&str; 2] = ["awsaccesskeyid", "signature"];

/// Collects the query parameters, the listed headers, a configuration body, and what the call addresses.
pub(super) fn parameters(request: &Request<'_>, call: &Call) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, value) in query(request.query) {
        if is_recorded(&name.to_ascii_lowercase()) {
            add(&mut members, &name, value);
        }
    }
    for name in HEADERS {
        if let Some(value) = request.header(name) {
            members.insert(name.to_owned(), Value::from(value));
        }
    }
    if let Some((name, value)) = body::member(request, call) {
        members.insert(name, value);
    }
    // Last, so that no query parameter can pass for the bucket or the key.
    let host = request.header("host");
    for (name, value) in [("bucketName", &call.bucket), ("key", &call.key), ("Host", &host)] {
        members.remove(name);
        if let Some(value) = value {
            members.insert(name.to_owned(), Value::from(value.as_str()));
        }
    }
    members
}

fn is_recorded(name: &str) -> bool {
    if name.starts_with("x-amz-") {
        return HEADERS.contains(&name) || PRESIGNED.contains(&name);
    }
    !SIGNATURE_V2.contains(&name)
}

/// Splits and decodes a query string; a flag has the empty value.
pub(super) fn query(raw: &str) -> impl Iterator<Item = (String, String)> {
    raw.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

fn decode(text: &str) -> String {
    let spaced: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// Adds a value; a name that is sent several times has a list.
fn add(members: &mut Map<String, Value>, name: &str, value: String) {
    match members.get_mut(name) {
        Some(Value::Array(values)) => values.push(Value::from(value)),
        Some(first) => *first = Value::Array(vec![first.take(), Value::from(value)]),
        None => {
            members.insert(name.to_owned(), Value::from(value));
        }
    }
}
