//! The shapes and the types come from one model; these tests hold them to each other.

use super::{ErrorCode, Operation, Refusal, Request, error_body, round_trips};
use crate::shape::sample::{sample, spoilt};

#[test]
fn requests_and_responses_pass_through_their_types_unchanged() {
    for operation in Operation::ALL {
        let sent = sample(operation.model().input);
        let request = Request::decode(operation, None, sent.to_string().as_bytes()).unwrap();
        assert!(request.check().is_ok(), "{operation}: {:?}", request.check());
        assert_eq!(request.parameters(), &sent, "{operation}");
        assert_eq!(round_trips::request(operation, sent.clone()).unwrap(), sent, "{operation}");
        let answer = sample(operation.model().output);
        assert_eq!(round_trips::response(operation, answer.clone()).unwrap(), answer, "{operation}");
    }
}

#[test]
fn every_rule_of_the_model_is_enforced_and_has_a_reason() {
    let mut rules = 0;
    for operation in Operation::ALL {
        for body in spoilt(operation.model().input) {
            let request = Request::decode(operation, None, body.to_string().as_bytes()).unwrap();
            let refusal = request.check().expect_err(operation.name());
            assert_eq!(refusal.code, ErrorCode::InvalidInputException);
            assert!(refusal.reason.is_some(), "{operation}");
            rules += 1;
        }
    }
    assert!(rules > 100, "the model is gone: {rules}");
}

#[test]
fn every_operation_is_found_by_its_name() {
    for operation in Operation::ALL {
        assert_eq!(Operation::find(operation.name()), Some(operation));
    }
    for name in ["", "createAccount", "CreateAccounts", "CreateKey"] {
        assert_eq!(Operation::find(name), None, "{name}");
    }
}

#[test]
fn errors_are_written_as_organizations_does() {
    let written = |refusal: &Refusal| String::from_utf8(error_body(refusal)).unwrap();
    let plain = Refusal::new(ErrorCode::AccountNotFoundException, "no");
    assert_eq!(written(&plain), r#"{"Message":"no","__type":"AccountNotFoundException"}"#);
    let reasoned =
        Refusal { code: ErrorCode::InvalidInputException, reason: Some("INPUT_REQUIRED"), ..plain };
    let expected = r#"{"Message":"no","Reason":"INPUT_REQUIRED","__type":"InvalidInputException"}"#;
    assert_eq!(written(&reasoned), expected);
    assert_eq!(ErrorCode::AccountNotFoundException.http_status(), 400);
    assert_eq!(ErrorCode::ServiceException.http_status(), 500);
}
