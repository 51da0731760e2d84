//! SDK client-side monitoring: what an SDK tells about the calls that its program makes, in UDP datagrams.
//!
//! An attempt at a call is a datagram of type `ApiCallAttempt`; the call as a whole, with its retries, one of type
//! `ApiCall`, which adds nothing to the attempts. Nobody checks what is told: the identity is claimed, and a lost
//! datagram is lost. Parameters, answers and resources are not told at all.

use std::net::IpAddr;
use std::sync::Arc;

use cairn_access::Caller;
use cairn_capture::{ModelledCall, ServiceCall};
use cairn_event::{Record, Region, Resource};
use cairn_operations::{OperationId, Protocol as ModelProtocol, Table};
use cairn_wire::event_source::event_source;
use cairn_wire::recognise::{Protocol, UNKNOWN_OPERATION};
use cairn_wire::s3::{Call, Category, Resolver};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Map;

use crate::told::{Facts, Home, Told, forget, shown};

/// What `additionalEventData.source` says.
pub const SOURCE: &str = "sdk-client-side-monitoring";

/// The longest datagram that is read, bytes: SDKs send at most eight kilobytes.
pub const DATAGRAM_BYTES_MAX: usize = 8 << 10;

/// What a datagram tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Datagram {
    /// One attempt at a call.
    Attempt(Box<Attempt>),
    /// A call is over; its attempts were told before.
    Summary,
}

/// One attempt at a call. The session token beside it is not read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attempt {
    service: String,
    api: String,
    timestamp: i64,
    #[serde(default)]
    fqdn: Option<String>,
    #[serde(default)]
    user_agent: Option<String>,
    /// The key that signed, as the program says.
    #[serde(default)]
    access_key: Option<String>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    http_status_code: Option<u16>,
    #[serde(default)]
    x_amzn_request_id: Option<String>,
    #[serde(default)]
    x_amz_request_id: Option<String>,
    #[serde(default)]
    x_amz_id2: Option<String>,
    #[serde(default)]
    aws_exception: Option<String>,
    #[serde(default)]
    aws_exception_message: Option<String>,
    #[serde(default)]
    sdk_exception: Option<String>,
    #[serde(default)]
    sdk_exception_message: Option<String>,
}

/// Why a datagram is none of an SDK.
#[derive(Debug, thiserror::Error)]
pub enum DatagramError {
    /// It is longer than any that SDKs send.
    #[error("it is longer than {DATAGRAM_BYTES_MAX} bytes")]
    TooLong,
    /// It is no JSON, or lacks what an attempt has.
    #[error("it is no JSON of an attempt")]
    Json(#[from] serde_json::Error),
    /// Its time is not one.
    #[error("its Timestamp is out of range")]
    Time,
}

/// What is needed to name a call.
#[derive(Debug, Clone)]
pub struct Names {
    table: Arc<Table>,
    resolver: Resolver,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Kind {
    #[serde(default)]
    r#type: String,
}

impl Datagram {
    /// Reads a datagram.
    ///
    /// # Errors
    /// Says why it is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, DatagramError> {
        if bytes.len() > DATAGRAM_BYTES_MAX {
            return Err(DatagramError::TooLong);
        }
        let kind: Kind = serde_json::from_slice(bytes)?;
        if kind.r#type == "ApiCall" {
            return Ok(Self::Summary);
        }
        let attempt: Attempt = serde_json::from_slice(bytes)?;
        Timestamp::from_millisecond(attempt.timestamp).map_err(|_far| DatagramError::Time)?;
        Ok(Self::Attempt(Box::new(attempt)))
    }
}

impl Attempt {
    /// Returns the key that signed, as the program says.
    pub fn access_key_id(&self) -> Option<&str> {
        self.access_key.as_deref().filter(|key| !key.is_empty())
    }

