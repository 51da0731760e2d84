//! What LookupEvents shows and filters by, derived from an event's own bytes.

use std::borrow::Cow;

use cairn_event::{Category, EventView, IdentityView, Outcome, ParseError};

use crate::attribute::{Attribute, HistoryCategory};
use crate::resources;
use crate::search::field::Field;

/// An event as LookupEvents tells it, beside the record itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupFields<'a> {
    /// Management or Insight; none when the event does not belong in the history. Insights about data events don't:
    /// they are one trail's, and ListInsightsData shows them.
    pub category: Option<HistoryCategory>,
    /// Event time, seconds since the Unix epoch.
    pub seconds: i64,
    /// The record's GUID.
    pub event_id: Cow<'a, str>,
    /// The API action; for Insights events the one that was unusual.
    pub event_name: Cow<'a, str>,
    /// The service; for Insights events the one that was unusual.
    pub event_source: Cow<'a, str>,
    /// `true` or `false`; none where the record does not say.
    pub read_only: Option<&'static str>,
    /// The user; none where nobody can be named.
    pub username: Option<Cow<'a, str>>,
    /// The key that signed; none where there was none.
    pub access_key_id: Option<Cow<'a, str>>,
    /// What the event refers to, each pair once, at most [`resources::RESOURCES_MAX`].
    pub resources: Vec<FoundResource<'a>>,
    /// The Region of the call.
    pub aws_region: Cow<'a, str>,
    /// The error's code; none where the call succeeded.
    pub error_code: Option<Cow<'a, str>>,
    /// What came of the call.
    pub outcome: Outcome,
    /// The caller's address, or the service that called.
    pub source_ip_address: Option<Cow<'a, str>>,
    /// The client.
    pub user_agent: Option<Cow<'a, str>>,
    /// The caller's ARN.
    pub principal_arn: Option<Cow<'a, str>>,
    /// The service's id of the request.
    pub request_id: Option<Cow<'a, str>>,
    /// `AwsApiCall` and its kin.
    pub event_type: Cow<'a, str>,
    /// The account that the event was recorded for.
    pub recipient_account_id: Option<Cow<'a, str>>,
}

/// A resource that an event refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundResource<'a> {
    /// The CloudFormation-like type; none when it cannot be told.
    pub kind: Option<Cow<'a, str>>,
    /// An id, a name or an ARN.
    pub name: Cow<'a, str>,
}

impl<'a> LookupFields<'a> {
    /// Derives the fields from an event's bytes.
    ///
    /// # Errors
    /// The bytes are not an event.
    pub fn parse(event: &'a [u8]) -> Result<Self, ParseError> {
        let view = EventView::parse(event)?;
        Ok(match view.category() {
            Category::Management => Self::of_call(view),
            Category::Insight => Self::of_insight(view),
            Category::Data | Category::NetworkActivity | Category::Other => Self::bare(view, None),
        })
    }

    /// Derives the fields of any call, also of one that does not belong in the history.
    pub(crate) fn of_any(event: &'a [u8]) -> Result<Self, ParseError> {
        let view = EventView::parse(event)?;
        match view.category() {
            Category::Data | Category::NetworkActivity => Ok(Self { category: None, ..Self::of_call(view) }),
            Category::Management | Category::Insight | Category::Other => Self::parse(event),
        }
    }

    /// Returns the value of an attribute that has at most one; resources have none here.
    pub(crate) fn single(&self, attribute: Attribute) -> Option<&str> {
        let value: Option<&str> = match attribute {
            Attribute::EventId => Some(&self.event_id),
            Attribute::EventName => Some(&self.event_name),
            Attribute::ReadOnly => self.read_only,
            Attribute::Username => self.username.as_deref(),
            Attribute::EventSource => Some(&self.event_source),
            Attribute::AccessKeyId => self.access_key_id.as_deref(),
            Attribute::ResourceType | Attribute::ResourceName => None,
        };
        value.filter(|value| !value.is_empty())
    }

    /// Tells whether the attribute has this value.
    pub(crate) fn has(&self, attribute: Attribute, value: &str) -> bool {
        match attribute {
            Attribute::ResourceType => self.resources.iter().any(|one| one.kind.as_deref() == Some(value)),
            Attribute::ResourceName => self.resources.iter().any(|one| one.name == value),
            _ => self.single(attribute) == Some(value),
        }
    }

