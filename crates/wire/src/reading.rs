//! Reads a JSON value as a shape: types first, then constraints.
//!
//! A wrong type ends the reading (the service cannot even parse such a request); broken constraints
//! are collected. What comes out holds the known members alone, with nulls dropped and timestamps as
//! numbers, so that typed structures and records are made from the same value.

use serde_json::{Map, Number, Value};

use crate::Timestamp;
use crate::blob::is_base64;
use crate::constraint::{Constraint, SHOWN_CHARS_MAX, Violation, Violations};
use crate::shape::{Bounds, Member, Shape};

/// The JSON is well formed, but a value has the wrong type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct TypeMismatch(String);

/// Reads the body of a request.
pub(crate) fn read(shape: &'static Shape, body: Value) -> Result<(Value, Violations), TypeMismatch> {
    let Shape::Structure(members) = shape else {
        return Ok((body, Violations::default()));
    };
    let mut reader = Reader { violations: Violations::default(), member: "" };
    let value = reader.structure(members, body, "", true)?;
    Ok((value, reader.violations))
}

struct Reader {
    violations: Violations,
    /// The top-level member being read.
    member: &'static str,
}

impl Reader {
    fn value(&mut self, shape: &'static Shape, value: Value, path: &str) -> Result<Value, TypeMismatch> {
        match shape {
            Shape::Structure(members) => self.structure(members, value, path, false),
            Shape::List { item, count } => self.list(item, *count, value, path),
            Shape::Map { key, value: entry, count } => self.map(key, entry, *count, value, path),
            Shape::Text { .. } | Shape::Integer { .. } => {
                let value = scalar(shape, value)?;
                for constraint in broken(shape, &value) {
                    self.report(path, Some(shown(&value)), constraint);
                }
                Ok(value)
            }
            Shape::Float | Shape::Boolean | Shape::Timestamp | Shape::Blob => scalar(shape, value),
        }
    }

    fn structure(
        &mut self,
        members: &'static [Member],
        value: Value,
        path: &str,
        top: bool,
    ) -> Result<Value, TypeMismatch> {
        let Value::Object(mut given) = value else {
            return Err(mismatch(&value, "a structure"));
        };
        let mut read = Map::new();
        for member in members {
            if top {
                self.member = member.name;
            }
            let at = join(path, &lower_first(member.name));
            match given.remove(member.name) {
                Some(value) if !value.is_null() => {
                    let value = self.value(member.shape, value, &at)?;
                    read.insert(member.name.to_owned(), value);
                }
                Some(_) | None if member.required => self.report(&at, None, Constraint::NotNull),
                Some(_) | None => {}
            }
        }
        Ok(Value::Object(read))
    }

    fn list(
        &mut self,
        item: &'static Shape,
        count: Bounds,
        value: Value,
        path: &str,
    ) -> Result<Value, TypeMismatch> {
        let Value::Array(given) = value else {
            return Err(mismatch(&value, "a list"));
        };
        self.count(count, given.len(), path, || shown_list(&given));
        let plain = matches!(item, Shape::Text { .. } | Shape::Integer { .. });
        let mut all_hold = true;
        let mut read = Vec::with_capacity(given.len());
        for (at, value) in given.into_iter().enumerate() {
            if plain {
                let value = scalar(item, value)?;
                all_hold &= broken(item, &value).is_empty();
                read.push(value);
            } else {
                read.push(self.value(item, value, &join(path, &format!("{}.member", at + 1)))?);
            }
        }
        if !all_hold {
            self.report(path, Some(shown_list(&read)), Constraint::Items(rules(item)));
        }
        Ok(Value::Array(read))
    }

    fn map(
        &mut self,
        key: &'static Shape,
        entry: &'static Shape,
        count: Bounds,
        value: Value,
        path: &str,
    ) -> Result<Value, TypeMismatch> {
        let Value::Object(given) = value else {
            return Err(mismatch(&value, "a map"));
        };
        self.count(count, given.len(), path, || shown(&Value::Object(given.clone())));
        let mut read = Map::new();
        let (mut keys_hold, mut entries_hold) = (true, true);
        for (name, value) in given {
            if value.is_null() {
                continue;
            }
            keys_hold &= broken(key, &Value::String(name.clone())).is_empty();
            let value = scalar(entry, value)?;
            entries_hold &= broken(entry, &value).is_empty();
            read.insert(name, value);
        }
        let read = Value::Object(read);
        if !keys_hold {
            self.report(path, Some(shown(&read)), Constraint::Keys(rules(key)));
        }
        if !entries_hold {
            self.report(path, Some(shown(&read)), Constraint::Entries(rules(entry)));
        }
        Ok(read)
    }

    fn count(&mut self, count: Bounds, given: usize, path: &str, shown: impl Fn() -> String) {
        for constraint in out_of(count, length(given), Constraint::LengthMin, Constraint::LengthMax) {
            self.report(path, Some(shown()), constraint);
        }
    }

    fn report(&mut self, path: &str, value: Option<String>, constraint: Constraint) {
        let violation = Violation { member: self.member, path: path.to_owned(), value, constraint };
        self.violations.push(violation);
    }
}

