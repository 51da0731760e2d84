//! Whatever is sent and answered, there is a record, and it is an event.

use cairn_event::EventView;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::cases::observed;

proptest! {
    #[test]
    fn every_exchange_becomes_an_event(
        method in prop::sample::select(vec!["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH", ""]),
        path in "[/a-z%0-9.é\u{0}]{0,20}",
        query in "[a-zA-Z%=&+\\-]{0,30}",
        service in prop::sample::select(vec!["s3", "sts", "cloudtrail", "ec2", "dynamodb", ""]),
        header in prop::sample::select(vec!["x-amz-copy-source", "x-amz-decoded-content-length", "user-agent", "host", "x-amzn-errortype"]),
        value in ".{0,20}",
        body in body(),
        answer in body(),
        status in 100..600_u16,
        caller in prop::sample::select(vec!["user", "root", "session", "rejected", "unsigned", "cloudtrail.amazonaws.com"]),
    ) {
        let exchange = json!({
            "caller": caller,
            "scope": format!("AKIA/20260302/us-east-1/{service}/aws4_request"),
            "request": {"method": method, "target": format!("/{path}?{query}"), "body": body,
                "headers": [["X-Amz-Target", "CloudTrail_20131101.PutEventSelectors"], [header, value]]},
            "response": {"status": status, "body": answer, "headers": [[header, value]]},
        });
        let (_, record) = observed(&exchange).record();
        let bytes = record.to_bytes();
        let event = EventView::parse(&bytes).unwrap();
        prop_assert_eq!(event.error_code.is_some(), record.error_code.is_some());
        prop_assert!(status < 300 || record.error_code.is_some());
        prop_assert!(record.error_code.is_none() || record.response_elements.is_none());
    }
}

fn body() -> impl Strategy<Value = Value> {
    prop_oneof![
        ".{0,40}".prop_map(Value::from),
        "(<[ab]( c=\"d\")?>|</[ab]>|&lt;|&#[0-9]{1,6};|x|<Error>|<Code>)*".prop_map(Value::from),
        "((Action|Tags|RoleArn|Policy)(\\.member)?(\\.[0-9]{0,3})?(\\.Key)?=[a-z%]{0,5}&)*"
            .prop_map(Value::from),
        Just(json!({"Name": {"Name": []}, "TrailName": 5, "EventSelectors": [null, {"ReadWriteType": {}}]})),
        Just(json!({"__type": "a#b:c", "message": 7})),
    ]
}
