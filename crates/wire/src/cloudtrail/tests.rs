//! The shapes and the types come from one model; these tests hold them to each other.

use std::collections::BTreeMap;

use super::{Operation, round_trips};
use crate::json11::{CONTENT_TYPE, Request};
use crate::shape::Shape;
use crate::shape::edges::{Verdict, edges};
use crate::shape::sample::{sample, spoilt};

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

/// Below, at and above each bound; each word and none; required members there, absent and null; members that
/// no model knows, at every depth.
#[test]
fn every_constraint_holds_exactly_where_the_model_says() {
    let mut counts: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for operation in Operation::ALL {
        for case in edges(operation.model().input) {
            let request = Request::decode(operation, None, case.value.to_string().as_bytes()).unwrap();
            let (broken, told) = (!request.violations().is_empty(), request.violations().to_string());
            assert_eq!(broken, case.verdict == Verdict::Broken, "{operation}: {case:?}: {told}");
            match case.verdict {
                Verdict::Holds => assert_eq!(request.parameters(), &case.value, "{operation}"),
                Verdict::HoldsWithout => assert_ne!(request.parameters(), &case.value, "{operation}"),
                Verdict::Broken => {}
            }
            *counts.entry((case.tries, broken)).or_default() += 1;
        }
    }
    let total: usize = counts.values().sum();
    println!("{total} cases at the edges of {} operations: {counts:?}", Operation::ALL.len());
    for tries in ["items", "characters", "number"] {
        assert!(counts.contains_key(&(tries, true)) && counts.contains_key(&(tries, false)), "{tries}");
    }
    assert!(total > 1_000, "the model is gone");
}
