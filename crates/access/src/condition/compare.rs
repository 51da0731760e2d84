//! Values of a policy, read once, against values of a request, read when they are compared.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::operator::{Comparison, Order};
use crate::Context;
use crate::pattern::{ArnPattern, Case, Pattern, Syntax, Variables, Wildcards};

/// A value that a policy expects.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expected {
    Text { pattern: Pattern, case: TextCase },
    Number { order: Order, value: f64 },
    Date { order: Order, value: Timestamp },
    Bool(bool),
    Binary(Vec<u8>),
    Network { address: IpAddr, prefix_bits: u8 },
    AnyArn,
    Arn(ArnPattern),
    Absent(bool),
}

/// Whether letters of either case are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextCase {
    Sensitive,
    Insensitive,
}

impl Expected {
    /// Reads a policy's value as the type that `comparison` needs.
    pub(super) fn parse(
        comparison: Comparison,
        text: &str,
        variables: Variables,
    ) -> Result<Self, &'static str> {
        let pattern = |wildcards, case| {
            let pattern = Pattern::parse(text, Syntax { wildcards, variables })?;
            Ok(Self::Text { pattern, case })
        };
        match comparison {
            Comparison::Text => pattern(Wildcards::Plain, TextCase::Sensitive),
            Comparison::TextIgnoringCase => pattern(Wildcards::Plain, TextCase::Insensitive),
            Comparison::TextLike => pattern(Wildcards::Special, TextCase::Sensitive),
            Comparison::Number(order) => {
                number(text).map(|value| Self::Number { order, value }).ok_or("a number is needed")
            }
            Comparison::Date(order) => date(text)
                .map(|value| Self::Date { order, value })
                .ok_or("a date is needed, such as 2026-03-02T08:14:55Z, or seconds since 1970"),
            Comparison::Bool => boolean(text).map(Self::Bool).ok_or("true or false is needed"),
            Comparison::Binary => {
                STANDARD.decode(text).map(Self::Binary).map_err(|_malformed| "base64 is needed")
            }
            Comparison::Address => network(text)
                .map(|(address, prefix_bits)| Self::Network { address, prefix_bits })
                .ok_or("an IP address or a CIDR block is needed, such as 203.0.113.0/24"),
            Comparison::Arn if text == "*" => Ok(Self::AnyArn),
            // A variable that stands for the whole ARN has no parts to see yet.
            Comparison::Arn if Pattern::is_one_variable(text, variables) => {
                pattern(Wildcards::Plain, TextCase::Sensitive)
            }
            Comparison::Arn => ArnPattern::parse(text, variables).map(Self::Arn),
            Comparison::Null => boolean(text).map(Self::Absent).ok_or("true or false is needed"),
        }
    }

    /// Tells whether a request's value fits; a value that is not of the type fits nothing.
    pub(super) fn admits(&self, given: &str, context: &Context) -> bool {
        match self {
            Self::Text { pattern, case } => {
                let case = match case {
                    TextCase::Sensitive => Case::Sensitive,
                    TextCase::Insensitive => Case::Insensitive,
                };
                pattern.matches(given, context, case)
            }
            Self::Number { order, value } => number(given)
                .and_then(|given| given.partial_cmp(value))
                .is_some_and(|found| order.admits(found)),
            Self::Date { order, value } => date(given).is_some_and(|given| order.admits(given.cmp(value))),
            Self::Bool(value) => boolean(given) == Some(*value),
            Self::Binary(value) => STANDARD.decode(given).is_ok_and(|given| given == *value),
            Self::Network { address, prefix_bits } => {
                given.parse().is_ok_and(|given: IpAddr| contains(*address, *prefix_bits, given))
            }
            Self::AnyArn => given.split(':').count() >= 6 && given.starts_with("arn:"),
            Self::Arn(pattern) => pattern.matches(given, context),
            Self::Absent(_) => false,
        }
    }

    /// Tells whether this is a `Null` test that holds for a key that is `absent`.
    pub(super) fn is_null_test(&self, absent: bool) -> bool {
        *self == Self::Absent(absent)
    }
}

fn number(text: &str) -> Option<f64> {
    let decimal = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    text.bytes().all(decimal).then(|| text.parse().ok()).flatten().filter(|value: &f64| value.is_finite())
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Reads a date and time with its offset, a day (its first moment in UTC), or seconds since 1970.
fn date(text: &str) -> Option<Timestamp> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Timestamp::from_second(seconds).ok();
    }
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    match text.parse() {
        Ok(at) => Some(at),
        Err(_) if text.len() == DAY_LENGTH => day().map(|day| day.timestamp()),
        Err(_) => None,
    }
}

fn network(text: &str) -> Option<(IpAddr, u8)> {
    let Some((address, bits)) = text.split_once('/') else {
        let address: IpAddr = text.parse().ok()?;
        return Some((address, width_bits(address)));
    };
    let address: IpAddr = address.parse().ok()?;
    let digits = bits.bytes().all(|byte| byte.is_ascii_digit());
    let bits: u8 = bits.parse().ok().filter(|bits| digits && *bits <= width_bits(address))?;
    Some((address, bits))
}

fn contains(network: IpAddr, prefix_bits: u8, address: IpAddr) -> bool {
    // A dual-stack socket shows an IPv4 peer as ::ffff:a.b.c.d; policies name it a.b.c.d.
    match (network, address.to_canonical()) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let kept = u32::MAX.checked_shl(32 - u32::from(prefix_bits)).unwrap_or(0);
            network.to_bits() & kept == address.to_bits() & kept
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let kept = u128::MAX.checked_shl(128 - u32::from(prefix_bits)).unwrap_or(0);
            network.to_bits() & kept == address.to_bits() & kept
        }
        _ => false,
    }
}

fn width_bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// `2026-03-02`.
const DAY_LENGTH: usize = 10;
