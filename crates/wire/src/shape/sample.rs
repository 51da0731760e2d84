//! Values with every member of a shape, for tests.

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
];

/// Makes a value with every member of `shape`.
pub(crate) fn sample(shape: &Shape) -> Value {
    match shape {
        Shape::Structure(members) => {
            let members = members.iter().map(|member| (member.name.to_owned(), sample(member.shape)));
            Value::Object(members.collect())
        }
        Shape::List { item, .. } => json!([sample(item)]),
        Shape::Map { key, value, .. } => {
            let Value::String(key) = sample(key) else { panic!("a key is text") };
            Value::Object(Map::from_iter([(key, sample(value))]))
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
