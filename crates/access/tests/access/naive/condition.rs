//! Conditions, by the names of their operators.

use std::net::IpAddr;

use base64::Engine as _;
use serde_json::Value;

use super::text::{self, Known};

pub(crate) fn all_hold(conditions: Option<&Value>, known: &Known<'_>) -> bool {
    conditions.and_then(Value::as_object).into_iter().flatten().all(|(operator, keys)| {
        keys.as_object()
            .unwrap()
            .iter()
            .all(|(key, expected)| holds(operator, key, &text::texts(expected), known))
    })
}

fn holds(operator: &str, key: &str, expected: &[String], known: &Known<'_>) -> bool {
    let given = known.facts.get(&key.to_lowercase()).cloned().unwrap_or_default();
    if operator == "Null" {
        return expected.iter().any(|expected| (expected == "true") == given.is_empty());
    }
    let (quantifier, operator) = operator.split_once(':').unwrap_or(("", operator));
    let optional = operator.ends_with("IfExists");
    let negative = operator.contains("Not");
    let operator = operator.replace("IfExists", "").replace("Not", "");
    if given.is_empty() {
        return optional || quantifier == "ForAllValues" || (quantifier.is_empty() && negative);
    }
    let hit = |given: &String| expected.iter().any(|expected| compares(&operator, expected, given, known));
    match (quantifier, negative) {
        ("ForAllValues", false) => given.iter().all(hit),
        ("ForAllValues" | "", true) => !given.iter().any(hit),
        (_, true) => given.iter().any(|given| !hit(given)),
        (_, false) => given.iter().any(hit),
    }
}

fn compares(operator: &str, expected: &str, given: &str, known: &Known<'_>) -> bool {
    let value = || {
        let letters = text::expand(expected, known)?;
        Some(letters.into_iter().map(|(letter, _)| letter).collect::<String>())
    };
    match operator {
        "StringEquals" => value().is_some_and(|value| value == given),
        "StringEqualsIgnoreCase" => value().is_some_and(|value| value.to_lowercase() == given.to_lowercase()),
        "StringLike" => text::like(expected, given, known),
        "ArnEquals" | "ArnLike" => text::arn_fits(expected, given, known),
        "Bool" => {
            let given = given.to_lowercase();
            ["true", "false"].contains(&given.as_str()) && given == expected.to_lowercase()
        }
        "BinaryEquals" => {
            let decoded = |text: &str| base64::engine::general_purpose::STANDARD.decode(text).ok();
            decoded(given).is_some() && decoded(given) == decoded(expected)
        }
        "IpAddress" => address(expected, given).unwrap_or(false),
        _ => ordered(operator, expected, given).unwrap_or(false),
    }
}

fn ordered(operator: &str, expected: &str, given: &str) -> Option<bool> {
    let (read, order): (fn(&str) -> Option<f64>, _) = match operator.strip_prefix("Numeric") {
        Some(order) => (number, order),
        None => (seconds, operator.strip_prefix("Date").unwrap()),
    };
    // Adding zero makes one of the two zeros of the other.
    let (given, expected) = (read(given)? + 0.0, read(expected)?);
    Some(match order {
        "Equals" => given.total_cmp(&(expected + 0.0)).is_eq(),
        "LessThan" => given < expected,
        "LessThanEquals" => given <= expected,
        "GreaterThan" => given > expected,
        "GreaterThanEquals" => given >= expected,
        _ => panic!("{operator}"),
    })
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn seconds(text: &str) -> Option<f64> {
    if text.chars().all(|letter| letter.is_ascii_digit()) {
        return number(text);
    }
    let full = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
    let at: jiff::Timestamp = full.parse().ok()?;
    Some(at.as_duration().as_secs_f64())
}

/// Compares the first bits of two addresses of the same family.
fn address(network: &str, given: &str) -> Option<bool> {
    let (network, length) = network.split_once('/').unwrap_or((network, "128"));
    let (network, given) = (bits(network)?, bits(given)?);
    let length: usize = length.parse().ok()?;
    Some(network.len() == given.len() && network.chars().zip(given.chars()).take(length).all(|(a, b)| a == b))
}

fn bits(address: &str) -> Option<String> {
    Some(match address.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(address) => format!("{:032b}", u32::from(address)),
        IpAddr::V6(address) => format!("{:0128b}", u128::from(address)),
    })
}
