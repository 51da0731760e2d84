//! Which service a request is for, in which protocol it speaks, and which operation it names.
//!
//! The name in the credential scope decides, because it is signed; `X-Amz-Target`, `Action` and the
//! path only split services that share a name and stand in where nothing is signed. They count only where
//! their protocols have them ([`Seen::in_place`]), so that nothing that is added to a call of S3 makes it
//! another, whatever name it is signed for.

mod seen;
mod sight;

pub use seen::{Headers, Seen};
pub use sight::{Sight, is_form};

use crate::event_source::event_source;
use crate::query::Operation as _;
use crate::{iam, json11, kms, organizations, sts};

/// The name recorded for an operation that nobody could make out.
pub const UNKNOWN_OPERATION: &str = "UnknownOperation";

/// The longest operation name that is recorded as it was sent.
pub const OPERATION_CHARS_MAX: usize = 128;

/// A request's service, protocol and operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Who is meant to serve it.
    pub service: Service,
    /// How it is spoken to, and how it must be refused.
    pub protocol: Protocol,
    /// The operation, where the request names one outright; S3's comes from
    /// [`s3::Resolver`](crate::s3::Resolver).
    pub operation: Option<String>,
    /// The record's `eventSource`.
    pub event_source: String,
}

/// A service, by who serves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Service {
    /// Cairn's control plane.
    CloudTrail,
    /// Cairn's ingestion plane.
    CloudTrailData,
    /// The built-in object store.
    S3,
    /// The built-in identity service.
    Iam,
    /// The built-in key management service.
    Kms,
    /// The built-in Organizations.
    Organizations,
    /// The built-in token service.
    Sts,
    /// Any other, by its signing name.
    Other(String),
}

/// The protocol of a request, which is also that of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// AWS JSON 1.0 or 1.1.
    Json,
    /// Smithy's RPC v2 in CBOR.
    Cbor,
    /// AWS query: form parameters in, XML out.
    Query,
    /// EC2's dialect of it.
    Ec2Query,
    /// REST with XML.
    RestXml,
    /// REST with JSON.
    RestJson,
}

/// Decides on a request. Never fails: what is not recognised is some other service's.
pub fn recognise(seen: &Seen<'_>) -> Call {
    let seen = &seen.in_place();
    let service = service(seen);
    let protocol = protocol(seen, &service);
    let operation = operation(seen, protocol);
    let event_source = match &service {
        Service::CloudTrail => "cloudtrail.amazonaws.com".to_owned(),
        Service::CloudTrailData => "cloudtrail-data.amazonaws.com".to_owned(),
        Service::S3 => "s3.amazonaws.com".to_owned(),
        Service::Iam => "iam.amazonaws.com".to_owned(),
        Service::Kms => "kms.amazonaws.com".to_owned(),
        Service::Organizations => "organizations.amazonaws.com".to_owned(),
        Service::Sts => "sts.amazonaws.com".to_owned(),
        Service::Other(name) => event_source(name),
    };
    Call { service, protocol, operation, event_source }
}

fn service(seen: &Seen<'_>) -> Service {
    match seen.signing_name {
        Some("cloudtrail") => Service::CloudTrail,
        Some("cloudtrail-data") => Service::CloudTrailData,
        Some("s3") if !seen.path.starts_with("/v20180820/") => Service::S3,
        Some("iam") => Service::Iam,
        Some("kms") => Service::Kms,
        Some("organizations") => Service::Organizations,
        Some("sts") => Service::Sts,
        Some(name) => Service::Other(name.chars().filter(is_name_char).take(OPERATION_CHARS_MAX).collect()),
        None => unsigned_service(seen),
    }
}

/// What an unsigned request asks for: a refusal must still come in the right protocol, and a few STS
/// calls are unsigned by design. What S3 has a call for is S3's, whatever else the request holds.
fn unsigned_service(seen: &Seen<'_>) -> Service {
    if let Some(target) = seen.target {
        return match json11::operation(Some(target)) {
            Ok(_) => Service::CloudTrail,
            Err(_) if target.contains("CloudTrail_20131101") => Service::CloudTrail,
            Err(_) if prefix_of(target).eq_ignore_ascii_case(kms::Operation::TARGET_PREFIX) => Service::Kms,
            Err(_) if prefix_of(target).eq_ignore_ascii_case(organizations::Operation::TARGET_PREFIX) => {
                Service::Organizations
            }
            Err(_) => Service::Other(prefix_of(target)),
        };
    }
    match (seen.action, seen.version) {
        (Some(_), Some(sts::Operation::VERSION)) => Service::Sts,
        (Some(_), Some(iam::Operation::VERSION)) => Service::Iam,
        (Some("AssumeRoleWithSAML" | "AssumeRoleWithWebIdentity" | "GetCallerIdentity"), None) => {
            Service::Sts
        }
        (Some(_), _) => Service::Other(String::from("unknown")),
        (None, _) if seen.method == "POST" && seen.path == "/PutAuditEvents" => Service::CloudTrailData,
        (None, _) => Service::S3,
    }
}

fn protocol(seen: &Seen<'_>, service: &Service) -> Protocol {
    if seen.smithy_protocol.is_some_and(|name| name.eq_ignore_ascii_case("rpc-v2-cbor")) {
        return Protocol::Cbor;
    }
    match service {
        Service::CloudTrail | Service::Kms | Service::Organizations => Protocol::Json,
        Service::CloudTrailData => Protocol::RestJson,
        Service::S3 => Protocol::RestXml,
        Service::Iam | Service::Sts => Protocol::Query,
        Service::Other(_) if seen.target.is_some() => Protocol::Json,
        Service::Other(name) if name == "ec2" => Protocol::Ec2Query,
        Service::Other(_) if seen.action.is_some() => Protocol::Query,
        Service::Other(name) if ["s3", "cloudfront", "route53"].contains(&name.as_str()) => Protocol::RestXml,
        Service::Other(_) => Protocol::RestJson,
    }
}

fn operation(seen: &Seen<'_>, protocol: Protocol) -> Option<String> {
    let named = match protocol {
        Protocol::Json => seen.target.map(|target| target.rsplit('.').next().unwrap_or(target)),
        Protocol::Query | Protocol::Ec2Query => seen.action,
        Protocol::Cbor => seen
            .path
            .rsplit_once('/')
            .filter(|(before, _)| before.ends_with("/operation"))
            .map(|(_, name)| name),
        Protocol::RestJson if seen.path == "/PutAuditEvents" => Some("PutAuditEvents"),
        Protocol::RestXml | Protocol::RestJson => None,
    };
    named.filter(|name| is_operation_name(name)).map(str::to_owned)
}

/// Whether `name` may stand in a record as it was sent: letters, digits and `_`, not too long.
fn is_operation_name(name: &str) -> bool {
    (1..=OPERATION_CHARS_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_name_char(c: &char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// Names a service by the prefix of its target, when that is all there is.
fn prefix_of(target: &str) -> String {
    let prefix = target.rsplit_once('.').map_or(target, |(prefix, _)| prefix);
    let name: String = prefix.chars().filter(is_name_char).take(OPERATION_CHARS_MAX).collect();
    if name.is_empty() { "unknown".to_owned() } else { name.to_ascii_lowercase() }
}

#[cfg(test)]
mod tests;
