//! Which call a line is, and of what.

use std::borrow::Cow;

use cairn_wire::s3::{Call, Level, Resolver, Seen};
use percent_encoding::percent_decode_str;

use super::level;
use super::line::Line;

/// A call, and what kind of line told of it.
pub(super) struct Named {
    pub(super) call: Call,
    pub(super) kind: Kind,
}

/// What kind of line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A request that sent an object, so that the object's size is what the client sent.
    Upload,
    /// Any other request.
    Request,
    /// What S3 did by itself, or as part of another call.
    ByService,
}

impl Named {
    pub(super) fn of(line: &Line<'_>) -> Self {
        let call = call(line);
        let sends = matches!(call.operation, Some("PutObject" | "UploadPart"));
        let kind = if line.operation.starts_with("S3.") || line.operation.starts_with("BATCH.") {
            Kind::ByService
        } else if sends && line.status.is_some_and(|status| status < 300) {
            Kind::Upload
        } else {
            Kind::Request
        };
        Self { call, kind }
    }
}

fn call(line: &Line<'_>) -> Call {
    let bucket = line.bucket.map(str::to_owned);
    match line.operation {
        // What S3 does by itself, and the keys of a DeleteObjects: there is no request line.
        "S3.EXPIRE.OBJECT" | "S3.CREATE.DELETEMARKER" | "BATCH.DELETE.OBJECT" => {
            return Call::named("DeleteObject", bucket, key(line));
        }
        "S3.DELETE.UPLOAD" => return Call::named("AbortMultipartUpload", bucket, key(line)),
        // The line of the object that a copy reads: its request line is that of the copy.
        "REST.COPY.OBJECT_GET" | "REST.COPY.PART_GET" => return Call::named("GetObject", bucket, key(line)),
        _ => {}
    }
    let (method, path, query) = line.target().unwrap_or_default();
    let told = line.target().is_some();
    let key = if told { key_of_target(line, path) } else { key(line) };
    let level = level(line.bucket, key.as_deref());
    let (method, query) = if told { (method, Cow::Borrowed(query)) } else { of_operation(line.operation) };
    let copies = line.operation.contains(".COPY.");
    // The level alone counts here; bucket and key are the line's own.
    let path = match level {
        Level::Service => "/",
        Level::Bucket => "/b",
        Level::Object => "/b/k",
    };
    let call = Resolver::default().resolve(&Seen { method, path, query: &query, host: "", copies });
    Call { bucket, key, ..call }
}

/// Reads the key of the line, percent-encoded; S3 encodes it twice.
fn key(line: &Line<'_>) -> Option<String> {
    let once = decode(line.key?);
    let twice = if line.key?.contains("%25") { decode(&once).into_owned() } else { once.into_owned() };
    Some(twice)
}

/// Finds the key in the request's path, with or without the bucket before it: lines of either style are the same.
fn key_of_target(line: &Line<'_>, path: &str) -> Option<String> {
    let path = decode(path);
    let path = path.strip_prefix('/').unwrap_or(&path);
    let told = key(line);
    let bucket = line.bucket.unwrap_or_default();
    let after_bucket = path.strip_prefix(bucket).and_then(|rest| match rest.strip_prefix('/') {
        Some(key) => Some(key),
        None => rest.is_empty().then_some(""),
    });
    let found = match (after_bucket, told.as_deref()) {
        (_, Some(told)) if path == told => path,
        (Some(key), _) => key,
        (None, _) => path,
    };
    // `GET /b/` is about the bucket.
    (!found.is_empty()).then(|| found.to_owned())
}

fn decode(raw: &str) -> Cow<'_, str> {
    percent_decode_str(raw).decode_utf8().unwrap_or(Cow::Borrowed(raw))
}

/// Reads `REST.METHOD.RESOURCE` as the request that it stands for.
fn of_operation(operation: &str) -> (&str, Cow<'_, str>) {
    let mut parts = operation.split('.').skip(1);
    let (method, resource) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let query = match resource {
        "OBJECT" | "BUCKET" => "",
        "BUCKETPOLICY" => "policy",
        "BUCKETVERSIONS" => "versions",
        "PUBLIC_ACCESS_BLOCK" => "publicAccessBlock",
        "OWNERSHIP_CONTROLS" => "ownershipControls",
        "POLICY_STATUS" => "policyStatus",
        "OBJECT_TAGGING" => "tagging",
        other => return (method, other.to_ascii_lowercase().into()),
    };
    (method, query.into())
}
