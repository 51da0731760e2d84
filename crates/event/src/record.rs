//! A record that Cairn makes itself, and its canonical bytes.

use serde::Serialize;
use serde_json::Value;

use crate::{AccountId, Category, EventTime, Region, UserIdentity, limits};

/// An event about to be recorded. Field order is the order in which CloudTrail writes them.
///
/// However it is rendered, its secrets are hidden (see [`redact`](crate::redact())) and each member is within
/// its limit; [`Record::to_bytes`] also holds the limit of the whole.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The version of the record format; [`Record::VERSION`] for everything made here.
    pub event_version: &'static str,
    /// Who made the call.
    pub user_identity: UserIdentity,
    /// When the call completed.
    pub event_time: EventTime,
    /// `<service>.amazonaws.com`.
    pub event_source: String,
    /// The API action.
    pub event_name: String,
    /// The Region of the call.
    pub aws_region: Region,
    /// The caller's address, or the DNS name of the service that called; empty, which is not written, where
    /// whoever told of the call did not say.
    #[serde(rename = "sourceIPAddress", skip_serializing_if = "String::is_empty")]
    pub source_ip_address: String,
    /// The client; at most 1 KB, cut beyond.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "limits::text")]
    pub user_agent: Option<String>,
    /// The service's error code; at most 1 KB, cut beyond; absent on success.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "limits::text")]
    pub error_code: Option<String>,
    /// The service's error message; at most 1 KB, cut beyond.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "limits::text")]
    pub error_message: Option<String>,
    /// What was asked; always written, `null` when there is nothing. At most 100 KB, left out beyond.
    #[serde(serialize_with = "limits::request_parameters")]
    pub request_parameters: Option<Value>,
    /// What a change answered; always written, `null` for reads. At most 100 KB, left out beyond.
    #[serde(serialize_with = "limits::response_elements")]
    pub response_elements: Option<Value>,
    /// What belongs to neither. At most 28 KB, left out beyond.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "limits::additional_event_data")]
    pub additional_event_data: Option<Value>,
    /// The service's id of the request; at most 1 KB, cut beyond.
    #[serde(rename = "requestID", skip_serializing_if = "Option::is_none", serialize_with = "limits::text")]
    pub request_id: Option<String>,
    /// The GUID of this record.
    #[serde(rename = "eventID")]
    pub event_id: String,
    /// Whether the call could change anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// The resources the call touched; empty is not written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Resource>,
    /// `AwsApiCall`, `AwsServiceEvent` and their kin.
    pub event_type: &'static str,
    /// The version of the API, where the service writes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// True for management events, false for data events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub management_event: Option<bool>,
    /// The account whose trails receive the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient_account_id: Option<AccountId>,
    /// Shared by the copies that several accounts receive of one action.
    #[serde(rename = "sharedEventID", skip_serializing_if = "Option::is_none")]
    pub shared_event_id: Option<String>,
    /// The endpoint in the caller's network, where one was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_endpoint_id: Option<String>,
    /// What a service event tells. At most 100 KB, left out beyond.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "limits::service_event_details")]
    pub service_event_details: Option<Value>,
    /// Management, data and their kin.
    pub event_category: Category,
    /// The client's leg: TLS version, cipher suite, the host it asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_details: Option<TlsDetails>,
    /// `"true"` when the call came from the console; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_credential_from_console: Option<&'static str>,
}

/// A resource that a call touched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Resource {
    /// The owner, where it is known and CloudTrail writes it.
    #[serde(rename = "accountId", skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// The CloudFormation-like type, such as `AWS::S3::Object`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The resource's ARN.
    #[serde(rename = "ARN", skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// The common beginning of the ARNs, for calls that list.
    #[serde(rename = "ARNPrefix", skip_serializing_if = "Option::is_none")]
    pub arn_prefix: Option<String>,
}

/// What is known of the connection between client and server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TlsDetails {
    /// `TLSv1.2` or `TLSv1.3`; absent on plain HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_version: Option<String>,
    /// The negotiated suite; absent on plain HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cipher_suite: Option<String>,
    /// The `Host` that the client asked for.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "limits::text")]
    pub client_provided_host_header: Option<String>,
    /// The key exchange group; absent on plain HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_exchange: Option<String>,
}

impl Record {
    /// The version of the record format that Cairn writes.
    pub const VERSION: &'static str = "1.11";

    /// Renders the record as one line of JSON: secrets hidden, within CloudTrail's limits.
    ///
    /// The same record always gives the same bytes. They are never longer than
    /// [`RECORD_BYTES_MAX`](crate::RECORD_BYTES_MAX); what gives way for that is written down in the
    /// documentation of the limits.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bytes = self.render();
        if bytes.len() <= limits::RECORD_BYTES_MAX { bytes } else { limits::render_shrunk(self) }
    }

    /// Renders with each member within its own bound, whatever the whole comes to.
    pub(crate) fn render(&self) -> Vec<u8> {
        // A record holds only strings, booleans and JSON values, none of which can fail to render.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

#[cfg(test)]
pub(crate) mod tests;
