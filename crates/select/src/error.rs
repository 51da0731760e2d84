//! Why selectors are refused. The text is the message of `InvalidEventSelectorsException`.

use crate::advanced::{NAME_CHARS_MAX, VALUE_CHARS_MAX, VALUES_MAX as ADVANCED_VALUES_MAX};
use crate::basic::{SELECTORS_MAX, VALUES_MAX as BASIC_VALUES_MAX};

/// The selectors are refused; the text is written for the client. The caller corrects the input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    /// Basic and advanced selectors were given together.
    #[error("EventSelectors and AdvancedEventSelectors cannot be specified together; specify one of them.")]
    BothKinds,
    /// Neither basic nor advanced selectors were given.
    #[error("At least one event selector or advanced event selector must be specified.")]
    NoSelectors,
    /// There are more basic selectors than a trail may have.
    #[error("A trail can have at most {SELECTORS_MAX} event selectors; {given} were specified.")]
    TooManySelectors {
        /// How many were given.
        given: usize,
    },
    /// The basic selectors name more resources than a trail may have.
    #[error(
        "A trail can have at most {BASIC_VALUES_MAX} data resources across all event selectors; \
         {given} were specified."
    )]
    TooManyDataResources {
        /// How many were given, without those that stand for all resources.
        given: usize,
    },
    /// A basic selector names a type that only advanced selectors accept, or none.
    #[error("Value {0} for DataResources.Type is invalid.")]
    DataResourceType(String),
    /// A value is not an ARN, prefix or "all" of its type, or holds a wildcard.
    #[error("Value {0} for DataResources.Values is invalid.")]
    DataResourceValue(String),
    /// Management events of this source cannot be excluded.
    #[error("Value {0} for ExcludeManagementEventSources is invalid.")]
    ExcludedSource(String),
    /// The advanced selectors hold more values than a trail may have.
    #[error(
        "A trail can have at most {ADVANCED_VALUES_MAX} values across all conditions of its advanced event \
         selectors; {given} were specified."
    )]
    TooManyValues {
        /// How many were given.
        given: usize,
    },
    /// One advanced selector is wrong.
    #[error("Advanced event selector {position} is invalid: {fault}")]
    Advanced {
        /// Which one, counted from 1.
        position: usize,
        /// What is wrong with it.
        fault: FieldFault,
    },
}

/// What is wrong with one advanced selector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldFault {
    /// The name is too long.
    #[error("Name can have at most {NAME_CHARS_MAX} characters.")]
    Name,
    /// A field that no selector knows.
    #[error("Field {0} is not a valid field.")]
    Unknown(String),
    /// A field is named twice.
    #[error("Field {0} is specified more than once.")]
    Duplicate(&'static str),
    /// A field without any operator, or an operator without values.
    #[error("Field {0} must have at least one operator, and each operator at least one value.")]
    Empty(&'static str),
    /// A value that is empty or too long.
    #[error("Values of field {0} must have 1 to {VALUE_CHARS_MAX} characters.")]
    ValueLength(&'static str),
    /// A field that every selector of the category needs is absent.
    #[error("Field {field} is required{}.", of_category(.category))]
    Missing {
        /// The field.
        field: &'static str,
        /// The category that needs it; `None` when all do.
        category: Option<&'static str>,
    },
    /// A category that trails do not record.
    #[error(
        "Value {0} for field eventCategory is invalid; trails accept Management, Data and NetworkActivity."
    )]
    Category(String),
    /// A field that selectors of the category do not accept.
    #[error("Field {field} is not valid for eventCategory {category}.")]
    NotOfCategory {
        /// The field.
        field: &'static str,
        /// The category.
        category: &'static str,
    },
    /// An operator that the field does not accept.
    #[error("Operator {operator} is not valid for field {field} of eventCategory {category}.")]
    Operator {
        /// The field.
        field: &'static str,
        /// The operator.
        operator: &'static str,
        /// The category.
        category: &'static str,
    },
    /// More values than the field accepts.
    #[error("Field {0} must have exactly one value.")]
    NotSingle(&'static str),
    /// A value that the field does not accept.
    #[error("Value {value} for field {field} is invalid.")]
    Value {
        /// The field.
        field: &'static str,
        /// The value.
        value: String,
    },
}

fn of_category(category: &Option<&'static str>) -> String {
    category.map_or_else(String::new, |category| format!(" for eventCategory {category}"))
}
