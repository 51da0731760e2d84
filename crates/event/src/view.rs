//! An event seen through its original bytes.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{EventTime, text};

/// The members of an event that Cairn decides by, borrowed from the event's own bytes.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventView<'a> {
    /// The record format's version, `major.minor`.
    #[serde(borrow, default, deserialize_with = "text::or_empty")]
    pub event_version: Cow<'a, str>,
    /// Who made the call; absent on Insights events.
    #[serde(borrow, default, deserialize_with = "null_as_default")]
    pub user_identity: IdentityView<'a>,
    /// When the call completed.
    pub event_time: EventTime,
    /// `<service>.amazonaws.com`; empty on Insights events.
    #[serde(borrow, default, deserialize_with = "text::or_empty")]
    pub event_source: Cow<'a, str>,
    /// The API action; empty on Insights events.
    #[serde(borrow, default, deserialize_with = "text::or_empty")]
    pub event_name: Cow<'a, str>,
    /// The Region of the call.
    #[serde(borrow, default, deserialize_with = "text::or_empty")]
    pub aws_region: Cow<'a, str>,
    /// The caller's address.
    #[serde(rename = "sourceIPAddress", borrow, default, deserialize_with = "text::optional")]
    pub source_ip_address: Option<Cow<'a, str>>,
    /// The client.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub user_agent: Option<Cow<'a, str>>,
    /// The error code; absent on success.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub error_code: Option<Cow<'a, str>>,
    /// The error message.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub error_message: Option<Cow<'a, str>>,
    /// What was asked, uninterpreted.
    #[serde(borrow, default)]
    pub request_parameters: Option<&'a RawValue>,
    /// What was answered, uninterpreted.
    #[serde(borrow, default)]
    pub response_elements: Option<&'a RawValue>,
    /// What belongs to neither, uninterpreted.
    #[serde(borrow, default)]
    pub additional_event_data: Option<&'a RawValue>,
    /// The service's id of the request.
    #[serde(rename = "requestID", borrow, default, deserialize_with = "text::optional")]
    pub request_id: Option<Cow<'a, str>>,
    /// The GUID of the record.
    #[serde(rename = "eventID", borrow, default, deserialize_with = "text::or_empty")]
    pub event_id: Cow<'a, str>,
    /// Whether the call could change anything.
    #[serde(default)]
    pub read_only: Option<bool>,
    /// The resources touched.
    #[serde(borrow, default, deserialize_with = "null_as_default")]
    pub resources: Vec<ResourceView<'a>>,
    /// `AwsApiCall` and its kin.
    #[serde(borrow, default, deserialize_with = "text::or_empty")]
    pub event_type: Cow<'a, str>,
    /// True for management events.
    #[serde(default)]
    pub management_event: Option<bool>,
    /// The account whose trails receive the event.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub recipient_account_id: Option<Cow<'a, str>>,
    /// The endpoint in the caller's network.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub vpc_endpoint_id: Option<Cow<'a, str>>,
    /// The category as written; absent before version 1.07. Use [`EventView::category`].
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub event_category: Option<Cow<'a, str>>,
    /// `"true"` when the call came from the console.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub session_credential_from_console: Option<Cow<'a, str>>,
    /// What an Insights event tells, uninterpreted. Use [`EventView::insight`].
    #[serde(borrow, default)]
    pub insight_details: Option<&'a RawValue>,
}

/// The members of `userIdentity` that Cairn decides by.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentityView<'a> {
    /// `Root`, `IAMUser`, `AssumedRole` and their kin; absent on service events.
    #[serde(rename = "type", borrow, default, deserialize_with = "text::optional")]
    pub kind: Option<Cow<'a, str>>,
    /// The unique id of the principal.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub principal_id: Option<Cow<'a, str>>,
    /// The principal's ARN.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub arn: Option<Cow<'a, str>>,
    /// The principal's account.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub account_id: Option<Cow<'a, str>>,
    /// The key that signed.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub access_key_id: Option<Cow<'a, str>>,
    /// The user's name.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub user_name: Option<Cow<'a, str>>,
    /// The service that called for somebody.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub invoked_by: Option<Cow<'a, str>>,
}

/// One entry of `resources`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ResourceView<'a> {
    /// The owner.
    #[serde(rename = "accountId", borrow, default, deserialize_with = "text::optional")]
    pub account_id: Option<Cow<'a, str>>,
    /// The CloudFormation-like type.
    #[serde(rename = "type", borrow, default, deserialize_with = "text::optional")]
    pub kind: Option<Cow<'a, str>>,
    /// The ARN.
    #[serde(rename = "ARN", borrow, default, deserialize_with = "text::optional")]
    pub arn: Option<Cow<'a, str>>,
    /// The common beginning of several ARNs.
    #[serde(rename = "ARNPrefix", borrow, default, deserialize_with = "text::optional")]
    pub arn_prefix: Option<Cow<'a, str>>,
}

/// What kind of event it is: decides folders, selectors and history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Category {
    /// Control-plane calls, sign-ins, service events.
    Management,
    /// Calls on the content of a resource.
    Data,
    /// Calls through a network endpoint.
    NetworkActivity,
    /// Unusual activity that was detected.
    Insight,
    /// Anything else; kept, never selected by a trail.
    Other,
}

/// The bytes are not an event.
#[derive(Debug, thiserror::Error)]
#[error("read an event")]
pub struct ParseError {
    #[from]
    source: serde_json::Error,
}

impl<'a> EventView<'a> {
    /// Reads an event's members from its bytes, without changing or keeping a copy of them.
    ///
    /// # Errors
    /// The bytes are not one JSON object in UTF-8, lack a readable `eventTime`, name a member twice (readers would
    /// disagree about which one counts), or hold a member of the wrong type.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        // The members that are skipped must be readable too: the bytes are answered as text later.
        let text = std::str::from_utf8(bytes).map_err(serde_json::Error::custom)?;
        Ok(serde_json::from_str(text)?)
    }

    /// A management call that nothing is known of but what it calls and whether it writes: for questions about calls
    /// that are only imagined.
    pub fn of_management_call(
        event_time: EventTime,
        (event_source, event_name): (Cow<'a, str>, Cow<'a, str>),
        read_only: bool,
    ) -> Self {
        Self {
            event_version: Cow::Borrowed(""),
            user_identity: IdentityView::default(),
            event_time,
            event_source,
            event_name,
            aws_region: Cow::Borrowed(""),
            source_ip_address: None,
            user_agent: None,
            error_code: None,
            error_message: None,
            request_parameters: None,
            response_elements: None,
            additional_event_data: None,
            request_id: None,
            event_id: Cow::Borrowed(""),
            read_only: Some(read_only),
            resources: Vec::new(),
            event_type: Cow::Borrowed("AwsApiCall"),
            management_event: Some(true),
            recipient_account_id: None,
            vpc_endpoint_id: None,
            event_category: Some(Cow::Borrowed("Management")),
            session_credential_from_console: None,
            insight_details: None,
        }
    }

    /// Returns the category; records older than version 1.07 are told by `managementEvent` and type.
    pub fn category(&self) -> Category {
        match self.event_category.as_deref() {
            Some("Management") => Category::Management,
            Some("Data") => Category::Data,
            Some("NetworkActivity") => Category::NetworkActivity,
            Some("Insight") => Category::Insight,
            Some(_) => Category::Other,
            None if self.event_type == "AwsCloudTrailInsight" => Category::Insight,
            None if self.event_type == "AwsVpceEvent" => Category::NetworkActivity,
            None if self.management_event == Some(false) => Category::Data,
            None => Category::Management,
        }
    }
}

fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests;
