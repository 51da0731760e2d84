//! The later shapes: the XML that a call stands for, as the converter renders it that CloudTrail uses.

use cairn_operations::{Kind, Member, Operation, ShapeId, Shapes};
use serde_json::{Map, Value, json};

use super::{Answer, DEPTH_MAX, REMOVED, names};
use crate::json_of_xml::scalar;

/// Renders what was asked: names as in the query, each entry of a list with its number as `tag`.
pub(super) fn request(
    shapes: &Shapes,
    operation: &Operation,
    given: &Map<String, Value>,
) -> Map<String, Value> {
    let own = operation.input.and_then(|input| members(shapes, input)).unwrap_or_default();
    let shown = asked(shapes, own, given, 0);
    // An element without anything in it is an empty text.
    let shown = if shown.is_empty() { Value::from("") } else { Value::Object(shown) };
    std::iter::once((names::of_request(&operation.name), shown)).collect()
}

/// Renders what was answered.
pub(super) fn response(answer: &Answer<'_>) -> Map<String, Value> {
    let mut shown = Map::new();
    shown.insert("xmlns".to_owned(), Value::from(NAMESPACE));
    shown.insert("requestId".to_owned(), Value::from(answer.id));
    match answer.operation.output.and_then(|output| members(answer.shapes, output)) {
        Some(own) => shown.extend(answered(answer.shapes, own, answer.members, 0)),
        None => {
            shown.insert("return".to_owned(), Value::Bool(true));
        }
    }
    std::iter::once((format!("{}Response", answer.operation.name), Value::Object(shown))).collect()
}

fn asked(shapes: &Shapes, own: &[Member], given: &Map<String, Value>, depth: usize) -> Map<String, Value> {
    let shown = own.iter().filter_map(|member| {
        let value = given.get(&member.name)?;
        let secret = member.sensitive.then(|| Value::from(REMOVED));
        Some((
            in_query(member),
            secret.unwrap_or_else(|| asked_value(shapes, member.shape, value, depth + 1)),
        ))
    });
    shown.collect()
}

/// Returns the name of a member in EC2's query.
fn in_query(member: &Member) -> String {
    match &member.query_name {
        Some(name) => name.clone(),
        None => {
            let mut chars = member.on_wire().chars();
            chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
        }
    }
}

fn asked_value(shapes: &Shapes, shape: ShapeId, value: &Value, depth: usize) -> Value {
    if depth > DEPTH_MAX {
        return Value::Null;
    }
    match (shapes.get(shape).map(|shape| (&shape.kind, shape.sensitive)), value) {
        (Some((_, true)), _) => Value::from(REMOVED),
        (Some((Kind::Structure { members, .. }, _)), Value::Object(given)) => {
            Value::Object(asked(shapes, members, given, depth))
        }
        (Some((Kind::List { item, .. }, _)), Value::Array(values)) => {
            let entries = values.iter().zip(1_u32..).map(|(value, number)| {
                match asked_value(shapes, *item, value, depth + 1) {
                    Value::Object(mut members) => {
                        members.insert("tag".to_owned(), Value::from(number));
                        Value::Object(members)
                    }
                    content => json!({ "tag": number, "content": content }),
                }
            });
            repeated(entries.collect())
        }
        (_, Value::String(text)) => scalar(text),
        (_, value) => value.clone(),
    }
}

fn answered(shapes: &Shapes, own: &[Member], given: &Map<String, Value>, depth: usize) -> Map<String, Value> {
    let shown = own.iter().filter_map(|member| {
        let value = given.get(&member.name)?;
        let secret = member.sensitive.then(|| Value::from(REMOVED));
        let value = secret.unwrap_or_else(|| answered_value(shapes, member.shape, value, depth + 1));
        Some((member.on_wire().to_owned(), value))
    });
    shown.collect()
}

fn answered_value(shapes: &Shapes, shape: ShapeId, value: &Value, depth: usize) -> Value {
    if depth > DEPTH_MAX {
        return Value::Null;
    }
    match (shapes.get(shape).map(|shape| (&shape.kind, shape.sensitive)), value) {
        (Some((_, true)), _) => Value::from(REMOVED),
        (Some((Kind::Structure { members, .. }, _)), Value::Object(given)) => {
            let shown = answered(shapes, members, given, depth);
            if shown.is_empty() { Value::from("") } else { Value::Object(shown) }
        }
        (Some((Kind::List { .. }, _)), Value::Array(values)) if values.is_empty() => Value::from(""),
        (Some((Kind::List { item, .. }, _)), Value::Array(values)) => {
            let items = values.iter().map(|value| answered_value(shapes, *item, value, depth + 1));
            json!({ "item": repeated(items.collect()) })
        }
        (_, Value::String(text)) => scalar(text),
        (_, value) => value.clone(),
    }
}

/// A single element is itself, several of one name are a list.
fn repeated(mut values: Vec<Value>) -> Value {
    match values.len() {
        1 => values.remove(0),
        _ => Value::Array(values),
    }
}

fn members(shapes: &Shapes, shape: ShapeId) -> Option<&[Member]> {
    match &shapes.get(shape)?.kind {
        Kind::Structure { members, .. } => Some(members),
        _ => None,
    }
}

const NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";
