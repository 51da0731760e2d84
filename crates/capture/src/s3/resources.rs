//! `resources` of S3: the object, its bucket, and the source of a copy.

use cairn_event::Resource;
use cairn_wire::s3::{Call, Category, Level};
use percent_encoding::percent_decode_str;

use super::parameters::query;
use crate::Exchange;
use crate::error::Failure;

/// Lists what a call touches. Calls on the service and `CreateBucket` list nothing.
pub(super) fn resources(exchange: &Exchange<'_>, call: &Call, failure: Option<&Failure>) -> Vec<Resource> {
    let Some(bucket) = call.bucket.as_deref() else { return Vec::new() };
    if call.level == Level::Service || call.operation == Some("CreateBucket") {
        return Vec::new();
    }
    let object = match &call.key {
        Some(key) => Some(object(bucket, key)),
        None if lists_objects(call) => Some(objects(bucket, &asked_prefix(exchange.request.query))),
        // DeleteObjects, HeadBucket and a form: which objects is not told, but that it is objects decides
        // whether a trail selects the event.
        None if call.category == Category::Data => Some(objects(bucket, "")),
        None => None,
    };
    let bucket = Resource {
        account_id: owner_shown(exchange, failure),
        kind: Some("AWS::S3::Bucket".to_owned()),
        arn: Some(format!("arn:aws:s3:::{bucket}")),
        arn_prefix: None,
    };
    let source =
        exchange.request.header("x-amz-copy-source").filter(|_| copies(call)).and_then(|text| source(&text));
    object.into_iter().chain([bucket]).chain(source).collect()
}

/// Returns the bucket's owner; a stranger who was refused does not learn it.
fn owner_shown(exchange: &Exchange<'_>, failure: Option<&Failure>) -> Option<String> {
    let owner = exchange.resource_owner?;
    let stranger = exchange.recipient != owner;
    let refused = failure.is_some_and(Failure::is_access_denied);
    (!(stranger && refused)).then(|| owner.to_string())
}

fn lists_objects(call: &Call) -> bool {
    matches!(
        call.operation,
        Some("ListObjects" | "ListObjectsV2" | "ListObjectVersions" | "ListMultipartUploads")
    )
}

fn copies(call: &Call) -> bool {
    matches!(call.operation, Some("CopyObject" | "UploadPartCopy"))
}

pub(super) fn object(bucket: &str, key: &str) -> Resource {
    Resource {
        kind: Some(OBJECT.to_owned()),
        arn: Some(format!("arn:aws:s3:::{bucket}/{key}")),
        ..Resource::default()
    }
}

fn asked_prefix(raw_query: &str) -> String {
    query(raw_query).find(|(name, _)| name == "prefix").map(|(_, prefix)| prefix).unwrap_or_default()
}

/// Stands for every object of a bucket whose key begins with a prefix.
fn objects(bucket: &str, prefix: &str) -> Resource {
    Resource {
        kind: Some(OBJECT.to_owned()),
        arn_prefix: Some(format!("arn:aws:s3:::{bucket}/{prefix}")),
        ..Resource::default()
    }
}

/// Reads `[/]bucket/key[?versionId=…]`, percent-encoded.
fn source(text: &str) -> Option<Resource> {
    let text = text.strip_prefix('/').unwrap_or(text);
    let path = text.split_once('?').map_or(text, |(path, _version)| path);
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let (bucket, key) = path.split_once('/')?;
    Some(object(bucket, key))
}

const OBJECT: &str = "AWS::S3::Object";
