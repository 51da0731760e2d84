//! `resources` of S3: the object, its bucket, and the source of a copy.

use cairn_access::Trust;
use cairn_event::Resource;
use cairn_wire::s3::{Call, Category, Level};
use percent_encoding::percent_decode_str;

use super::deletions;
use super::parameters::query;
use crate::error::Failure;
use crate::{Exchange, Response};

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
        account_id: owner_shown(exchange, call, failure),
        kind: Some("AWS::S3::Bucket".to_owned()),
        arn: Some(format!("arn:aws:s3:::{bucket}")),
        arn_prefix: None,
    };
    let source =
        exchange.request.header("x-amz-copy-source").filter(|_| copies(call)).and_then(|text| source(&text));
    object.into_iter().chain([bucket]).chain(source).collect()
}

/// Returns the bucket's owner; a stranger who was refused, or not believed, does not learn it.
fn owner_shown(exchange: &Exchange<'_>, call: &Call, failure: Option<&Failure>) -> Option<String> {
    let owner = exchange.resource_owner?;
    let is_stranger = exchange.recipient != owner;
    let shown =
        !is_stranger || (exchange.caller.trust() != Trust::Rejected && was_let_in(exchange, call, failure));
    shown.then(|| owner.to_string())
}

/// Tells whether nothing of a call was denied, as far as the answer was seen. A DeleteObjects succeeds as a whole
/// where each key is.
fn was_let_in(exchange: &Exchange<'_>, call: &Call, failure: Option<&Failure>) -> bool {
    match failure {
        Some(_) if exchange.response.status == Response::UNSEEN => false,
        Some(failure) => !failure.is_access_denied(),
        None => !super::lists_deletions(call) || deletions::none_is_denied(exchange),
    }
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

/// Returns the bucket that a call copies from, by its `x-amz-copy-source`.
pub fn copy_source_bucket(call: &Call, copy_source: &str) -> Option<String> {
    let (bucket, _key) = copy_source_of(copy_source).filter(|_| copies(call))?;
    Some(bucket)
}

fn source(text: &str) -> Option<Resource> {
    let (bucket, key) = copy_source_of(text)?;
    Some(object(&bucket, &key))
}

/// Reads `[/]bucket/key[?versionId=…]`, percent-encoded.
fn copy_source_of(text: &str) -> Option<(String, String)> {
    let text = text.strip_prefix('/').unwrap_or(text);
    let path = text.split_once('?').map_or(text, |(path, _version)| path);
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let (bucket, key) = path.split_once('/')?;
    Some((bucket.to_owned(), key.to_owned()))
}

const OBJECT: &str = "AWS::S3::Object";
