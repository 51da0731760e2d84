//! The fields that advanced selectors know, and what each accepts.

use cairn_event::{Category, EventView};

use crate::basic::EXCLUDABLE_SOURCES;
use crate::{AdvancedFieldSelector, network_sources, resource_types};

/// A field of an advanced selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    EventCategory,
    ReadOnly,
    EventSource,
    EventName,
    EventType,
    ResourcesType,
    ResourcesArn,
    UserIdentityArn,
    SessionCredentialFromConsole,
    VpcEndpointId,
    ErrorCode,
}

/// What a field accepts in the selectors of a category.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) operators: Operators,
    pub(crate) values: Values,
    pub(crate) presence: Presence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operators {
    Any,
    Equals,
    NotEquals,
    EqualsAndNotEquals,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Values {
    Any,
    OneOf(&'static [&'static str]),
    ResourceType,
    /// An ARN of the selector's resource type, where the whole ARN is compared.
    ResourceArn,
    NetworkSource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Optional,
    /// Must be there, with exactly one value.
    RequiredSingle,
}

/// One operator of a field selector.
pub(crate) struct Operator<'a> {
    pub(crate) name: &'static str,
    pub(crate) values: Option<&'a [String]>,
}

impl Field {
    pub(crate) const ALL: [Self; 11] = [
        Self::EventCategory,
        Self::ReadOnly,
        Self::EventSource,
        Self::EventName,
        Self::EventType,
        Self::ResourcesType,
        Self::ResourcesArn,
        Self::UserIdentityArn,
        Self::SessionCredentialFromConsole,
        Self::VpcEndpointId,
        Self::ErrorCode,
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::EventCategory => "eventCategory",
            Self::ReadOnly => "readOnly",
            Self::EventSource => "eventSource",
            Self::EventName => "eventName",
            Self::EventType => "eventType",
            Self::ResourcesType => "resources.type",
            Self::ResourcesArn => "resources.ARN",
            Self::UserIdentityArn => "userIdentity.arn",
            Self::SessionCredentialFromConsole => "sessionCredentialFromConsole",
            Self::VpcEndpointId => "vpcEndpointId",
            Self::ErrorCode => "errorCode",
        }
    }

    /// Returns the event's value as text; `None` when the event does not have the field. Category and
    /// resources are not answered here: the one is compared first, the others are many.
    pub(crate) fn of<'a>(self, event: &'a EventView<'_>) -> Option<&'a str> {
        let present = |text: &'a str| (!text.is_empty()).then_some(text);
        match self {
            Self::EventCategory | Self::ResourcesType | Self::ResourcesArn => None,
            Self::ReadOnly => event.read_only.map(|read_only| if read_only { "true" } else { "false" }),
            Self::EventSource => present(&event.event_source),
            Self::EventName => present(&event.event_name),
            Self::EventType => present(&event.event_type),
            Self::UserIdentityArn => event.user_identity.arn.as_deref(),
            Self::SessionCredentialFromConsole => event.session_credential_from_console.as_deref(),
            Self::VpcEndpointId => event.vpc_endpoint_id.as_deref(),
            Self::ErrorCode => event.error_code.as_deref(),
        }
    }

    /// Returns what a trail's selectors of the category accept; `None` when they do not accept the field.
    pub(crate) fn rule(self, category: Category) -> Option<Rule> {
        let rule = |operators, values| Some(Rule { operators, values, presence: Presence::Optional });
        let single =
            |values| Some(Rule { operators: Operators::Equals, values, presence: Presence::RequiredSingle });
        match (category, self) {
            (_, Self::EventCategory) => single(Values::OneOf(&["Data", "Management", "NetworkActivity"])),
            (Category::Management | Category::Data, Self::ReadOnly) => {
                rule(Operators::Equals, Values::OneOf(&["true", "false"]))
            }
            (Category::Management, Self::EventSource) => {
                rule(Operators::NotEquals, Values::OneOf(&EXCLUDABLE_SOURCES))
            }
            (Category::Data, Self::ResourcesType) => single(Values::ResourceType),
            (Category::Data, Self::ResourcesArn) => rule(Operators::Any, Values::ResourceArn),
            (Category::Data, Self::EventSource | Self::EventType) => rule(Operators::Any, Values::Any),
            (Category::Data, Self::SessionCredentialFromConsole) => {
                rule(Operators::EqualsAndNotEquals, Values::OneOf(&["true"]))
            }
            (Category::NetworkActivity, Self::EventSource) => single(Values::NetworkSource),
            (Category::NetworkActivity, Self::ErrorCode) => {
                rule(Operators::Equals, Values::OneOf(&["VpceAccessDenied"]))
            }
            (Category::NetworkActivity, Self::VpcEndpointId) => rule(Operators::Any, Values::Any),
            (Category::Data | Category::NetworkActivity, Self::EventName | Self::UserIdentityArn) => {
                rule(Operators::Any, Values::Any)
            }
            _ => None,
        }
    }
}

impl Operators {
    pub(crate) fn accept(self, operator: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Equals => operator == "Equals",
            Self::NotEquals => operator == "NotEquals",
            Self::EqualsAndNotEquals => matches!(operator, "Equals" | "NotEquals"),
        }
    }
}

impl Values {
    /// Tells whether the value may be given with the operator in a selector of this resource type.
    pub(crate) fn accept(self, value: &str, operator: &str, resource_type: &str) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(known) => known.contains(&value),
            Self::ResourceType => resource_types::is_known(value),
            Self::NetworkSource => network_sources::is_known(value),
            Self::ResourceArn => {
                let whole = matches!(operator, "Equals" | "NotEquals");
                !whole || resource_types::is_arn_of(value, resource_type)
            }
        }
    }
}

/// Returns the six operators with what was given for them, in AWS's order.
pub(crate) fn operators(given: &AdvancedFieldSelector) -> [Operator<'_>; 6] {
    [
        Operator { name: "Equals", values: given.equals.as_deref() },
        Operator { name: "StartsWith", values: given.starts_with.as_deref() },
        Operator { name: "EndsWith", values: given.ends_with.as_deref() },
        Operator { name: "NotEquals", values: given.not_equals.as_deref() },
        Operator { name: "NotStartsWith", values: given.not_starts_with.as_deref() },
        Operator { name: "NotEndsWith", values: given.not_ends_with.as_deref() },
    ]
}
