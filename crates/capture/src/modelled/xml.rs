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

/// Reads the members that a body holds. Of several elements for one member, which is no list, the first counts.
pub(super) fn structure(shapes: &Shapes, members: &[Member], element: &Element) -> Map<String, Value> {
    let mut read = Map::new();
    let in_body = || members.iter().filter(|member| member.location == Location::Body);
    for (name, text) in &element.attributes {
        let mut attributes = in_body().filter(|member| member.attribute);
        let named = attributes.find(|member| local(member.on_wire()) == local(name));
        let value = named.and_then(|member| scalar::of_text(&shapes.get(member.shape)?.kind, text));
        read.extend(named.zip(value).map(|(member, value)| (member.name.clone(), value)));
    }
    for child in &element.children {
        let name = local(&child.name);
        let mut elements = in_body().filter(|member| !member.attribute);
        if let Some(member) = elements.find(|member| element_name(shapes, member) == name) {
            add(shapes, member, child, &mut read);
        }
    }
    read
}

/// Returns how the elements of a member are called: items of a flattened list may have a name of their own.
fn element_name<'a>(shapes: &'a Shapes, member: &'a Member) -> &'a str {
    let kind = if member.flattened { shapes.get(member.shape).map(|shape| &shape.kind) } else { None };
    match kind {
        Some(Kind::List { item_name: Some(name), .. }) => name,
        _ => member.on_wire(),
    }
}

fn add(shapes: &Shapes, member: &Member, child: &Element, read: &mut Map<String, Value>) {
    let Some(known) = shapes.get(member.shape) else { return };
    match &known.kind {
        Kind::List { item, .. } if member.flattened => {
            let Some(value) = value(shapes, *item, child) else { return };
            let items = read.entry(member.name.as_str()).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(items) = items {
                items.push(value);
            }
        }
        Kind::Map { .. } if member.flattened => {
            let entry = entries(shapes, member.shape, std::iter::once(child));
            let all = read.entry(member.name.as_str()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(all) = all {
                all.extend(entry);
            }
        }
        _ => {
            if let (false, Some(value)) =
                (read.contains_key(&member.name), value(shapes, member.shape, child))
            {
                read.insert(member.name.clone(), value);
            }
        }
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
        let key = named(entry, key_name)?.untrimmed.clone();
        Some((key, value(shapes, *of, named(entry, value_name)?)?))
    });
    read.collect()
}

/// Returns the first child of a name.
fn named<'a>(element: &'a Element, name: &str) -> Option<&'a Element> {
    element.children.iter().find(|child| local(&child.name) == name)
}

/// Returns a name without the prefix of its namespace.
fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}
