//! From the names and values of the wire to those of CloudTrail's records.
//!
//! The first letter of each member is lower-cased and nothing else: `TrailARN` → `trailARN`,
//! `S3BucketName` → `s3BucketName`. The keys of a map are data and stay as they are; timestamps are
//! spelled out.

use serde::Serialize;
use serde_json::{Map, Value};

pub use crate::reading::lower_first;
use crate::shape::Shape;
use crate::{Operation, Timestamp};

/// Renders the record's `requestParameters` of a CloudTrail call from its parameters as sent; absent
/// when nothing was sent.
pub fn request_parameters(operation: Operation, parameters: &Value) -> Option<Value> {
    unless_empty(recase(operation.model().input, parameters, Timestamp::recorded))
}

/// Renders the record's `responseElements` of a successful CloudTrail call; absent for reads and for
/// empty answers.
pub fn response_elements(operation: Operation, output: &impl Serialize) -> Option<Value> {
    if !operation.records_response() {
        return None;
    }
    // The generated responses hold nothing that JSON cannot; a foreign type that does is left out.
    let output = serde_json::to_value(output).ok()?;
    unless_empty(recase(operation.model().output, &output, Timestamp::recorded))
}

/// How a service's records spell a time.
pub(crate) type Spell = fn(Timestamp) -> String;

/// Renders a value of `shape` as records hold it; absent when it is empty.
pub(crate) fn recorded(shape: &Shape, value: &Value, spell: Spell) -> Option<Value> {
    unless_empty(recase(shape, value, spell))
}

/// Lower-cases the first letter of every key at any depth, for services whose shapes are not at hand.
///
/// Recurses as deep as `value` is nested, which [`json11::NESTING_MAX`](crate::json11::NESTING_MAX)
/// bounds for everything that came over the wire.
pub fn lower_first_letters(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let recased = members.iter().map(|(name, value)| (lower_first(name), lower_first_letters(value)));
            Value::Object(recased.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(lower_first_letters).collect()),
        other => other.clone(),
    }
}

fn recase(shape: &Shape, value: &Value, spell: Spell) -> Value {
    match (shape, value) {
        (Shape::Structure(members), Value::Object(given)) => {
            let mut recased = Map::new();
            for member in *members {
                // Some services write null for what is not there.
                if let Some(value) = given.get(member.name).filter(|value| !value.is_null()) {
                    recased.insert(lower_first(member.name), recase(member.shape, value, spell));
                }
            }
            Value::Object(recased)
        }
        (Shape::List { item, .. }, Value::Array(items)) => {
            Value::Array(items.iter().map(|value| recase(item, value, spell)).collect())
        }
        (Shape::Map { value: entry, .. }, Value::Object(given)) => {
            let entries = given.iter().map(|(key, value)| (key.clone(), recase(entry, value, spell)));
            Value::Object(entries.collect())
        }
        (Shape::Timestamp, value) => match Timestamp::from_json(value) {
            Ok(at) => Value::String(spell(at)),
            Err(_) => value.clone(),
        },
        (_, value) => value.clone(),
    }
}

fn unless_empty(value: Value) -> Option<Value> {
    match &value {
        Value::Object(members) if members.is_empty() => None,
        Value::Null => None,
        _ => Some(value),
    }
}

#[cfg(test)]
mod tests;
