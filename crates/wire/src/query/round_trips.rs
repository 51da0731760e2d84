//! The shapes and the types of each query service come from one model; these tests hold them to each other.

use serde_json::Value;

use super::Operation;
use crate::shape::sample::{sample, spoilt};
use crate::{iam, sts};

fn check<O: Operation>(
    again: fn(O, Value) -> serde_json::Result<Value>,
    answer: fn(O, Value) -> serde_json::Result<Value>,
) {
    for operation in O::ALL.iter().copied() {
        let input = sample(operation.model().input);
        let (read, violations) = crate::reading::read(operation.model().input, input.clone()).unwrap();
        assert!(violations.is_empty(), "{operation:?}: {violations}");
        assert_eq!(again(operation, read).unwrap(), input, "{operation:?}");
        let output = sample(operation.model().output);
        assert_eq!(answer(operation, output.clone()).unwrap(), output, "{operation:?}");
    }
}

#[test]
fn requests_and_responses_pass_through_their_types_unchanged() {
    check::<iam::Operation>(iam::round_trips::request, iam::round_trips::response);
    check::<sts::Operation>(sts::round_trips::request, sts::round_trips::response);
}

fn break_every_rule<O: Operation>() -> usize {
    let mut rules = 0;
    for operation in O::ALL.iter().copied() {
        for value in spoilt(operation.model().input) {
            let (_, violations) = crate::reading::read(operation.model().input, value.clone()).unwrap();
            assert!(!violations.is_empty(), "{operation:?}: {value}");
            rules += 1;
        }
    }
    rules
}

#[test]
fn every_rule_of_the_models_is_enforced() {
    let rules = [break_every_rule::<iam::Operation>(), break_every_rule::<sts::Operation>()];
    println!("{rules:?} rules of IAM's and STS's models, each broken and found");
    assert!(rules[0] > 200 && rules[1] > 20);
}