    /// Returns the value of a field that has at most one; resources and outcomes have none here.
    pub(crate) fn single_of(&self, field: Field) -> Option<&str> {
        let value = match field {
            Field::Of(attribute) => return self.single(attribute),
            Field::Outcome => None,
            Field::ErrorCode => self.error_code.as_deref(),
            Field::SourceIpAddress => self.source_ip_address.as_deref(),
            Field::UserAgent => self.user_agent.as_deref(),
            Field::PrincipalArn => self.principal_arn.as_deref(),
            Field::RequestId => self.request_id.as_deref(),
            Field::EventType => Some(&*self.event_type),
            Field::RecipientAccountId => self.recipient_account_id.as_deref(),
        };
        value.filter(|value| !value.is_empty())
    }

    /// Tells whether a value of the field meets a condition. Empty values are none.
    pub(crate) fn any(&self, field: Field, mut meets: impl FnMut(&str) -> bool) -> bool {
        let mut meets = |value: &str| !value.is_empty() && meets(value);
        match field {
            Field::Of(Attribute::ResourceType) => {
                self.resources.iter().filter_map(|one| one.kind.as_deref()).any(meets)
            }
            Field::Of(Attribute::ResourceName) => self.resources.iter().any(|one| meets(&one.name)),
            Field::Outcome => self.outcome.names().iter().any(|name| meets(name)),
            single => self.single_of(single).is_some_and(meets),
        }
    }

    fn of_call(view: EventView<'a>) -> Self {
        let resources = resources::of_event(&view);
        let username = username(&view.user_identity);
        let access_key_id = view.user_identity.access_key_id.clone().filter(|key| !key.is_empty());
        let read_only = view.read_only.map(|is| if is { "true" } else { "false" });
        let bare = Self::bare(view, Some(HistoryCategory::Management));
        Self { read_only, username, access_key_id, resources, ..bare }
    }

    fn of_insight(view: EventView<'a>) -> Self {
        // An Insights record whose details cannot be read is still found by its id.
        let Some(insight) = view.insight() else { return Self::bare(view, Some(HistoryCategory::Insight)) };
        let category = (!insight.is_of_data()).then_some(HistoryCategory::Insight);
        let bare = Self::bare(view, category);
        Self { event_name: insight.event_name, event_source: insight.event_source, ..bare }
    }

    fn bare(view: EventView<'a>, category: Option<HistoryCategory>) -> Self {
        let outcome = view.outcome();
        Self {
            category,
            outcome,
            seconds: view.event_time.epoch_seconds(),
            event_id: view.event_id,
            event_name: view.event_name,
            event_source: view.event_source,
            read_only: None,
            username: None,
            access_key_id: None,
            resources: Vec::new(),
            aws_region: view.aws_region,
            error_code: view.error_code,
            source_ip_address: view.source_ip_address,
            user_agent: view.user_agent,
            principal_arn: view.user_identity.arn,
            request_id: view.request_id,
            event_type: view.event_type,
            recipient_account_id: view.recipient_account_id,
        }
    }
}

/// Names the caller, as the reference §8 says: users by name, root as `root`, sessions by session name,
/// services by service name.
fn username<'a>(identity: &IdentityView<'a>) -> Option<Cow<'a, str>> {
    let name = match identity.kind.as_deref() {
        Some("Root") => Some(Cow::Borrowed("root")),
        Some("AssumedRole" | "AWSAccount" | "FederatedUser" | "Role") => {
            identity.principal_id.as_ref().and_then(after_colon).or_else(|| identity.user_name.clone())
        }
        Some("AWSService") | None => identity.invoked_by.clone().or_else(|| identity.user_name.clone()),
        Some(_) => identity.user_name.clone(),
    };
    name.filter(|name| !name.is_empty())
}

/// Returns what follows the first colon of a principal id: the name of the session.
fn after_colon<'a>(principal: &Cow<'a, str>) -> Option<Cow<'a, str>> {
    match principal {
        Cow::Borrowed(text) => text.split_once(':').map(|(_, name)| Cow::Borrowed(name)),
        Cow::Owned(text) => text.split_once(':').map(|(_, name)| Cow::Owned(name.to_owned())),
    }
}

#[cfg(test)]
mod tests;
