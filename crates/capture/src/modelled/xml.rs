//! XML by its shape.

use cairn_operations::{Kind, Location, Member, ShapeId, Shapes};
use cairn_wire::xml::Element;
use serde_json::{Map, Value};

use super::scalar;

/// Reads an element as a value of a shape. The reader of the document bounds depth and number of elements.
pub(super) fn value(shapes: &Shapes, shape: ShapeId, element: &Element) -> Option<Value> {
    match &shapes.get(shape)?.kind {
        Kind::Structure { members, .. } => Some(Value::Object(structure(shapes, members, element))),
        Kind::List { item, .. } => {
            let items = element.children.iter().filter_map(|child| value(shapes, *item, child));
            Some(Value::Array(items.collect()))
        }
        Kind::Map { .. } => Some(Value::Object(entries(shapes, shape, element.children.iter()))),
        // A text that has elements inside is no text: nobody can say what they hold.
        _ if !element.children.is_empty() => None,
        kind @ (Kind::Text | Kind::Blob | Kind::Document) => scalar::of_text(kind, &element.untrimmed),
        kind => scalar::of_text(kind, &element.text),
    }
}

/// Reads the members that a body holds.
pub(super) fn structure(shapes: &Shapes, members: &[Member], element: &Element) -> Map<String, Value> {
    let mut read = Map::new();
    for member in members.iter().filter(|member| member.location == Location::Body) {
        if let Some(value) = member_of(shapes, member, element) {
            read.insert(member.name.clone(), value);
        }
    }
    read
}

fn member_of(shapes: &Shapes, member: &Member, element: &Element) -> Option<Value> {
    let kind = &shapes.get(member.shape)?.kind;
    if member.attribute {
        let (_, text) = element.attributes.iter().find(|(name, _)| same(name, member.on_wire()))?;
        return scalar::of_text(kind, text);
    }
    match kind {
        Kind::List { item, item_name, .. } if member.flattened => {
            let wire = item_name.as_deref().unwrap_or(member.on_wire());
            let items: Vec<Value> =
                named(element, wire).filter_map(|child| value(shapes, *item, child)).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Kind::Map { .. } if member.flattened => {
            let read = entries(shapes, member.shape, named(element, member.on_wire()));
            (!read.is_empty()).then_some(Value::Object(read))
        }
        _ => value(shapes, member.shape, named(element, member.on_wire()).next()?),
    }
}

fn entries<'a>(
    shapes: &Shapes,
    shape: ShapeId,
    entries: impl Iterator<Item = &'a Element>,
) -> Map<String, Value> {
    let Some(Kind::Map { value: of, key_name, value_name, .. }) = shapes.get(shape).map(|shape| &shape.kind)
    else {
        return Map::new();
    };
    let (key_name, value_name) =
        (key_name.as_deref().unwrap_or("key"), value_name.as_deref().unwrap_or("value"));
    let read = entries.filter_map(|entry| {
        let key = named(entry, key_name).next()?.untrimmed.clone();
        Some((key, value(shapes, *of, named(entry, value_name).next()?)?))
    });
    read.collect()
}

/// Returns the children of a name.
fn named<'a>(element: &'a Element, wire: &'a str) -> impl Iterator<Item = &'a Element> {
    element.children.iter().filter(move |child| same(&child.name, wire))
}

/// Compares names without the prefixes of their namespaces.
fn same(name: &str, wire: &str) -> bool {
    name.rsplit(':').next() == wire.rsplit(':').next()
}
