//! The error of an answer, as the record writes it.
//!
//! The parser is chosen by the request's protocol: content types of answers cannot be trusted.

use cairn_wire::recognise::Protocol;
use cairn_wire::s3;
use cairn_wire::xml::Element;
use serde_json::Value;

use crate::inflate::response_body;
use crate::modelled::parse_cbor;
use crate::{Request, Response, ServiceCall, iam};

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The error's code, as records write it.
    pub code: String,
    /// The words beside it.
    pub message: Option<String>,
}

impl Failure {
    /// Whether the service turned the caller away before it looked at the request.
    pub(crate) fn is_throttling(&self) -> bool {
        THROTTLINGS.contains(&self.code.as_str())
    }

    /// Whether the caller lacks a permission.
    pub(crate) fn is_access_denied(&self) -> bool {
        self.code == "AccessDenied"
    }
}

/// Reads the error of an answer; none when the call succeeded. An answer that nobody saw counts as one, so that
/// nothing is read from it; the record does not write it.
pub(crate) fn failure(call: &ServiceCall, request: &Request<'_>, response: &Response<'_>) -> Option<Failure> {
    if response.status == Response::UNSEEN {
        return Some(Failure { code: "Unseen".to_owned(), message: None });
    }
    let read = named_error(call, response);
    if response.status < 300 {
        return read;
    }
    Some(read.unwrap_or_else(|| by_status(call, request, response.status)))
}

/// Reads the error that an answer itself names; none where it names none, or nothing of it was kept.
pub fn named_error(call: &ServiceCall, response: &Response<'_>) -> Option<Failure> {
    if response.status < 300 {
        return match call {
            ServiceCall::S3(call) if s3_fails_late(call) => s3_error(response),
            _ => None,
        };
    }
    match call.protocol() {
        Protocol::Json | Protocol::RestJson => json_error(response, |body| serde_json::from_slice(body).ok()),
        Protocol::Cbor => json_error(response, parse_cbor),
        Protocol::Query => query_error(call, response),
        Protocol::Ec2Query => ec2_error(response),
        Protocol::RestXml => s3_error(response).or_else(|| query_error(call, response)),
    }
}

/// Whether a 200 may turn out to be an error: S3 answers these before the work is done.
pub(crate) fn s3_fails_late(call: &s3::Call) -> bool {
    matches!(call.operation, Some("CompleteMultipartUpload" | "CopyObject" | "UploadPartCopy"))
}

fn s3_error(response: &Response<'_>) -> Option<Failure> {
    let root = Element::parse(&response_body(response)?)?;
    if root.name != "Error" {
        return None;
    }
    of_element(&root, str::to_owned)
}

fn query_error(call: &ServiceCall, response: &Response<'_>) -> Option<Failure> {
    let root = Element::parse(&response_body(response)?)?;
    of_element(root.child("Error")?, |code| match call {
        ServiceCall::Iam(_) => iam::exception_name(code),
        ServiceCall::Modelled(call) => call.exception_name(code),
        _ => exception_name(code),
    })
}

/// Returns an error code as EC2's records have it.
fn ec2_code(code: &str, status: u16) -> String {
    // Throttling has a server's status and is the client's doing.
    let side = if status < 500 || code == "RequestLimitExceeded" { "Client" } else { "Server" };
    format!("{side}.{code}")
}

fn ec2_error(response: &Response<'_>) -> Option<Failure> {
    let root = Element::parse(&response_body(response)?)?;
    of_element(root.child("Errors")?.child("Error")?, |code| ec2_code(code, response.status))
}

fn of_element(error: &Element, name: impl Fn(&str) -> String) -> Option<Failure> {
    let code = name(error.text_of("Code")?);
    Some(Failure { code, message: error.text_of("Message").map(str::to_owned) })
}

/// Reads an error that a header, or a member of the body, names. Services that spoke the query protocol
/// before repeat its code in `x-amzn-query-error`, which records do not follow.
fn json_error(response: &Response<'_>, parse: impl FnOnce(&[u8]) -> Option<Value>) -> Option<Failure> {
    let body = response_body(response).and_then(|body| parse(&body));
    let member = |name: &str| body.as_ref()?.get(name)?.as_str().map(str::to_owned);
    let header = response.header("x-amzn-errortype").filter(|code| !code.is_empty());
    let code = header.or_else(|| member("__type")).or_else(|| member("code")).or_else(|| member("Code"))?;
    let code = code.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default().trim();
    if code.is_empty() {
        return None;
    }
    // Records of authorization failures say AccessDenied, whatever the exception is called.
    let code = if code == "AccessDeniedException" { "AccessDenied" } else { code };
    let message = member("message").or_else(|| member("Message")).or_else(|| member("errorMessage"));
    Some(Failure { code: code.to_owned(), message })
}

/// Names the error of an answer without a readable body: HEAD has none, and a client sees the status only.
fn by_status(call: &ServiceCall, request: &Request<'_>, status: u16) -> Failure {
    let names_object = matches!(call, ServiceCall::S3(call) if call.level == s3::Level::Object);
    let code = match status {
        304 => "NotModified",
        300..=399 => "Redirect",
        403 => "AccessDenied",
        404 if names_object => "NoSuchKey",
        404 if matches!(call, ServiceCall::S3(_)) => "NoSuchBucket",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        412 => "PreconditionFailed",
        416 => "InvalidRange",
        501 => "NotImplemented",
        503 if request.method != "HEAD" => "ServiceUnavailable",
        400..=499 => "BadRequest",
        _ => "InternalError",
    };
    let code = match call.protocol() {
        Protocol::Ec2Query => ec2_code(code, status),
        _ => code.to_owned(),
    };
    Failure { code, message: None }
}

/// Turns a query service's wire code into the exception's name, which is what records hold.
fn exception_name(code: &str) -> String {
    let renamed = STS_EXCEPTIONS.iter().find(|(wire, _)| *wire == code);
    renamed.map_or(code, |(_, name)| name).to_owned()
}

/// STS's errors whose code on the wire is not the name of the exception (its service model).
const STS_EXCEPTIONS: [(&str, &str); 5] = [
    ("IDPCommunicationError", "IDPCommunicationErrorException"),
    ("IDPRejectedClaim", "IDPRejectedClaimException"),
    ("InvalidIdentityToken", "InvalidIdentityTokenException"),
    ("MalformedPolicyDocument", "MalformedPolicyDocumentException"),
    ("PackedPolicyTooLarge", "PackedPolicyTooLargeException"),
];

/// Codes of calls that were turned away because there were too many.
const THROTTLINGS: [&str; 8] = [
    "Client.RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
    "TooManyRequestsException",
];
