//! `additionalEventData` of S3: how the request was signed, what was transferred, what encrypts it.

use cairn_access::Trust;
use cairn_wire::s3::Call;
use serde_json::{Map, Value};

use super::deletions::untold;
use super::lists_deletions;
use super::parameters::query;
use crate::error::Failure;
use crate::{Exchange, Request, Response};

/// Collects what S3 writes beside parameters and answer.
pub(super) fn additional(
    exchange: &Exchange<'_>,
    call: &Call,
    failure: Option<&Failure>,
) -> Map<String, Value> {
    // A form signs itself in its fields, which nobody keeps.
    let in_form = (call.operation == Some("PostObject")).then_some("HtmlForm");
    let mut data = of_front_end(exchange, in_form);
    if failure.is_none() && writes_object(call) {
        data.insert("SSEApplied".to_owned(), Value::from(encryption(exchange)));
    }
    let unseen = exchange.response.status == Response::UNSEEN;
    if (unseen || failure.is_none())
        && lists_deletions(call)
        && let Some(untold) = untold(&exchange.request)
    {
        data.insert("requestBody".to_owned(), untold);
    }
    data
}

/// Collects what S3's front end knows of any call; `unseen` says how those are signed whose signature does not
/// stand in headers or query.
pub(crate) fn of_front_end(exchange: &Exchange<'_>, unseen: Option<&'static str>) -> Map<String, Value> {
    let mut data = Map::new();
    let request = &exchange.request;
    if exchange.caller.trust() != Trust::None {
        let (method, version) = signing(request);
        let cipher_suite = exchange.tls.map(|tls| tls.cipher_suite.as_str());
        for (name, value) in [
            ("AuthenticationMethod", method.or(unseen)),
            ("SignatureVersion", version),
            ("CipherSuite", cipher_suite),
        ] {
            if let Some(value) = value {
                data.insert(name.to_owned(), Value::from(value));
            }
        }
    }
    data.insert("bytesTransferredIn".to_owned(), Value::from(bytes_in(request)));
    data.insert("bytesTransferredOut".to_owned(), Value::from(exchange.response.body_bytes));
    if let Some(host_id) = exchange.response.header("x-amz-id-2") {
        data.insert("x-amz-id-2".to_owned(), Value::from(host_id));
    }
    data
}

/// Tells where the signature stands and which version it is.
fn signing(request: &Request<'_>) -> (Option<&'static str>, Option<&'static str>) {
    let version_of = |algorithm: &str| {
        if algorithm.starts_with("AWS4-ECDSA") { "SigV4A" } else { "SigV4" }
    };
    if let Some(authorization) = request.header("authorization") {
        let version = if authorization.starts_with("AWS4-") { version_of(&authorization) } else { "SigV2" };
        return (Some("AuthHeader"), Some(version));
    }
    let mut version = None;
    for (name, value) in query(request.query) {
        match name.to_ascii_lowercase().as_str() {
            "x-amz-algorithm" => version = Some(version_of(&value)),
            "awsaccesskeyid" => version = version.or(Some("SigV2")),
            _ => {}
        }
    }
    (version.map(|_| "QueryString"), version)
}

/// Counts the bytes of the object, not of the chunk signatures around them.
///
/// The client says how many that are; it cannot be more than what was received.
fn bytes_in(request: &Request<'_>) -> u64 {
    let streams = request.header("x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-"));
    let chunked = request.header("content-encoding").is_some_and(|encoding| encoding.contains("aws-chunked"));
    let decoded = request.header("x-amz-decoded-content-length").and_then(|length| length.parse().ok());
    match decoded {
        Some(decoded) if streams || chunked => request.body_bytes.min(decoded),
        _ => request.body_bytes,
    }
}

fn writes_object(call: &Call) -> bool {
    matches!(
        call.operation,
        Some(
            "PutObject"
                | "PostObject"
                | "CopyObject"
                | "CreateMultipartUpload"
                | "UploadPart"
                | "UploadPartCopy"
                | "CompleteMultipartUpload"
        )
    )
}

/// Names what encrypts the object, by the answer, and whether the request asked for it.
fn encryption(exchange: &Exchange<'_>) -> &'static str {
    let asked = exchange.request.header("x-amz-server-side-encryption").is_some();
    let applied = exchange.response.header("x-amz-server-side-encryption");
    if exchange.response.header("x-amz-server-side-encryption-customer-algorithm").is_some() {
        return "SSE_C";
    }
    match (applied.as_deref(), asked) {
        (Some(kms), true) if kms.starts_with("aws:kms") => "SSE_KMS",
        (Some(kms), false) if kms.starts_with("aws:kms") => "Default_SSE_KMS",
        (Some(_), true) => "SSE_S3",
        (Some(_), false) => "Default_SSE_S3",
        (None, _) => "None",
    }
}