    /// Makes the event of an attempt by `caller`, told from `peer`. A signature that was refused has no caller.
    pub fn event(&self, names: &Names, home: &Home, caller: Caller, peer: IpAddr, event_id: String) -> Told {
        let home = home.in_region(self.region.as_deref().and_then(region));
        let refused = self.aws_exception.as_deref().is_some_and(|code| SIGNATURE_REFUSED.contains(&code));
        let access_key_id = self.access_key_id().map(str::to_owned);
        let call = names.call(self);
        let data = matches!(&call, ServiceCall::S3(call) if call.category == Category::Data);
        let facts = Facts {
            source: SOURCE,
            call,
            method: "",
            query: "",
            request_headers: headers(&[("host", &self.fqdn), ("user-agent", &self.user_agent)]),
            request_body: b"",
            request_bytes: 0,
            status: self.http_status_code.unwrap_or(if self.failure().is_some() { 500 } else { 200 }),
            response_headers: headers(&[("x-amz-id-2", &self.x_amz_id2)]),
            response_bytes: 0,
            caller: if refused { Caller::Rejected { access_key_id } } else { caller },
            peer: Some(peer),
            tls: None,
            request_id: self.x_amzn_request_id.as_deref().or(self.x_amz_request_id.as_deref()),
            event_id,
            remarks: Map::new(),
            at: Timestamp::from_millisecond(self.timestamp).unwrap_or_default(),
        };
        let mut record = facts.records(&home).swap_remove(0);
        self.leave_out_the_unknown(&mut record);
        if data && record.resources.is_empty() {
            // Which object is not told, but that it is one decides whether a trail selects the event.
            record.resources.push(Resource {
                kind: Some("AWS::S3::Object".to_owned()),
                arn_prefix: Some("arn:aws:s3:::".to_owned()),
                ..Resource::default()
            });
        }
        Told::of(&record, home.account)
    }

    fn leave_out_the_unknown(&self, record: &mut Record) {
        record.request_parameters = None;
        record.response_elements = None;
        forget(
            record,
            &[
                "bytesTransferredIn",
                "bytesTransferredOut",
                "SSEApplied",
                "AuthenticationMethod",
                "SignatureVersion",
            ],
        );
        if let Some((code, message)) = self.failure() {
            record.error_code = Some(code.to_owned());
            record.error_message = message.map(|message| shown(self.http_status_code, code, message));
        }
    }

    /// Returns the service's error, or the SDK's own when no answer came.
    fn failure(&self) -> Option<(&str, Option<&str>)> {
        let (code, message) = match (&self.aws_exception, &self.sdk_exception) {
            (Some(code), _) => (code, &self.aws_exception_message),
            (None, Some(code)) => (code, &self.sdk_exception_message),
            (None, None) => return None,
        };
        Some((code, message.as_deref()))
    }
}

impl Names {
    /// Takes the table of operations, and how buckets are addressed by host.
    pub fn new(table: Arc<Table>, resolver: Resolver) -> Self {
        Self { table, resolver }
    }

    fn call(&self, attempt: &Attempt) -> ServiceCall {
        if attempt.service == "S3" {
            let bucket = attempt.fqdn.as_deref().and_then(|host| self.resolver.bucket_of_host(host));
            if let Some(call) = Call::find(&attempt.api, bucket) {
                return ServiceCall::S3(call);
            }
        }
        self.modelled(attempt).map_or_else(|| other(attempt), ServiceCall::Modelled)
    }

    fn modelled(&self, attempt: &Attempt) -> Option<ModelledCall> {
        let at = self.table.services().iter().position(|service| service.service_id == attempt.service)?;
        let service = self.table.services().get(at)?;
        let of = service.operations.iter().position(|operation| operation.name == attempt.api)?;
        let id = OperationId { service: u16::try_from(at).ok()?, operation: u16::try_from(of).ok()? };
        ModelledCall::new(&self.table, id, protocol(service.protocol))
    }
}

/// Names what the table does not know, by what may stand in a name.
fn other(attempt: &Attempt) -> ServiceCall {
    let service: String = attempt.service.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    let named = (1..=128).contains(&attempt.api.len())
        && attempt.api.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    ServiceCall::Other {
        event_source: event_source(&service.to_ascii_lowercase()),
        event_name: if named { attempt.api.clone() } else { UNKNOWN_OPERATION.to_owned() },
        protocol: Protocol::Json,
    }
}

fn protocol(of_model: ModelProtocol) -> Protocol {
    match of_model {
        ModelProtocol::Json => Protocol::Json,
        ModelProtocol::RestJson => Protocol::RestJson,
        ModelProtocol::RestXml => Protocol::RestXml,
        ModelProtocol::Query => Protocol::Query,
        ModelProtocol::Ec2 => Protocol::Ec2Query,
        ModelProtocol::Cbor => Protocol::Cbor,
    }
}

/// Reads a Region; SDKs call that of global services `aws-global`.
fn region(name: &str) -> Option<Region> {
    if name == "aws-global" { Some(Region::us_east_1()) } else { name.parse().ok() }
}

fn headers<'a>(told: &[(&'a str, &'a Option<String>)]) -> Vec<(&'a str, &'a str)> {
    told.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?))).collect()
}

/// Errors that say that nobody was believed.
const SIGNATURE_REFUSED: [&str; 10] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

#[cfg(test)]
mod tests;
