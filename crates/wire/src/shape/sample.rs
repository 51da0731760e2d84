//! Values with every member of a shape, and such that break a rule of it, for tests.

use serde_json::{Map, Value, json};

use super::{Bounds, Shape};

/// Texts among which every constrained string of the model finds one that it takes.
const TEXTS: &[&str] = &[
    "abc",
    "a",
    "0123456789abcdef0123456789abcdef-ab5",
    "012345678901",
    "s3://abc/prefix",
    "s3.amazonaws.com",
    "12:30",
    "$StartTime$",
    "/",
    "AKIAIOSFODNN7EXAMPLE",
    "arn:aws:iam::123456789012:policy/p",
    "v1",
    "123456",
    "cluster-abcdefghijkl",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "h-abcdefgh",
    "p-abcdefgh",
    "r-abcd",
    "o-abcdefghij",
    "ou-abcd-abcdefgh",
    "car-abcdefgh",
    "mia@example.com",
    "arn:aws:organizations::123456789012:organization/o-abcdefghij",
    "arn:aws:organizations::123456789012:account/o-abcdefghij/123456789012",
    "arn:aws:organizations::123456789012:root/o-abcdefghij/r-abcd",
    "arn:aws:organizations::123456789012:ou/o-abcdefghij/ou-abcd-abcdefgh",
    "arn:aws:organizations::123456789012:handshake/o-abcdefghij/invite/h-abcdefgh",
    "arn:aws:organizations::123456789012:policy/o-abcdefghij/service_control_policy/p-abcdefghij",
    "o-abcdefghij/r-abcd/",
];

/// Makes a value with every member of `shape`.
pub(crate) fn sample(shape: &Shape) -> Value {
    within(DEPTH_MAX, shape)
}

/// Makes a value whose lists are empty where it gets deeper than any input is.
fn within(depth: usize, shape: &Shape) -> Value {
    let inside = |shape| within(depth - 1, shape);
    match shape {
        Shape::Structure(members) => {
            let members = members.iter().map(|member| (member.name.to_owned(), inside(member.shape)));
            Value::Object(members.collect())
        }
        Shape::List { .. } if depth < 2 => json!([]),
        Shape::List { item, .. } => json!([inside(item)]),
        Shape::Map { key, value, .. } => {
            let Value::String(key) = inside(key) else { panic!("a key is text") };
            Value::Object(Map::from_iter([(key, inside(value))]))
        }
        Shape::Text { values, .. } if !values.is_empty() => json!(values.last()),
        Shape::Text { length, pattern, .. } => {
            let fits = |text: &&&str| {
                let count = i64::try_from(text.len()).unwrap();
                length.below(count).or(length.above(count)).is_none()
                    && pattern.is_none_or(|pattern| pattern.matches(text))
            };
            json!(TEXTS.iter().find(fits).expect("some text fits"))
        }
        Shape::Integer { range: Bounds { min, max }, .. } => json!(max.or(*min).unwrap_or(7)),
        Shape::Float => json!(0.5),
        Shape::Boolean => json!(true),
        Shape::Timestamp => json!(1772439012.471),
        Shape::Blob => json!("AQL/"),
    }
}

/// The deepest sample. Resources of a handshake lie in one another without end.
const DEPTH_MAX: usize = 16;

/// Makes values that break one rule of `shape` each, wherever in it the rule is.
pub(crate) fn spoilt(shape: &Shape) -> Vec<Value> {
    match shape {
        Shape::Structure(members) => members
            .iter()
            .flat_map(|member| {
                let missing = member.required.then_some(Value::Null);
                spoilt(member.shape).into_iter().chain(missing).map(|value| {
                    let mut whole = sample(shape);
                    whole[member.name] = value;
                    whole
                })
            })
            .collect(),
        Shape::List { item, count } => {
            let items = spoilt(item).into_iter().map(|item| json!([item]));
            let few = count.below(0).map(|_| json!([]));
            let many = count.max.map(|max| vec![sample(item); usize::try_from(max).unwrap() + 1].into());
            items.chain(few).chain(many).collect()
        }
        Shape::Map { key, value, count } => {
            let entry = |key: Value, value: Value| json!({key.as_str().unwrap(): value});
            let keys = spoilt(key).into_iter().map(|key| entry(key, sample(value)));
            let values = spoilt(value).into_iter().map(|value| entry(sample(key), value));
            keys.chain(values).chain(count.below(0).map(|_| json!({}))).collect()
        }
        Shape::Text { length, pattern, values } => {
            let word = (!values.is_empty()).then(|| json!("No such word"));
            let short = length.below(0).map(|_| json!(""));
            let long = length.max.map(|max| "a".repeat(usize::try_from(max).unwrap() + 1).into());
            let strange = pattern.and_then(|pattern| {
                ["\u{1}", "!\u{2}!", "\n"].iter().find(|text| !pattern.matches(text)).map(|text| json!(text))
            });
            [word, short, long, strange].into_iter().flatten().collect()
        }
        Shape::Integer { range: Bounds { min, max }, .. } => {
            [min.map(|min| json!(min - 1)), max.map(|max| json!(max + 1))].into_iter().flatten().collect()
        }
        Shape::Float | Shape::Boolean | Shape::Timestamp | Shape::Blob => Vec::new(),
    }
}
