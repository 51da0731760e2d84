//! Broken constraints, in AWS's words.

use std::fmt;

use crate::{ErrorCode, Operation};

/// How many violations of one request are looked for; the rest is not worth the caller's reading.
pub const VIOLATIONS_MAX: usize = 20;

/// How many characters of an offending value are shown.
pub const SHOWN_CHARS_MAX: usize = 256;

/// A rule of the service model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constraint {
    /// The member is required.
    NotNull,
    /// The least length, in characters, items or entries.
    LengthMin(i64),
    /// The greatest length, in characters, items or entries.
    LengthMax(i64),
    /// The least number.
    ValueMin(i64),
    /// The greatest number.
    ValueMax(i64),
    /// The regular expression that the whole value has to match.
    Pattern(&'static str),
    /// The words that are allowed.
    Values(&'static [&'static str]),
    /// Every item of a list.
    Items(Vec<Self>),
    /// Every key of a map.
    Keys(Vec<Self>),
    /// Every value of a map.
    Entries(Vec<Self>),
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The top-level member of the request, as it is named on the wire.
    pub member: &'static str,
    /// The place, such as `tagsList.1.member.key`.
    pub path: String,
    /// The offending value as text; absent when there is none.
    pub value: Option<String>,
    /// The rule.
    pub constraint: Constraint,
}

/// Everything that is wrong with a request; at most [`VIOLATIONS_MAX`] rules are named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Adds `violation` unless the list is full.
    pub(crate) fn push(&mut self, violation: Violation) {
        if self.0.len() < VIOLATIONS_MAX {
            self.0.push(violation);
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the violations in the order of the model's members.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }

    /// Chooses the error class that `operation` answers with: the one made for the offending member
    /// where the operation declares it, `InvalidParameterException` where it declares that,
    /// `ValidationException` otherwise. The first violation decides.
    pub fn code(&self, operation: Operation) -> ErrorCode {
        let own = self.0.first().and_then(|violation| own_code(violation.member));
        [own, Some(ErrorCode::InvalidParameterException)]
            .into_iter()
            .flatten()
            .find(|&code| operation.declares(code))
            .unwrap_or(ErrorCode::ValidationException)
    }
}

/// The error class that exists for a bad value of one member.
fn own_code(member: &str) -> Option<ErrorCode> {
    Some(match member {
        "AdvancedEventSelectors" | "EventSelectors" => ErrorCode::InvalidEventSelectorsException,
        "EventCategory" => ErrorCode::InvalidEventCategoryException,
        "InsightSelectors" => ErrorCode::InvalidInsightSelectorsException,
        "LookupAttributes" => ErrorCode::InvalidLookupAttributesException,
        "MaxQueryResults" | "MaxResults" => ErrorCode::InvalidMaxResultsException,
        "NextToken" => ErrorCode::InvalidNextTokenException,
        "QueryStatus" => ErrorCode::InvalidQueryStatusException,
        "Tags" | "TagsList" => ErrorCode::InvalidTagParameterException,
        _ => return None,
    })
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0.len() == 1 { "" } else { "s" };
        write!(f, "{} validation error{plural} detected: ", self.0.len())?;
        for (at, violation) in self.0.iter().enumerate() {
            write!(f, "{}{violation}", if at == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "Value '{value}'")?,
            None => f.write_str("Value null")?,
        }
        write!(f, " at '{}' failed to satisfy constraint: {}", self.path, self.constraint)
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNull => f.write_str("Member must not be null"),
            Self::LengthMin(min) => write!(f, "Member must have length greater than or equal to {min}"),
            Self::LengthMax(max) => write!(f, "Member must have length less than or equal to {max}"),
            Self::ValueMin(min) => write!(f, "Member must have value greater than or equal to {min}"),
            Self::ValueMax(max) => write!(f, "Member must have value less than or equal to {max}"),
            Self::Pattern(source) => write!(f, "Member must satisfy regular expression pattern: {source}"),
            Self::Values(values) => write!(f, "Member must satisfy enum value set: [{}]", values.join(", ")),
            Self::Items(rules) => write!(f, "Member must satisfy constraint: [{}]", Joined(rules)),
            Self::Keys(rules) => write!(f, "Map keys must satisfy constraint: [{}]", Joined(rules)),
            Self::Entries(rules) => write!(f, "Map value must satisfy constraint: [{}]", Joined(rules)),
        }
    }
}

struct Joined<'a>(&'a [Constraint]);

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, rule) in self.0.iter().enumerate() {
            write!(f, "{}{rule}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
