//! Configuration bodies, from XML to JSON.

use cairn_wire::s3::Call;
use cairn_wire::xml::Element;
use serde_json::{Value, json};

use crate::{Captured, Request, json_of_xml};

/// Tells whether the body of a request is configuration, and so part of the record.
///
/// Tags of objects are data of the application; keys of `DeleteObjects`, parts of an upload and queries are
/// not recorded either.
pub(crate) fn records_body(call: &Call) -> bool {
    let Some(operation) = call.operation else { return false };
    match operation {
        "PutObject" | "PutObjectTagging" | "PutObjectAnnotation" => false,
        "CreateBucket" | "CreateBucketMetadataTableConfiguration" | "CreateBucketMetadataConfiguration" => {
            true
        }
        _ => operation.starts_with("Put") || operation.starts_with("UpdateBucket"),
    }
}

/// Returns the member of `requestParameters` that a configuration body becomes.
pub(super) fn member(request: &Request<'_>, call: &Call) -> Option<(String, Value)> {
    if !records_body(call) {
        return None;
    }
    let bytes = match request.body {
        Captured::Nothing => return None,
        Captured::Whole(bytes) => bytes,
        Captured::Cut => {
            let marker = json!({"omitted": true, "reason": "requestBody too large"});
            return Some(("requestBody".to_owned(), marker));
        }
    };
    if call.operation == Some("PutBucketPolicy") {
        let policy: Value = serde_json::from_slice(bytes).ok()?;
        return Some(("bucketPolicy".to_owned(), policy));
    }
    let root = Element::parse(bytes)?;
    Some((root.name.clone(), json_of_xml::value(&root)))
}
