//! The shapes and the types come from one model; these tests hold them to each other.

use super::{ErrorCode, Operation, Refusal, Request, error_body, response_elements, round_trips};
use crate::shape::sample::{sample, spoilt};

#[test]
fn requests_and_responses_pass_through_their_types_unchanged() {
    for operation in Operation::ALL {
        let sent = sample(operation.model().input);
        let request = Request::decode(operation, None, sent.to_string().as_bytes()).unwrap();
        assert!(request.violations().is_empty(), "{operation}: {}", request.violations());
        assert_eq!(request.parameters(), &sent, "{operation}");
        assert_eq!(round_trips::request(operation, sent.clone()).unwrap(), sent, "{operation}");
        let answer = sample(operation.model().output);
        assert_eq!(round_trips::response(operation, answer.clone()).unwrap(), answer, "{operation}");
    }
}

#[test]
fn every_rule_of_the_model_is_enforced() {
    let mut rules = 0;
    for operation in Operation::ALL {
        for body in spoilt(operation.model().input) {
            let request = Request::decode(operation, None, body.to_string().as_bytes()).unwrap();
            let refusal = request.check().expect_err(operation.name());
            assert_eq!(refusal.code, ErrorCode::ValidationException);
            rules += 1;
        }
    }
    assert!(rules > 150, "the model is gone: {rules}");
}

#[test]
fn every_operation_is_found_by_its_name() {
    for operation in Operation::ALL {
        assert_eq!(Operation::find(operation.name()), Some(operation));
    }
    for name in ["", "createKey", "Sign", "CreateKeys"] {
        assert_eq!(Operation::find(name), None, "{name}");
    }
}

#[test]
fn no_record_holds_what_is_secret() {
    let body =
        br#"{"KeyId":"alias/a","Plaintext":"c2VjcmV0","GrantTokens":["abc"],"EncryptionContext":{"A":"b"}}"#;
    let request = Request::decode(Operation::Encrypt, None, body).unwrap();
    let shown = serde_json::json!({"keyId": "alias/a", "encryptionContext": {"A": "b"}});
    assert_eq!(request.request_parameters(), Some(shown));
    assert!(!format!("{request:?}").contains("c2VjcmV0"));
    let grant = br#"{"GrantToken":"abc","GrantId":"0c"}"#;
    assert_eq!(response_elements(Operation::CreateGrant, grant), Some(serde_json::json!({"grantId": "0c"})));
    let data_key = br#"{"Plaintext":"c2VjcmV0","CiphertextBlob":"YQ=="}"#;
    assert_eq!(response_elements(Operation::GenerateDataKey, data_key), None);
}

#[test]
fn errors_of_the_model_and_of_the_framework_are_written_as_kms_does() {
    let written = |code| String::from_utf8(error_body(&Refusal::new(code, "no"))).unwrap();
    assert_eq!(written(ErrorCode::NotFoundException), r#"{"__type":"NotFoundException","message":"no"}"#);
    assert_eq!(
        written(ErrorCode::AccessDeniedException),
        r#"{"Message":"no","__type":"AccessDeniedException"}"#
    );
    assert_eq!(ErrorCode::NotFoundException.http_status(), 400);
    assert_eq!(ErrorCode::KMSInternalException.http_status(), 500);
}
