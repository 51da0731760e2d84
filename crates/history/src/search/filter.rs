//! One condition of a search, held against what an event tells of itself.

use std::str::FromStr;

use super::field::Field;
use crate::lookup_fields::LookupFields;

/// A condition. All conditions of a search must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// What is looked at.
    pub field: Field,
    /// How it is compared.
    pub operator: Operator,
    /// With what; empty for [`Operator::Exists`] and [`Operator::NotExists`].
    pub values: Vec<String>,
}

/// How a filter compares. Letters' case counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// The event has one of the values.
    Equals,
    /// The event has none of the values; it may have none at all.
    NotEquals,
    /// A value of the event begins with one of the values.
    StartsWith,
    /// The event has a value.
    Exists,
    /// The event has no value.
    NotExists,
}

/// The text names no operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read a search's operator: there is none of this name")]
pub struct OperatorError;

impl Operator {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Equals, Self::NotEquals, Self::StartsWith, Self::Exists, Self::NotExists];

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equals => "Equals",
            Self::NotEquals => "NotEquals",
            Self::StartsWith => "StartsWith",
            Self::Exists => "Exists",
            Self::NotExists => "NotExists",
        }
    }

    /// Tells whether it compares with values.
    pub fn has_values(self) -> bool {
        !matches!(self, Self::Exists | Self::NotExists)
    }
}

impl FromStr for Operator {
    type Err = OperatorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|operator| operator.as_str() == text).ok_or(OperatorError)
    }
}

impl Filter {
    /// Tells whether the condition holds for an event.
    pub(crate) fn holds(&self, fields: &LookupFields<'_>) -> bool {
        fields.any(self.field, |value| self.meets(value)) != self.is_negative()
    }

    /// Tells whether it holds where an event has no such value.
    pub(crate) fn is_negative(&self) -> bool {
        matches!(self.operator, Operator::NotEquals | Operator::NotExists)
    }

    /// Tells whether a value is one that the condition names: the condition holds where an event has such a value
    /// or, if it is [negative](Self::is_negative), where it has none.
    pub(crate) fn meets(&self, value: &str) -> bool {
        match self.operator {
            Operator::Equals | Operator::NotEquals => self.values.iter().any(|wanted| wanted == value),
            Operator::StartsWith => self.values.iter().any(|wanted| value.starts_with(wanted.as_str())),
            Operator::Exists | Operator::NotExists => true,
        }
    }
}
