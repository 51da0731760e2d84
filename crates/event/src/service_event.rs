//! What a service does by itself, as an event of its own.

use jiff::Timestamp;
use serde_json::Value;

use crate::{AccountId, Category, EventTime, Record, Region, Resource, UserIdentity};

/// A deed of a service that nobody called for: a management event of the kind `AwsServiceEvent`, which counts as
/// a change.
#[derive(Debug)]
pub struct ServiceEvent<'a> {
    /// The account that it concerns, and whose trails receive it.
    pub account: AccountId,
    /// The Region in which it was done.
    pub region: &'a Region,
    /// When it was done.
    pub time: Timestamp,
    /// The record's `eventSource`.
    pub event_source: &'a str,
    /// The record's `eventName`.
    pub event_name: &'a str,
    /// What the record names as address, client and `invokedBy`.
    pub invoked_by: &'a str,
    /// The record's GUID.
    pub event_id: String,
    /// What was touched.
    pub resources: Vec<Resource>,
    /// The record's `serviceEventDetails`.
    pub details: Value,
}

impl From<ServiceEvent<'_>> for Record {
    fn from(event: ServiceEvent<'_>) -> Self {
        let by = || event.invoked_by.to_owned();
        Self {
            event_version: Self::VERSION,
            user_identity: UserIdentity {
                account_id: Some(event.account.to_string()),
                invoked_by: Some(by()),
                ..UserIdentity::default()
            },
            event_time: EventTime::of(event.time),
            event_source: event.event_source.to_owned(),
            event_name: event.event_name.to_owned(),
            aws_region: event.region.clone(),
            source_ip_address: by(),
            user_agent: Some(by()),
            error_code: None,
            error_message: None,
            request_parameters: None,
            response_elements: None,
            additional_event_data: None,
            request_id: None,
            event_id: event.event_id,
            read_only: Some(false),
            resources: event.resources,
            event_type: "AwsServiceEvent",
            api_version: None,
            management_event: Some(true),
            recipient_account_id: Some(event.account),
            shared_event_id: None,
            vpc_endpoint_id: None,
            service_event_details: Some(event.details),
            event_category: Category::Management,
            tls_details: None,
            session_credential_from_console: None,
        }
    }
}