/// Reads a value that holds no other: checks its type and brings it to the form the types expect.
fn scalar(shape: &Shape, value: Value) -> Result<Value, TypeMismatch> {
    match shape {
        Shape::Text { .. } if value.is_string() => Ok(value),
        Shape::Text { .. } => Err(mismatch(&value, "String")),
        Shape::Integer { bits, .. } => integer(*bits, &value),
        Shape::Float if value.is_number() => Ok(value),
        Shape::Float => Err(mismatch(&value, "Double")),
        Shape::Boolean if value.is_boolean() => Ok(value),
        Shape::Boolean => Err(mismatch(&value, "Boolean")),
        Shape::Timestamp => match Timestamp::from_json(&value) {
            Ok(at) => Ok(Number::from_f64(at.epoch_seconds()).map_or(Value::Null, Value::Number)),
            Err(_) => Err(mismatch(&value, "Timestamp")),
        },
        Shape::Blob if value.as_str().is_some_and(is_base64) => Ok(value),
        Shape::Blob => Err(mismatch(&value, "Blob")),
        Shape::Structure(_) | Shape::List { .. } | Shape::Map { .. } => Err(mismatch(&value, "String")),
    }
}

/// Accepts `50` and `50.0`, refuses fractions and what does not fit.
fn integer(bits: u32, value: &Value) -> Result<Value, TypeMismatch> {
    let name = if bits == 32 { "Integer" } else { "Long" };
    let whole = value.as_i64().or_else(|| {
        let float = value.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 9.0e15)?;
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
        Some(float as i64)
    });
    match whole {
        Some(whole) if bits == 64 || i32::try_from(whole).is_ok() => Ok(Value::from(whole)),
        Some(_) | None => Err(mismatch(value, name)),
    }
}

/// Returns the rules of a plain shape that `value` breaks.
fn broken(shape: &Shape, value: &Value) -> Vec<Constraint> {
    match (shape, value) {
        (Shape::Text { length: bounds, pattern, values }, Value::String(text)) => {
            let actual = length(text.chars().count());
            let mut found = out_of(*bounds, actual, Constraint::LengthMin, Constraint::LengthMax);
            if let Some(pattern) = pattern.filter(|pattern| !pattern.matches(text)) {
                found.push(Constraint::Pattern(pattern.source));
            }
            if !values.is_empty() && !values.contains(&text.as_str()) {
                found.push(Constraint::Values(values));
            }
            found
        }
        (Shape::Integer { range, .. }, Value::Number(number)) => {
            let actual = number.as_i64().unwrap_or(i64::MAX);
            out_of(*range, actual, Constraint::ValueMin, Constraint::ValueMax)
        }
        _ => Vec::new(),
    }
}

/// Lists every rule of a plain shape, broken or not, as messages about lists and maps do.
fn rules(shape: &Shape) -> Vec<Constraint> {
    let mut all = Vec::new();
    match shape {
        Shape::Text { length, pattern, values } => {
            all.extend(length.max.map(Constraint::LengthMax));
            all.extend(length.min.map(Constraint::LengthMin));
            all.extend(pattern.map(|pattern| Constraint::Pattern(pattern.source)));
            if !values.is_empty() {
                all.push(Constraint::Values(values));
            }
        }
        Shape::Integer { range, .. } => {
            all.extend(range.max.map(Constraint::ValueMax));
            all.extend(range.min.map(Constraint::ValueMin));
        }
        _ => {}
    }
    all
}

fn out_of(
    bounds: Bounds,
    actual: i64,
    min: fn(i64) -> Constraint,
    max: fn(i64) -> Constraint,
) -> Vec<Constraint> {
    let low = bounds.below(actual).map(min);
    let high = bounds.above(actual).map(max);
    low.into_iter().chain(high).collect()
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn mismatch(found: &Value, wanted: &str) -> TypeMismatch {
    TypeMismatch(match found {
        Value::Object(_) => "Start of structure or map found where not expected.".to_owned(),
        Value::Array(_) => "Start of list found where not expected.".to_owned(),
        Value::Null => format!("NULL_VALUE can not be converted to {wanted}"),
        Value::Bool(true) => format!("TRUE_VALUE can not be converted to {wanted}"),
        Value::Bool(false) => format!("FALSE_VALUE can not be converted to {wanted}"),
        Value::Number(number) if number.is_f64() => format!("DECIMAL_VALUE can not be converted to {wanted}"),
        Value::Number(_) => format!("NUMBER_VALUE can not be converted to {wanted}"),
        Value::String(_) => format!("STRING_VALUE can not be converted to {wanted}"),
    })
}

fn shown(value: &Value) -> String {
    cut(match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

fn shown_list(items: &[Value]) -> String {
    let mut text = String::from("[");
    for (at, item) in items.iter().enumerate() {
        if text.len() > SHOWN_CHARS_MAX {
            break;
        }
        text.push_str(if at == 0 { "" } else { ", " });
        text.push_str(&shown(item));
    }
    text.push(']');
    cut(text)
}

fn cut(text: String) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((at, _)) => text.get(..at).unwrap_or_default().to_owned() + "…",
        None => text,
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// `TrailNameList` → `trailNameList`: the first letter alone.
pub fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(chars).collect()
}
