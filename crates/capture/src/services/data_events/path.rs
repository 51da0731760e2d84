//! Ways into what was asked and answered: `RequestItems.#`, `TransactItems.*.*.TableName`.

use serde_json::{Map, Value};

/// Visits every value at a path; a step is a member's name, or `*` for each item or member.
pub(in crate::services) fn each<'a>(members: &'a Map<String, Value>, path: &str) -> Vec<&'a Value> {
    let (first, rest) = split(path);
    let mut found: Vec<&Value> = match first {
        "*" => members.values().collect(),
        name => members.get(name).into_iter().collect(),
    };
    let mut rest = rest;
    while let Some(path) = rest {
        let (step, after) = split(path);
        found = found.into_iter().flat_map(|value| step_into(value, step)).take(VALUES_MAX).collect();
        rest = after;
    }
    found
}

/// Returns the texts at a path; a last step `#` means the names of the members.
pub(super) fn texts(members: &Map<String, Value>, path: &str) -> Vec<String> {
    if let Some(path) = path.strip_suffix(".#") {
        let maps = each(members, path).into_iter().filter_map(Value::as_object);
        return maps.flat_map(Map::keys).take(VALUES_MAX).cloned().collect();
    }
    let values = each(members, path).into_iter();
    values.filter_map(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// Returns the first text at a path.
pub(in crate::services) fn text<'a>(members: &'a Map<String, Value>, path: &str) -> Option<&'a str> {
    each(members, path).into_iter().find_map(Value::as_str)
}

fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)))
}

fn step_into<'a>(value: &'a Value, step: &str) -> Vec<&'a Value> {
    match (value, step) {
        (Value::Array(items), "*") => items.iter().collect(),
        (Value::Object(members), "*") => members.values().collect(),
        (Value::Object(members), name) => members.get(name).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A call that names more is not looked at further.
const VALUES_MAX: usize = 1000;
