//! What people do at the sign-in page: no call of an API, and recorded all the same.

use std::net::IpAddr;

use cairn_event::{AccountId, Category, EventTime, Record, Region, UserIdentity};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::Tls;
use crate::exchange::find;
use crate::record::tls_of;

/// Something that somebody did at the sign-in page, as far as it was seen.
#[derive(Debug)]
pub struct SignInDeed<'a> {
    /// What: `ConsoleLogin`, `CheckMfa`, `SwitchRole` and their kin.
    pub name: &'a str,
    /// Who, as the records of sign-in tell it.
    pub identity: UserIdentity,
    /// Why it came to nothing; none where it did not.
    pub failure: Option<&'a str>,
    /// What else is told; none where it is empty.
    pub additional: Map<String, Value>,
    /// The account whose trails and history receive the record.
    pub recipient: AccountId,
    /// The Region it is recorded in.
    pub region: Region,
    /// The headers of the request.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The client's address.
    pub peer: IpAddr,
    /// The connection's encryption; none on plain HTTP.
    pub tls: Option<&'a Tls>,
    /// The record's GUID.
    pub event_id: &'a str,
    /// When it was done.
    pub completed: Timestamp,
}

/// Renders the record of a deed. It has no request id: nobody asked an API for anything.
pub fn sign_in_record(deed: SignInDeed<'_>) -> Record {
    let outcome = if deed.failure.is_some() { "Failure" } else { "Success" };
    Record {
        event_version: Record::VERSION,
        user_identity: deed.identity,
        event_time: EventTime::of(deed.completed),
        event_source: "signin.amazonaws.com".to_owned(),
        event_name: deed.name.to_owned(),
        aws_region: deed.region,
        source_ip_address: deed.peer.to_canonical().to_string(),
        user_agent: find(deed.headers, "user-agent").filter(|agent| !agent.is_empty()),
        error_code: None,
        error_message: deed.failure.map(str::to_owned),
        request_parameters: None,
        response_elements: Some(json!({ deed.name: outcome })),
        additional_event_data: Some(Value::Object(deed.additional)).filter(|told| *told != json!({})),
        request_id: None,
        event_id: deed.event_id.to_owned(),
        read_only: Some(false),
        resources: Vec::new(),
        event_type: "AwsConsoleSignIn",
        api_version: None,
        management_event: Some(true),
        recipient_account_id: Some(deed.recipient),
        shared_event_id: None,
        vpc_endpoint_id: None,
        service_event_details: None,
        event_category: Category::Management,
        tls_details: tls_of(deed.tls, find(deed.headers, "host")),
        session_credential_from_console: None,
    }
}
