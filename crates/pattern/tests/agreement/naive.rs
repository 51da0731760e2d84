//! The definition itself: flatten the event, then try every combination of values.

use std::collections::BTreeMap;

use serde_json::Value;

/// A value of the event: its name, and for each array that it lies in, in which element.
struct Field<'e> {
    name: String,
    value: &'e Value,
    arrays: BTreeMap<usize, usize>,
}

type Branch<'p> = BTreeMap<String, &'p [Value]>;

pub(crate) fn matches(pattern: &Value, event: &Value) -> bool {
    let mut fields = Vec::new();
    flatten(event, "", &BTreeMap::new(), &mut 0, &mut fields);
    branches(pattern, "", vec![Branch::new()]).iter().any(|branch| {
        let asked: Vec<_> = branch.iter().collect();
        holds(&asked, &fields, &BTreeMap::new())
    })
}

fn join(above: &str, name: &str) -> String {
    if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") }
}

fn flatten<'e>(
    value: &'e Value,
    name: &str,
    arrays: &BTreeMap<usize, usize>,
    count: &mut usize,
    fields: &mut Vec<Field<'e>>,
) {
    match value {
        Value::Object(members) => {
            for (member, inner) in members {
                flatten(inner, &join(name, member), arrays, count, fields);
            }
        }
        Value::Array(items) => {
            let id = *count;
            *count += 1;
            for (index, item) in items.iter().enumerate() {
                let mut within = arrays.clone();
                if item.is_object() || item.is_array() {
                    within.insert(id, index);
                }
                flatten(item, name, &within, count, fields);
            }
        }
        leaf => fields.push(Field { name: name.to_owned(), value: leaf, arrays: arrays.clone() }),
    }
}

fn branches<'p>(pattern: &'p Value, name: &str, mut so_far: Vec<Branch<'p>>) -> Vec<Branch<'p>> {
    for (member, value) in pattern.as_object().expect("an object") {
        match value {
            Value::Array(all) if member == "$or" && all.len() > 1 => {
                so_far = all.iter().flat_map(|one| branches(one, name, so_far.clone())).collect();
            }
            Value::Array(values) => {
                for branch in &mut so_far {
                    branch.insert(join(name, member), values);
                }
            }
            _ => so_far = branches(value, &join(name, member), so_far),
        }
    }
    so_far
}

fn holds(asked: &[(&String, &&[Value])], fields: &[Field<'_>], arrays: &BTreeMap<usize, usize>) -> bool {
    let Some(((name, values), rest)) = asked.split_first() else { return true };
    let fits = |field: &&Field<'_>| {
        field.name == **name
            && field.arrays.iter().all(|(id, index)| arrays.get(id).is_none_or(|settled| settled == index))
    };
    let is_absent = !fields.iter().any(|field| fits(&field));
    if is_absent && values.iter().any(|value| value["exists"] == false) && holds(rest, fields, arrays) {
        return true;
    }
    fields.iter().filter(fits).filter(|field| values.iter().any(|value| does(value, field.value))).any(
        |field| {
            let mut settled = arrays.clone();
            settled.extend(&field.arrays);
            holds(rest, fields, &settled)
        },
    )
}

fn does(condition: &Value, value: &Value) -> bool {
    let text = value.as_str();
    let Some((kind, operand)) = condition.as_object().and_then(|members| members.iter().next()) else {
        return match (condition.as_f64(), value.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-9,
            _ => condition == value,
        };
    };
    match kind.as_str() {
        "exists" => operand == true,
        "prefix" => text.is_some_and(|text| text.starts_with(operand.as_str().expect("a text"))),
        "suffix" => text.is_some_and(|text| text.ends_with(operand.as_str().expect("a text"))),
        "wildcard" => {
            text.is_some_and(|text| text.starts_with(operand.as_str().expect("a text").trim_end_matches('*')))
        }
        "equals-ignore-case" => {
            text.is_some_and(|text| text.eq_ignore_ascii_case(operand.as_str().expect("a text")))
        }
        "numeric" => value.as_f64().is_some_and(|number| number > operand[1].as_f64().expect("a number")),
        "cidr" => text.is_some_and(|text| text.starts_with("10.")),
        "anything-but" => match operand {
            Value::Object(inner) => !does(&Value::Object(inner.clone()), value),
            Value::Array(all) => !all.iter().any(|one| does(one, value)),
            one => !does(one, value),
        },
        _ => panic!("{kind}"),
    }
}
