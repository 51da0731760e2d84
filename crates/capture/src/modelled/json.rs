//! JSON by its shape: names of the wire become the model's, and what the model does not know goes.
//!
//! A value whose form contradicts its shape goes too when it is, or should be, more than one scalar: nobody
//! can say what of it is secret.

use cairn_operations::{Kind, Location, Member, ShapeId, Shapes};
use serde_json::{Map, Value};

/// Reads a value of a shape; nothing when it contradicts it. Recurses as deep as `sent` is nested.
pub(super) fn value(shapes: &Shapes, shape: ShapeId, sent: Value) -> Option<Value> {
    match (&shapes.get(shape)?.kind, sent) {
        (Kind::Document, sent) => Some(sent),
        (Kind::Structure { members, .. }, Value::Object(sent)) => {
            Some(Value::Object(structure(shapes, members, sent)))
        }
        (Kind::List { item, .. }, Value::Array(sent)) => {
            let read = sent.into_iter().filter_map(|each| match each {
                Value::Null => Some(Value::Null),
                each => value(shapes, *item, each),
            });
            Some(Value::Array(read.collect()))
        }
        (Kind::Map { value: entry, .. }, Value::Object(sent)) => {
            let read = sent.into_iter().filter(|(_, each)| !each.is_null());
            let read = read.filter_map(|(key, each)| Some((key, value(shapes, *entry, each)?)));
            Some(Value::Object(read.collect()))
        }
        (Kind::Structure { .. } | Kind::List { .. } | Kind::Map { .. }, _)
        | (_, Value::Object(_) | Value::Array(_) | Value::Null) => None,
        (
            Kind::Text | Kind::Integer | Kind::Float | Kind::Boolean | Kind::Timestamp { .. } | Kind::Blob,
            scalar,
        ) => Some(scalar),
    }
}

/// Reads the members that a body holds.
pub(super) fn structure(shapes: &Shapes, members: &[Member], sent: Map<String, Value>) -> Map<String, Value> {
    let mut read = Map::new();
    for (name, sent) in sent {
        let mut named = members.iter().filter(|member| member.location == Location::Body);
        let Some(member) = named.find(|member| member.on_wire() == name) else { continue };
        if let Some(value) = value(shapes, member.shape, sent) {
            // Most members are called on the wire as in the model.
            let name = if member.wire_name.is_some() { member.name.clone() } else { name };
            read.insert(name, value);
        }
    }
    read
}
