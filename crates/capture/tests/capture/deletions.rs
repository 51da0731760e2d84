//! A DeleteObjects is told by one event of its own and one for each key.

use cairn_event::EventView;
use serde_json::{Value, json};

use crate::cases::observed;

fn exchange(request: &str, response: &Value) -> Value {
    json!({
        "caller": "user",
        "owner": "111122223333",
        "scope": "AKIAEXAMPLE000000002/20260302/eu-west-1/s3/aws4_request",
        "request": {"method": "POST", "target": "/shop?delete", "body": request,
            "headers": [["Host", "s3.example"], ["User-Agent", "aws-cli"]]},
        "response": response,
    })
}

/// Returns what the event of the call itself says beside parameters and answer.
fn said(request: &str) -> Value {
    let (_, record) = observed(&exchange(request, &json!({"status": 200}))).record();
    record.additional_event_data.unwrap_or_default()
}

fn deletions(request: &str, response: &Value) -> Vec<Value> {
    let exchange = exchange(request, response);
    let mut count = 0;
    let records = observed(&exchange).further_records(|| {
        count += 1;
        format!("00000000-0000-4000-8000-{count:012}")
    });
    let bytes = records.iter().map(cairn_event::Record::to_bytes);
    bytes
        .map(|bytes| {
            EventView::parse(&bytes).unwrap();
            serde_json::from_slice(&bytes).unwrap()
        })
        .collect()
}

const TWO: &str = "<Delete><Quiet>true</Quiet><Object><Key>a &amp; b</Key></Object>\
                   <Object><Key> kept</Key><VersionId>null</VersionId></Object></Delete>";

#[test]
fn each_key_of_a_list_has_an_event_that_selectors_can_tell() {
    let answer = "<DeleteResult><Error><Code>AccessDenied</Code><Key> kept</Key><Message>Access Denied</Message>\
                  </Error></DeleteResult>";
    let events = deletions(TWO, &json!({"status": 200, "body": answer}));
    let [gone, kept] = events.as_slice() else { panic!("{events:?}") };
    let expected = json!({
        "eventVersion": "1.11", "eventTime": "2026-03-02T08:14:55Z", "eventSource": "s3.amazonaws.com",
        "eventName": "DeleteObject", "awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.24",
        "userAgent": "[aws-cli]", "responseElements": null, "requestID": "7Q1Z0EXAMPLE9KD2",
        "requestParameters": {"bucketName": "shop", "Host": "s3.example", "key": "a & b"},
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAEXAMPLEMIA0000001", "userName": "mia",
            "arn": "arn:aws:iam::111122223333:user/mia", "accountId": "111122223333",
            "accessKeyId": "AKIAEXAMPLE000000002"},
        "resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::shop/a & b"},
            {"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::shop"}],
        "eventID": "00000000-0000-4000-8000-000000000001", "eventType": "AwsServiceEvent", "readOnly": false,
        "managementEvent": false, "eventCategory": "Data", "recipientAccountId": "111122223333",
        "tlsDetails": {"clientProvidedHostHeader": "s3.example"},
    });
    assert_eq!(*gone, expected);
    assert_eq!(kept["requestParameters"]["key"], " kept", "blanks are part of a key");
    assert_eq!(kept["requestParameters"]["versionId"], "null");
    assert_eq!([&kept["errorCode"], &kept["errorMessage"]], ["AccessDenied", "Access Denied"]);
    assert_ne!(kept["eventID"], gone["eventID"]);
}

#[test]
fn what_was_not_done_has_no_events_of_its_own() {
    let refused = json!({"status": 403, "body": "<Error><Code>AccessDenied</Code></Error>"});
    assert!(deletions(TWO, &refused).is_empty());
    assert!(deletions("<Delete><Object><Key>a</Key>", &json!({"status": 200})).is_empty());
    let many = "<Object><Key>k</Key></Object>".repeat(1001);
    assert_eq!(deletions(&format!("<Delete>{many}</Delete>"), &json!({"status": 200})).len(), 1000);
}

#[test]
fn a_prefix_hides_no_key() {
    let list = "<x:Delete xmlns:x=\"http://s3.amazonaws.com/doc/2006-03-01/\"><x:Object><x:Key>k</x:Key>\
                <x:VersionId>3</x:VersionId></x:Object></x:Delete>";
    let events = deletions(list, &json!({"status": 200, "body": "<DeleteResult/>"}));
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(
        event["requestParameters"],
        json!({"bucketName": "shop", "Host": "s3.example", "key": "k", "versionId": "3"})
    );
    assert_eq!(said(list).get("requestBody"), None);
    let failed = "<s:DeleteResult xmlns:s=\"urn:s\"><s:Error><s:Key>k</s:Key><s:Code>AccessDenied</s:Code></s:Error>\
                  </s:DeleteResult>";
    let events = deletions(list, &json!({"status": 200, "body": failed}));
    assert_eq!(events[0]["errorCode"], "AccessDenied");
}

#[test]
fn a_list_whose_keys_are_not_all_told_says_so() {
    assert_eq!(said(TWO).get("requestBody"), None);
    let two_keys = "<Object><Key>harmless</Key><Key>other</Key></Object>";
    let split = "<Object><Key>a<b>c</b>d</Key></Object>";
    for (list, told) in [
        ("<!DOCTYPE Delete><Delete><Object><Key>a</Key></Object></Delete>".to_owned(), 0),
        ("<Delete><Entry><Key>a</Key></Entry></Delete>".to_owned(), 0),
        ("5\r\n<Dele\r\n".to_owned(), 0),
        (format!("<Delete><Object><Key>a</Key></Object>{two_keys}</Delete>"), 1),
        (format!("<Delete>{split}</Delete>"), 0),
    ] {
        let size = list.len();
        let expected = json!({"omitted": true, "originalSize": size, "reason": "requestBody unreadable"});
        assert_eq!(said(&list)["requestBody"], expected, "{list}");
        assert_eq!(deletions(&list, &json!({"status": 200})).len(), told, "{list}");
    }
    let many = format!("<Delete>{}</Delete>", "<Object><Key>k</Key></Object>".repeat(1001));
    assert_eq!(said(&many)["requestBody"]["reason"], "requestBody too large");
}

#[test]
fn a_key_whose_deletion_the_answer_does_not_tell_is_unknown() {
    let events = deletions(TWO, &json!({"status": 200, "body": "<DeleteResult><Err"}));
    assert_eq!(events.len(), 2);
    for event in events {
        assert_eq!(
            (&event["errorCode"], &event["additionalEventData"]),
            (&Value::Null, &json!({"outcome": "unknown"}))
        );
    }
}
