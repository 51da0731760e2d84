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
    /// With what; empty for [`Operator::Exists`] and [`Operator::NotExists`]. In order where it is compared.
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
    /// Puts the values in order, and leaves those out that add nothing: what is compared with each of a million values
    /// is looked up among them.
    pub(crate) fn in_order(mut self) -> Self {
        self.values.sort_unstable();
        match self.operator {
            Operator::StartsWith => self.values.dedup_by(|longer, kept| longer.starts_with(kept.as_str())),
            _ => self.values.dedup(),
        }
        self
    }

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
            Operator::Equals | Operator::NotEquals => {
                self.values.binary_search_by(|wanted| wanted.as_str().cmp(value)).is_ok()
            }
            // None begins with another: if any begins the value, it is the last that is not greater.
            Operator::StartsWith => {
                let last = self.first_after(value).checked_sub(1).and_then(|at| self.values.get(at));
                last.is_some_and(|wanted| value.starts_with(wanted.as_str()))
            }
            Operator::Exists | Operator::NotExists => true,
        }
    }

    /// Tells whether a value that is wanted begins with this one and goes on.
    pub(crate) fn goes_on_from(&self, beginning: &str) -> bool {
        let next = self.values.get(self.first_after(beginning));
        next.is_some_and(|wanted| wanted.starts_with(beginning))
    }

    fn first_after(&self, value: &str) -> usize {
        self.values.partition_point(|wanted| wanted.as_str() <= value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn looking_up_agrees_with_comparing_each(
            values in proptest::collection::vec("[ab]{1,4}", 1..8), value in "[ab]{0,5}",
        ) {
            let filter = |operator| {
                Filter { field: Field::UserAgent, operator, values: values.clone() }.in_order()
            };
            prop_assert_eq!(filter(Operator::Equals).meets(&value), values.contains(&value));
            prop_assert_eq!(filter(Operator::NotEquals).meets(&value), values.contains(&value));
            let begins = values.iter().any(|wanted| value.starts_with(wanted.as_str()));
            prop_assert_eq!(filter(Operator::StartsWith).meets(&value), begins);
            let goes_on =
                values.iter().any(|wanted| wanted.len() > value.len() && wanted.starts_with(value.as_str()));
            prop_assert_eq!(filter(Operator::Equals).goes_on_from(&value), goes_on);
            // Of beginnings, one that is another's says as much.
            prop_assert_eq!(filter(Operator::StartsWith).goes_on_from(&value) || begins, goes_on || begins);
        }
    }
}
