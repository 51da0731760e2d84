use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    BODY_BYTES_MAX, CONTENT_TYPE, NESTING_MAX, Refusal, Request, error_body, operation, success_body,
};
use crate::Timestamp;
use crate::cloudtrail::*;

const PREFIX: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101";

fn decode(operation: Operation, body: &Value) -> Result<Request, Refusal> {
    Request::decode(operation, Some(CONTENT_TYPE), body.to_string().as_bytes())
}

fn refusal<I: Input<Operation = Operation> + std::fmt::Debug>(body: &Value) -> (ErrorCode, String) {
    let refusal = decode(I::OPERATION, body).and_then(|request| request.input::<I>()).unwrap_err();
    (refusal.code, refusal.message)
}

#[test]
fn targets_name_the_operation_after_the_last_dot() {
    for target in [format!("{PREFIX}.LookupEvents"), "CloudTrail_20131101.LookupEvents".to_owned()] {
        assert_eq!(operation(Some(&target)), Ok(Operation::LookupEvents), "{target}");
    }
    for target in
        [None, Some("LookupEvents"), Some("DynamoDB_20120810.GetItem"), Some("CloudTrail_20131101.")]
    {
        assert_eq!(operation(target).unwrap_err().code, ErrorCode::UnknownOperationException, "{target:?}");
    }
}

#[test]
fn bodies_that_cannot_be_read_are_refused() {
    let deep = format!("{{\"Name\":{}", "[".repeat(NESTING_MAX));
    let long = vec![b' '; BODY_BYTES_MAX + 1];
    for (content_type, body, code) in [
        (Some("text/xml"), b"{}".as_slice(), ErrorCode::MalformedHttpRequestException),
        (Some(CONTENT_TYPE), long.as_slice(), ErrorCode::RequestEntityTooLargeException),
        (Some(CONTENT_TYPE), b"{\"Name\":", ErrorCode::SerializationException),
        (Some(CONTENT_TYPE), b"[]", ErrorCode::SerializationException),
        (Some(CONTENT_TYPE), b"null", ErrorCode::SerializationException),
        (Some(CONTENT_TYPE), b"{\"Name\":\"\xff\"}", ErrorCode::SerializationException),
        (Some(CONTENT_TYPE), deep.as_bytes(), ErrorCode::SerializationException),
    ] {
        let refusal = Request::decode(Operation::GetTrail, content_type, body).unwrap_err();
        assert_eq!(refusal.code, code, "{content_type:?} {refusal}");
    }
}

#[test]
fn wrong_types_are_refused_in_the_service_s_words() {
    for (body, message) in [
        (json!({"Name": 1}), "NUMBER_VALUE can not be converted to String"),
        (json!({"Name": 1.5}), "DECIMAL_VALUE can not be converted to String"),
        (json!({"Name": true}), "TRUE_VALUE can not be converted to String"),
        (json!({"Name": []}), "Start of list found where not expected."),
        (json!({"Name": {}}), "Start of structure or map found where not expected."),
        (json!({"IsMultiRegionTrail": "true"}), "STRING_VALUE can not be converted to Boolean"),
        (json!({"TagsList": {}}), "Start of structure or map found where not expected."),
        (json!({"TagsList": ["x"]}), "STRING_VALUE can not be converted to a structure"),
    ] {
        let expected = (ErrorCode::SerializationException, message.to_owned());
        assert_eq!(refusal::<CreateTrailRequest>(&body), expected, "{body}");
    }
    let (code, _) = refusal::<LookupEventsRequest>(&json!({"MaxResults": 1.5}));
    assert_eq!(code, ErrorCode::SerializationException);
    let (code, _) = refusal::<LookupEventsRequest>(&json!({"MaxResults": 3_000_000_000_u64}));
    assert_eq!(code, ErrorCode::SerializationException);
    let (code, _) = refusal::<LookupEventsRequest>(&json!({"StartTime": "now"}));
    assert_eq!(code, ErrorCode::SerializationException);
}

#[test]
fn broken_constraints_are_told_in_aws_s_words() {
    use ErrorCode::*;
    fn check<I: Input<Operation = Operation> + std::fmt::Debug>(
        body: &Value,
        code: ErrorCode,
        message: &str,
    ) {
        assert_eq!(refusal::<I>(body), (code, message.to_owned()));
    }
    check::<GetTrailRequest>(
        &json!({"Name": null}),
        ValidationException,
        "1 validation error detected: Value null at 'name' failed to satisfy constraint: \
         Member must not be null",
    );
    check::<CreateTrailRequest>(
        &json!({}),
        InvalidParameterException,
        "2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not \
         be null; Value null at 's3BucketName' failed to satisfy constraint: Member must not be null",
    );
    check::<LookupEventsRequest>(
        &json!({"MaxResults": 51}),
        InvalidMaxResultsException,
        "1 validation error detected: Value '51' at 'maxResults' failed to satisfy constraint: \
         Member must have value less than or equal to 50",
    );
    check::<LookupEventsRequest>(
        &json!({"LookupAttributes": [{"AttributeKey": "Name", "AttributeValue": "x"}]}),
        InvalidLookupAttributesException,
        "1 validation error detected: Value 'Name' at 'lookupAttributes.1.member.attributeKey' failed to \
         satisfy constraint: Member must satisfy enum value set: [EventId, EventName, ReadOnly, Username, \
         ResourceType, ResourceName, EventSource, AccessKeyId]",
    );
    check::<GetImportRequest>(
        &json!({"ImportId": "X"}),
        InvalidParameterException,
        "2 validation errors detected: Value 'X' at 'importId' failed to satisfy constraint: Member must \
         have length greater than or equal to 36; Value 'X' at 'importId' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: ^[a-f0-9\\-]+$",
    );
    check::<StartQueryRequest>(
        &json!({"QueryParameters": ["", "x"]}),
        InvalidParameterException,
        "1 validation error detected: Value '[, x]' at 'queryParameters' failed to satisfy constraint: \
         Member must satisfy constraint: [Member must have length less than or equal to 1024, Member must \
         have length greater than or equal to 1, Member must satisfy regular expression pattern: .*]",
    );
    check::<ListInsightsDataRequest>(
        &json!({"InsightSource": "arn", "DataType": "InsightsEvents", "Dimensions": {"EventKind": "x"}}),
        InvalidParameterException,
        "1 validation error detected: Value '{\"EventKind\":\"x\"}' at 'dimensions' failed to satisfy \
         constraint: Map keys must satisfy constraint: [Member must satisfy enum value set: [EventId, \
         EventName, EventSource]]",
    );
}

