//! LookupEvents, of an account and of an organization.

use cairn_event::AccountId;
use cairn_history::{
    AttributesRefusal, FoundEvent, LookupError, LookupInput, Page, Query, QueryRefusal, TimeRangeRefusal,
};
use cairn_wire::Timestamp;
use cairn_wire::cloudtrail::{
    Event as Shape, LookupAttribute, LookupEventsRequest, LookupEventsResponse, Resource,
};

use serde::Serialize;

use crate::control::Done;
use crate::{Caller, Control, OrganizationView, Part, Refusal};

/// A page of an organization's events, newest first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OrganizationEvents {
    /// The events.
    pub events: Vec<OrganizationEvent>,
    /// Continues the lookup; none on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// An event, and whose it is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OrganizationEvent {
    /// The account in whose history it is.
    pub account_id: AccountId,
    /// What LookupEvents tells of it.
    #[serde(flatten)]
    pub event: Shape,
}

impl Control {
    /// Finds events of the caller's account in the endpoint's Region, newest first.
    ///
    /// # Errors
    /// Each of the operation's own errors.
    pub async fn lookup_events(
        &self,
        caller: &Caller,
        request: &LookupEventsRequest,
    ) -> Result<Done<LookupEventsResponse>, Refusal> {
        let now = self.clock.now();
        let query = query(caller, request)?;
        let page = self.history.find(query, now).await.map_err(refused)?;
        Ok(Done::now(answer(page)))
    }

    /// Finds events of the accounts of the caller's organization, or of a part of it, in the endpoint's Region:
    /// newest first over all accounts.
    ///
    /// # Errors
    /// The caller can't see the organization ([`ViewRefusal`](crate::ViewRefusal)); each of the errors of
    /// LookupEvents.
    pub async fn lookup_organization_events(
        &self,
        caller: &Caller,
        part: &Part,
        request: &LookupEventsRequest,
    ) -> Result<Done<OrganizationEvents>, Refusal> {
        let view = OrganizationView::of(&self.catalog.current(), caller.account, part)?;
        let query = query(caller, request)?.across(view.accounts(part));
        let page = self.history.find(query, self.clock.now()).await.map_err(refused)?;
        let events = page
            .events
            .into_iter()
            .map(|found| OrganizationEvent { account_id: found.account, event: shape(found) });
        Ok(Done::now(OrganizationEvents { events: events.collect(), next_token: page.next_token }))
    }
}

fn query(caller: &Caller, request: &LookupEventsRequest) -> Result<Query, Refusal> {
    let attributes: Vec<(&str, &str)> = request
        .lookup_attributes
        .iter()
        .flatten()
        .map(|LookupAttribute { attribute_key, attribute_value }| {
            (attribute_key.as_str(), attribute_value.as_str())
        })
        .collect();
    Query::parse(LookupInput {
        account: caller.account,
        region: &caller.region,
        attributes: &attributes,
        start: request.start_time.map(jiff::Timestamp::from),
        end: request.end_time.map(jiff::Timestamp::from),
        category: request.event_category.as_ref().map(|category| category.as_str()),
        max_results: request.max_results.map(i64::from),
        next_token: request.next_token.as_deref(),
    })
    .map_err(query_refused)
}

fn refused(error: LookupError) -> Refusal {
    match error {
        LookupError::Refused(refusal) => query_refused(refusal),
        LookupError::Busy => Refusal::Throttled,
        error => Refusal::Internal(Box::new(error)),
    }
}

fn query_refused(refusal: QueryRefusal) -> Refusal {
    match refusal {
        QueryRefusal::Attributes(why) => Refusal::LookupAttributesInvalid(
            match why {
                AttributesRefusal::TooMany => "You can specify at most one lookup attribute.",
                AttributesRefusal::UnknownKey => {
                    "The attribute key must be one of EventId, EventName, ReadOnly, Username, ResourceType, \
                     ResourceName, EventSource, AccessKeyId."
                }
                AttributesRefusal::NotOfInsights => {
                    "Insights events can be looked up by EventId, EventName or EventSource only."
                }
                AttributesRefusal::ValueLength => {
                    "The attribute value must have 1 to 2000 characters; underscores, blanks, commas and line \
                     breaks count twice."
                }
            }
            .to_owned(),
        ),
        QueryRefusal::TimeRange(why) => Refusal::TimeRangeInvalid(time_range_words(why).to_owned()),
        QueryRefusal::MaxResults => {
            Refusal::MaxResultsInvalid("MaxResults must be between 1 and 50.".to_owned())
        }
        QueryRefusal::NextToken => Refusal::NextTokenInvalid(
            "The token is invalid or was made by a request with other parameters.".to_owned(),
        ),
        QueryRefusal::Category => Refusal::EventCategoryInvalid(
            "The event category must be insight, or be left out for management events.".to_owned(),
        ),
    }
}

/// Says what is wrong with a time range.
pub(crate) fn time_range_words(why: TimeRangeRefusal) -> &'static str {
    match why {
        TimeRangeRefusal::Backwards => "The start time must not be later than the end time.",
        TimeRangeRefusal::OutOfRange => "The start and end times must be later than 1970-01-01.",
    }
}

fn answer(page: Page) -> LookupEventsResponse {
    LookupEventsResponse {
        events: Some(page.events.into_iter().map(shape).collect()),
        next_token: page.next_token,
    }
}

pub(crate) fn shape(found: FoundEvent) -> Shape {
    let resources = found
        .resources
        .into_iter()
        .map(|(resource_type, name)| Resource { resource_type, resource_name: Some(name) });
    Shape {
        event_id: found.event_id,
        event_name: found.event_name,
        read_only: found.read_only.map(str::to_owned),
        access_key_id: found.access_key_id,
        event_time: jiff::Timestamp::from_second(found.event_time.epoch_seconds()).ok().map(Timestamp::from),
        event_source: found.event_source,
        username: found.username,
        resources: Some(resources.collect()),
        cloud_trail_event: Some(String::from_utf8_lossy(&found.event).into_owned()),
    }
}
