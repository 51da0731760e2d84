//! Patterns and events that often meet: few names, few values, many arrays.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned)
}

fn leaf() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("x"),
        json!("xy"),
        json!("Y"),
        json!(1),
        json!(2),
        json!(1.0),
        json!(true),
        json!(null),
        json!("10.0.0.1"),
    ])
}

pub(crate) fn event() -> impl Strategy<Value = Value> {
    let value = leaf().prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            2 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            3 => prop::collection::btree_map(name(), inner, 0..4).prop_map(object),
        ]
    });
    prop::collection::btree_map(name(), value, 0..4).prop_map(object)
}

fn object(members: std::collections::BTreeMap<String, Value>) -> Value {
    Value::Object(members.into_iter().collect::<Map<_, _>>())
}

fn condition() -> impl Strategy<Value = Value> {
    let special = prop::sample::select(vec![
        json!({"exists": true}),
        json!({"exists": false}),
        json!({"prefix": "x"}),
        json!({"suffix": "y"}),
        json!({"equals-ignore-case": "y"}),
        json!({"wildcard": "x*"}),
        json!({"anything-but": ["x", "Y"]}),
        json!({"anything-but": {"prefix": "x"}}),
        json!({"anything-but": 1}),
        json!({"anything-but": "z"}),
        json!({"anything-but": 7}),
        json!({"numeric": [">", 1]}),
        json!({"cidr": "10.0.0.0/8"}),
    ]);
    prop_oneof![leaf(), special]
}

pub(crate) fn pattern() -> impl Strategy<Value = Value> {
    let values = prop::collection::vec(condition(), 1..3).prop_map(Value::Array);
    let fields = values.prop_recursive(3, 16, 3, |inner| {
        let plain = prop::collection::btree_map(name(), inner, 1..4).prop_map(object).boxed();
        let or = (plain.clone(), plain.clone(), prop::option::of(plain.clone())).prop_map(
            |(one, other, beside)| {
                let mut members = beside.unwrap_or(json!({}));
                members["$or"] = json!([one, other]);
                members
            },
        );
        prop_oneof![3 => plain, 1 => or.prop_filter("alternatives name fields", fields_only)]
    });
    fields.prop_filter("a pattern is an object", Value::is_object)
}

fn fields_only(value: &Value) -> bool {
    value["$or"].as_array().is_some_and(|all| all.iter().all(Value::is_object))
}