#[test]
fn typed_inputs_hold_what_was_sent() {
    let body = json!({
        "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateBucket"}],
        "StartTime": 1772439012.471, "EndTime": "2026-03-02T08:10:13Z", "MaxResults": 50.0,
        "NextToken": null, "Unheard": {"of": [1, 2]}
    });
    let request = decode(Operation::LookupEvents, &body).unwrap();
    let input: LookupEventsRequest = request.input().unwrap();
    assert_eq!(input.max_results, Some(50));
    assert_eq!(input.next_token, None);
    assert_eq!(input.start_time.map(Timestamp::epoch_seconds), Some(1772439012.471));
    assert_eq!(input.end_time.map(Timestamp::epoch_seconds), Some(1772439013.0));
    let attribute = &input.lookup_attributes.unwrap()[0];
    assert_eq!(attribute.attribute_key, LookupAttributeKey::EventName);
    assert_eq!(request.parameters().as_object().unwrap().len(), 4);

    let other = request.input::<GetTrailRequest>().unwrap_err();
    assert_eq!(other.code, ErrorCode::InternalFailure);
}

#[test]
fn describe_trails_keeps_its_own_casing() {
    let request =
        decode(Operation::DescribeTrails, &json!({"trailNameList": ["a"], "includeShadowTrails": false}));
    let input: DescribeTrailsRequest = request.unwrap().input().unwrap();
    assert_eq!(input.trail_name_list, Some(vec!["a".to_owned()]));
    assert_eq!(input.include_shadow_trails, Some(false));
    let output = DescribeTrailsResponse {
        trail_list: Some(vec![Trail { name: Some("a".to_owned()), ..Default::default() }]),
    };
    assert_eq!(success_body(&output), br#"{"trailList":[{"Name":"a"}]}"#);
}

#[test]
fn answers_leave_out_what_is_absent() {
    assert_eq!(success_body(&StartLoggingResponse::default()), b"{}");
    let status = GetTrailStatusResponse {
        is_logging: Some(true),
        start_logging_time: Some(Timestamp::from_epoch_seconds(1772438700.118).unwrap()),
        ..Default::default()
    };
    assert_eq!(success_body(&status), br#"{"IsLogging":true,"StartLoggingTime":1772438700.118}"#);
    let key = PublicKey { value: Some(crate::Blob(vec![1, 2, 255])), ..Default::default() };
    assert_eq!(success_body(&key), br#"{"Value":"AQL/"}"#);
    let body = error_body(ErrorCode::TrailNotFoundException, "Unknown trail: \"x\"");
    assert_eq!(body, br#"{"__type":"TrailNotFoundException","Message":"Unknown trail: \"x\""}"#);
}

#[test]
fn an_empty_body_stands_for_no_parameters() {
    for body in ["", "  \n", "{}"] {
        let request = Request::decode(Operation::DescribeTrails, None, body.as_bytes()).unwrap();
        assert_eq!(request.request_parameters(), None);
        request.input::<DescribeTrailsRequest>().unwrap();
    }
}

/// Values that look like bodies: members that exist with values that may not fit.
fn nearly_bodies() -> impl Strategy<Value = Value> {
    let names =
        ["Name", "TagsList", "Key", "Value", "MaxResults", "StartTime", "EventSelectors", "trailNameList"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(names.to_vec()), inner), 0..6).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_body_panics(body in prop::collection::vec(any::<u8>(), 0..200), at in 0..Operation::ALL.len()) {
        let decoded = Request::decode(Operation::ALL[at], Some(CONTENT_TYPE), &body);
        prop_assert!(decoded.is_ok() || !decoded.unwrap_err().message.is_empty());
    }

    #[test]
    fn what_passes_the_constraints_has_the_type(body in nearly_bodies(), at in 0..Operation::ALL.len()) {
        let operation = Operation::ALL[at];
        if let Ok(request) = decode(operation, &body) {
            // Whatever the reader lets through must satisfy the typed structure too: otherwise the
            // table and the types, made from the same model, would disagree.
            let typed = match operation {
                Operation::CreateTrail => request.input::<CreateTrailRequest>().map(|_| ()),
                Operation::LookupEvents => request.input::<LookupEventsRequest>().map(|_| ()),
                Operation::PutEventSelectors => request.input::<PutEventSelectorsRequest>().map(|_| ()),
                Operation::AddTags => request.input::<AddTagsRequest>().map(|_| ()),
                Operation::DescribeTrails => request.input::<DescribeTrailsRequest>().map(|_| ()),
                _ => Ok(()),
            };
            prop_assert!(typed.map_err(|refusal| refusal.code) != Err(ErrorCode::SerializationException));
            request.request_parameters();
        }
    }

    #[test]
    fn no_target_panics(target in ".{0,80}") {
        if let Ok(operation) = operation(Some(&target)) {
            prop_assert!(target.ends_with(operation.name()));
        }
    }
}
