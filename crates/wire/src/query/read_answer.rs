//! From the XML of an answer back to the value of its shape.

use serde_json::{Map, Number, Value};

use super::Operation;
use crate::shape::Shape;
use crate::xml::Element;
use crate::{Timestamp, casing};

/// Reads the answer of a successful call: the output's members under their names on the wire, times as
/// ISO 8601 text. What the operation does not answer is left out; a value that does not read as its type
/// stays text. Nothing when the body is no answer of this operation, or the operation answers nothing.
pub fn read_answer<O: Operation>(operation: O, body: &[u8]) -> Option<Value> {
    let root = Element::parse(body)?;
    if root.name != format!("{}Response", operation.name()) {
        return None;
    }
    let result = root.child(&format!("{}Result", operation.name()))?;
    Some(value(operation.model().output, result))
}

/// Renders the record's `responseElements` from the answer of a successful call, with times as `spell`
/// writes them; absent when the answer is empty or cannot be read.
pub fn response_elements<O: Operation>(
    operation: O,
    body: &[u8],
    spell: fn(Timestamp) -> String,
) -> Option<Value> {
    casing::recorded(operation.model().output, &read_answer(operation, body)?, spell)
}

fn value(shape: &Shape, element: &Element) -> Value {
    let text = element.text.as_str();
    match shape {
        Shape::Structure(members) => {
            let read = members.iter().filter_map(|member| {
                Some((member.name.to_owned(), value(member.shape, element.child(member.name)?)))
            });
            Value::Object(read.collect())
        }
        Shape::List { item, .. } => {
            let items = element.children.iter().filter(|child| child.name == "member");
            Value::Array(items.map(|child| value(item, child)).collect())
        }
        Shape::Map { value: entry, .. } => Value::Object(entries(entry, element)),
        Shape::Integer { .. } => {
            text.parse::<i64>().map_or_else(|_not_a_number| Value::from(text), Value::from)
        }
        Shape::Float => {
            let number = text.parse().ok().and_then(Number::from_f64);
            number.map_or_else(|| Value::from(text), Value::Number)
        }
        Shape::Boolean => text.parse::<bool>().map_or_else(|_neither| Value::from(text), Value::from),
        Shape::Timestamp => Value::from(text),
        Shape::Text { .. } | Shape::Blob => Value::from(element.untrimmed.as_str()),
    }
}

fn entries(shape: &Shape, element: &Element) -> Map<String, Value> {
    let entries = element.children.iter().filter(|child| child.name == "entry");
    entries
        .filter_map(|entry| {
            Some((entry.child("key")?.untrimmed.clone(), value(shape, entry.child("value")?)))
        })
        .collect()
}
