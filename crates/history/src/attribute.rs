//! The eight attributes that events can be looked up by, and the terms they are indexed as.

use std::fmt;
use std::str::FromStr;

use cairn_event::{AccountId, Region};

use crate::hash::xxh64;

/// An attribute that LookupEvents filters by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// The record's GUID.
    EventId,
    /// The API action.
    EventName,
    /// `true` or `false`.
    ReadOnly,
    /// The user, the role session or the service that called.
    Username,
    /// A CloudFormation-like resource type.
    ResourceType,
    /// A resource's id, name or ARN.
    ResourceName,
    /// `<service>.amazonaws.com`.
    EventSource,
    /// The key that signed.
    AccessKeyId,
}

/// The text names no attribute.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read a lookup attribute: it is none of the eight")]
pub struct AttributeError;

/// Which of the two histories of an account and Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HistoryCategory {
    /// Management events.
    Management,
    /// Insights events.
    Insight,
}

/// One account's history of one category in one Region, as a number that terms are derived from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scope(u64);

/// What the index holds for an event: the scope alone, or the scope with an attribute's value.
///
/// A term is a 64-bit hash. Equal terms do not prove equal values: whoever finds by term looks at the
/// event itself before believing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Term(u64);

impl Attribute {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::EventId,
        Self::EventName,
        Self::ReadOnly,
        Self::Username,
        Self::ResourceType,
        Self::ResourceName,
        Self::EventSource,
        Self::AccessKeyId,
    ];

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EventId => "EventId",
            Self::EventName => "EventName",
            Self::ReadOnly => "ReadOnly",
            Self::Username => "Username",
            Self::ResourceType => "ResourceType",
            Self::ResourceName => "ResourceName",
            Self::EventSource => "EventSource",
            Self::AccessKeyId => "AccessKeyId",
        }
    }

    /// Returns the number that stands for the attribute in stored terms; never changes.
    pub(crate) fn tag(self) -> u64 {
        match self {
            Self::EventId => 1,
            Self::EventName => 2,
            Self::ReadOnly => 3,
            Self::Username => 4,
            Self::ResourceType => 5,
            Self::ResourceName => 6,
            Self::EventSource => 7,
            Self::AccessKeyId => 8,
        }
    }
}

impl FromStr for Attribute {
    type Err = AttributeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|attribute| attribute.as_str() == text).ok_or(AttributeError)
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Scope {
    /// Derives the scope.
    pub(crate) fn of(category: HistoryCategory, account: AccountId, region: &Region) -> Self {
        let category = match category {
            HistoryCategory::Management => 1,
            HistoryCategory::Insight => 2,
        };
        Self(xxh64(region.as_str().as_bytes(), xxh64(account.as_str().as_bytes(), category)))
    }

    /// Returns the term that every event of the scope has.
    pub(crate) fn everything(self) -> Term {
        Term::new(xxh64(&[], self.0))
    }

    /// Returns the term of the events whose `attribute` has this value.
    pub(crate) fn term(self, attribute: Attribute, value: &str) -> Term {
        self.tagged(attribute.tag(), value)
    }

    /// Returns the term of a value of what has this number.
    pub(crate) fn tagged(self, tag: u64, value: &str) -> Term {
        Term::new(xxh64(value.as_bytes(), self.0.wrapping_add(tag.wrapping_mul(SPREAD))))
    }
}

impl Term {
    /// Stands for "the event has no such value"; no value's term equals it.
    pub(crate) const NONE: Self = Self(0);

    /// Returns the number as stored.
    pub(crate) fn number(self) -> u64 {
        self.0
    }

    fn new(hash: u64) -> Self {
        Self(hash.max(1))
    }
}

/// Sets the seeds of one scope's attributes far apart.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
