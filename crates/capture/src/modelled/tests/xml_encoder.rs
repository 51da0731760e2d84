//! XML from values under the model's names.

use cairn_operations::{Kind, Location, Member, ShapeId, Shapes};
use serde_json::{Map, Value};

use super::encoder::text;

/// Renders the members of a structure as children; attributes are the caller's.
pub(super) fn element(shapes: &Shapes, members: &[Member], given: &Map<String, Value>) -> String {
    let mut xml = String::new();
    for member in members.iter().filter(|member| member.location == Location::Body && !member.attribute) {
        let Some(value) = given.get(&member.name) else { continue };
        let wire = member.on_wire();
        match (&shapes.get(member.shape).unwrap().kind, value) {
            (Kind::List { item, item_name, .. }, Value::Array(items)) if member.flattened => {
                let name = item_name.as_deref().unwrap_or(wire);
                items.iter().for_each(|each| child(&mut xml, shapes, name, *item, each));
            }
            (Kind::Map { .. }, Value::Object(entries)) if member.flattened => {
                xml.push_str(&map(shapes, member.shape, wire, entries));
            }
            _ => child(&mut xml, shapes, wire, member.shape, value),
        }
    }
    xml
}

fn child(xml: &mut String, shapes: &Shapes, name: &str, shape: ShapeId, value: &Value) {
    let inside = match (&shapes.get(shape).unwrap().kind, value) {
        (Kind::Structure { members, .. }, Value::Object(given)) => {
            let attributes = members.iter().filter(|member| member.attribute);
            let attributes: String = attributes
                .filter_map(|member| {
                    let value = given.get(&member.name)?;
                    Some(format!(" {}=\"{}\"", member.on_wire(), escaped(&text(value))))
                })
                .collect();
            *xml += &format!("<{name}{attributes}>{}</{name}>", element(shapes, members, given));
            return;
        }
        (Kind::List { item, item_name, .. }, Value::Array(items)) => {
            let mut inside = String::new();
            let name = item_name.as_deref().unwrap_or("member");
            items.iter().for_each(|each| child(&mut inside, shapes, name, *item, each));
            inside
        }
        (Kind::Map { .. }, Value::Object(entries)) => map(shapes, shape, "entry", entries),
        (_, value) => escaped(&text(value)),
    };
    *xml += &format!("<{name}>{inside}</{name}>");
}

fn map(shapes: &Shapes, shape: ShapeId, name: &str, entries: &Map<String, Value>) -> String {
    let Kind::Map { value: of, key_name, value_name, .. } = &shapes.get(shape).unwrap().kind else {
        panic!()
    };
    let key_name = key_name.as_deref().unwrap_or("key");
    let rendered = entries.iter().map(|(key, each)| {
        let mut value = String::new();
        child(&mut value, shapes, value_name.as_deref().unwrap_or("value"), *of, each);
        format!("<{name}><{key_name}>{}</{key_name}>{value}</{name}>", escaped(key))
    });
    rendered.collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
