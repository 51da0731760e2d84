//! From flat parameters to the value of a shape.
//!
//! `Tags.member.1.Key=team` is the member `Key` of the first item of the list `Tags`; the entries of a
//! map are called `Name.entry.1.key` and `Name.entry.1.value`; a list that is named without items
//! (`Tags=`) is empty. Numbers and truths are read here, since a form knows only text; what does not
//! read as its type stays text, and the check of types refuses it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Parameters;
use crate::shape::Shape;

/// The deepest place that a parameter's name can lead to; the shapes need less than ten.
const DEPTH_MAX: usize = 16;

/// Reads what `shape` takes out of `parameters`.
pub(super) fn read(shape: &'static Shape, parameters: &Parameters) -> Value {
    let mut root = Place::default();
    for (name, value) in parameters.iter() {
        root.put(name, value);
    }
    root.value(shape).unwrap_or_else(|| Value::Object(Map::new()))
}

/// What was sent under one name, and under the names that continue it.
#[derive(Debug, Default)]
struct Place<'a> {
    text: Option<&'a str>,
    inside: BTreeMap<&'a str, Self>,
}

impl<'a> Place<'a> {
    /// Puts a parameter in its place; those of one name have one value.
    fn put(&mut self, name: &'a str, value: &'a str) {
        let mut place = self;
        for (depth, part) in name.split('.').enumerate() {
            if depth == DEPTH_MAX {
                return;
            }
            place = place.inside.entry(part).or_default();
        }
        place.text.get_or_insert(value);
    }

    /// Returns the value that `shape` makes of the place; nothing when nothing of it was sent.
    fn value(&self, shape: &'static Shape) -> Option<Value> {
        match shape {
            Shape::Structure(members) => {
                let read = members.iter().filter_map(|member| {
                    let value = self.inside.get(member.name)?.value(member.shape)?;
                    Some((member.name.to_owned(), value))
                });
                let read: Map<String, Value> = read.collect();
                (!read.is_empty()).then_some(Value::Object(read))
            }
            Shape::List { item, .. } => match self.inside.get("member") {
                Some(items) => Some(Value::Array(items.in_order(|place| place.value(item)))),
                None => self.text.filter(|text| text.is_empty()).map(|_| Value::Array(Vec::new())),
            },
            Shape::Map { value, .. } => {
                let entries = self.inside.get("entry")?;
                let read = entries.in_order(|entry| {
                    let key = entry.inside.get("key")?.text?;
                    Some((key.to_owned(), entry.inside.get("value")?.value(value)?))
                });
                Some(Value::Object(read.into_iter().collect()))
            }
            Shape::Integer { .. } => self.text.map(|text| match text.parse::<i64>() {
                Ok(number) => Value::from(number),
                Err(_) => Value::from(text),
            }),
            Shape::Float => self.text.map(|text| match text.parse::<f64>() {
                Ok(number) => Value::from(number),
                Err(_) => Value::from(text),
            }),
            Shape::Boolean => self.text.map(|text| match text {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => Value::from(text),
            }),
            Shape::Text { .. } | Shape::Timestamp | Shape::Blob => self.text.map(Value::from),
        }
    }

    /// Reads the numbered places in the order of their numbers, which need not follow on each other.
    fn in_order<T>(&self, read: impl Fn(&Self) -> Option<T>) -> Vec<T> {
        let numbered =
            self.inside.iter().filter_map(|(name, place)| Some((name.parse::<u32>().ok()?, place)));
        let ordered: BTreeMap<u32, &Self> = numbered.collect();
        ordered.into_values().filter_map(read).collect()
    }
}
