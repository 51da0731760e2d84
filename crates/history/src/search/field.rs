//! What a filter looks at: the eight attributes of LookupEvents, and eight beyond.

use std::fmt;
use std::str::FromStr;

use crate::attribute::Attribute;

/// A member of events that a search filters by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// An attribute of LookupEvents.
    Of(Attribute),
    /// What came of the call: `succeeded`, or `failed`, or `failed` and `denied` both. Every event has one.
    Outcome,
    /// The error's code; none where the call succeeded.
    ErrorCode,
    /// The caller's address, or the service that called.
    SourceIpAddress,
    /// The client.
    UserAgent,
    /// The caller's ARN.
    PrincipalArn,
    /// The service's id of the request.
    RequestId,
    /// `AwsApiCall` and its kin.
    EventType,
    /// The account that the event was recorded for.
    RecipientAccountId,
}

/// The text names no field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read a search's field: there is none of this name")]
pub struct FieldError;

impl Field {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Of(Attribute::EventId),
        Self::Of(Attribute::EventName),
        Self::Of(Attribute::ReadOnly),
        Self::Of(Attribute::Username),
        Self::Of(Attribute::ResourceType),
        Self::Of(Attribute::ResourceName),
        Self::Of(Attribute::EventSource),
        Self::Of(Attribute::AccessKeyId),
        Self::Outcome,
        Self::ErrorCode,
        Self::SourceIpAddress,
        Self::UserAgent,
        Self::PrincipalArn,
        Self::RequestId,
        Self::EventType,
        Self::RecipientAccountId,
    ];

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Of(attribute) => attribute.as_str(),
            Self::Outcome => "Outcome",
            Self::ErrorCode => "ErrorCode",
            Self::SourceIpAddress => "SourceIPAddress",
            Self::UserAgent => "UserAgent",
            Self::PrincipalArn => "PrincipalArn",
            Self::RequestId => "RequestId",
            Self::EventType => "EventType",
            Self::RecipientAccountId => "RecipientAccountId",
        }
    }

    /// Returns the number that stands for the field in stored terms; none for fields without terms, whose values
    /// nearly all events share or nobody looks for alone. Never changes.
    pub(crate) fn tag(self) -> Option<u64> {
        match self {
            Self::Of(attribute) => Some(attribute.tag()),
            Self::ErrorCode => Some(9),
            Self::SourceIpAddress => Some(10),
            Self::PrincipalArn => Some(11),
            Self::RequestId => Some(12),
            Self::Outcome | Self::UserAgent | Self::EventType | Self::RecipientAccountId => None,
        }
    }

    /// Tells whether splits of version 1 have its terms too.
    pub(crate) fn is_in_version_1(self) -> bool {
        matches!(self, Self::Of(_))
    }
}

impl FromStr for Field {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|field| field.as_str() == text).ok_or(FieldError)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_is_read_back_from_its_name() {
        for field in Field::ALL {
            assert_eq!(field.to_string().parse(), Ok(field));
        }
        for other in ["", "eventId", "SourceIpAddress", "EventTime"] {
            assert_eq!(other.parse::<Field>(), Err(FieldError), "{other}");
        }
    }
}
