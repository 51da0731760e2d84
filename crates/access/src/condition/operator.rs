//! Condition operators by name.

use std::cmp::Ordering;

use super::Quantifier;

/// A condition operator: what it compares and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operator {
    pub(super) quantifier: Quantifier,
    pub(super) comparison: Comparison,
    pub(super) sense: Sense,
    /// `…IfExists`: holds when the key is absent.
    pub(super) if_exists: bool,
}

/// Whether a value must fit or must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    Positive,
    /// `…Not…`.
    Negated,
}

/// What two values are compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Text,
    TextIgnoringCase,
    TextLike,
    Number(Order),
    Date(Order),
    Bool,
    Binary,
    Address,
    Arn,
    /// Whether the key is absent.
    Null,
}

/// How the request's value must stand to the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub(super) fn admits(self, found: Ordering) -> bool {
        match self {
            Self::Equal => found.is_eq(),
            Self::Less => found.is_lt(),
            Self::LessOrEqual => found.is_le(),
            Self::Greater => found.is_gt(),
            Self::GreaterOrEqual => found.is_ge(),
        }
    }
}

impl Operator {
    /// Reads an operator's name, such as `ForAnyValue:StringNotLikeIfExists`.
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        let (quantifier, rest) = match name.split_once(':') {
            None => (Quantifier::Plain, name),
            Some(("ForAnyValue", rest)) => (Quantifier::Any, rest),
            Some(("ForAllValues", rest)) => (Quantifier::All, rest),
            Some(_) => return Err(unknown(name)),
        };
        let (rest, if_exists) = match rest.strip_suffix("IfExists") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let (comparison, sense) = named(rest).ok_or_else(|| unknown(name))?;
        if comparison == Comparison::Null && (if_exists || quantifier != Quantifier::Plain) {
            return Err("Null asks whether a key is there: it takes no prefix and no IfExists".to_owned());
        }
        Ok(Self { quantifier, comparison, sense, if_exists })
    }
}

fn named(name: &str) -> Option<(Comparison, Sense)> {
    let plain = |comparison| Some((comparison, Sense::Positive));
    let not = |comparison| Some((comparison, Sense::Negated));
    match name {
        "StringEquals" => plain(Comparison::Text),
        "StringNotEquals" => not(Comparison::Text),
        "StringEqualsIgnoreCase" => plain(Comparison::TextIgnoringCase),
        "StringNotEqualsIgnoreCase" => not(Comparison::TextIgnoringCase),
        "StringLike" => plain(Comparison::TextLike),
        "StringNotLike" => not(Comparison::TextLike),
        "Bool" => plain(Comparison::Bool),
        "BinaryEquals" => plain(Comparison::Binary),
        "IpAddress" => plain(Comparison::Address),
        "NotIpAddress" => not(Comparison::Address),
        // AWS evaluates ArnEquals as ArnLike: both know wildcards.
        "ArnEquals" | "ArnLike" => plain(Comparison::Arn),
        "ArnNotEquals" | "ArnNotLike" => not(Comparison::Arn),
        "Null" => plain(Comparison::Null),
        _ => {
            if let Some(rest) = name.strip_prefix("Numeric") {
                let (order, sense) = order(rest)?;
                return Some((Comparison::Number(order), sense));
            }
            let (order, sense) = order(name.strip_prefix("Date")?)?;
            Some((Comparison::Date(order), sense))
        }
    }
}

fn order(name: &str) -> Option<(Order, Sense)> {
    Some(match name {
        "Equals" => (Order::Equal, Sense::Positive),
        "NotEquals" => (Order::Equal, Sense::Negated),
        "LessThan" => (Order::Less, Sense::Positive),
        "LessThanEquals" => (Order::LessOrEqual, Sense::Positive),
        "GreaterThan" => (Order::Greater, Sense::Positive),
        "GreaterThanEquals" => (Order::GreaterOrEqual, Sense::Positive),
        _ => return None,
    })
}

fn unknown(name: &str) -> String {
    format!("the condition operator {name} is unknown")
}
