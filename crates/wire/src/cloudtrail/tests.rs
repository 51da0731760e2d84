//! The shapes and the types come from one model; these tests hold them to each other.

use super::{Operation, round_trips};
use crate::json11::{CONTENT_TYPE, Request};
use crate::shape::Shape;
use crate::shape::sample::sample;

#[test]
fn requests_pass_through_their_types_unchanged() {
    for operation in Operation::ALL {
        let sent = sample(operation.model().input);
        let body = sent.to_string();
        let request = Request::decode(operation, Some(CONTENT_TYPE), body.as_bytes()).unwrap();
        assert!(request.violations().is_empty(), "{operation}: {}", request.violations());
        assert_eq!(request.parameters(), &sent, "{operation}");
        assert_eq!(round_trips::request(operation, sent.clone()).unwrap(), sent, "{operation}");
    }
}

#[test]
fn responses_pass_through_their_types_unchanged() {
    for operation in Operation::ALL {
        let answer = sample(operation.model().output);
        assert_eq!(round_trips::response(operation, answer.clone()).unwrap(), answer, "{operation}");
    }
}

#[test]
fn a_required_member_that_is_missing_is_a_violation_of_its_own() {
    for operation in Operation::ALL {
        let Shape::Structure(members) = operation.model().input else { panic!("an input is a structure") };
        let required = members.iter().filter(|member| member.required).count();
        let request = Request::decode(operation, None, b"{}").unwrap();
        assert_eq!(request.violations().iter().count(), required, "{operation}");
    }
}

/// Makes values that break one rule of `shape` each, wherever in it the rule is.
fn spoilt(shape: &Shape) -> Vec<Value> {
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

#[test]
fn every_rule_of_the_model_is_enforced() {
    let mut rules = 0;
    for operation in Operation::ALL {
        for body in spoilt(operation.model().input) {
            let request = Request::decode(operation, None, body.to_string().as_bytes()).unwrap();
            let told = request.violations().to_string();
            assert!(!request.violations().is_empty() && !told.is_empty(), "{operation}: {body}");
            rules += 1;
        }
    }
    println!("{rules} rules of the service model, each broken and found");
    assert!(rules > 300, "the model is gone");
}
