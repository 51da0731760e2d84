//! A call across accounts: what the caller's account receives, and what the owner's.

use cairn_capture::{SharedIds, share_with_owner};
use serde_json::{Value, json};

use crate::cases::observed;

#[test]
fn caller_and_owner_each_get_a_record() {
    let (_, record) = observed(&json!({
        "caller": "user",
        "owner": "999988887777",
        "scope": "AKIAEXAMPLE000000002/20260302/eu-west-1/s3/aws4_request",
        "request": {"method": "PUT", "target": "/theirs/k", "headers": [["Host", "h"]]},
        "response": {"status": 403, "body": "<Error><Code>AccessDenied</Code></Error>"},
    }))
    .record();
    let ids = SharedIds { shared_event_id: "shared", owner_event_id: "owners" };
    let [caller, owner] = share_with_owner(record, "999988887777".parse().unwrap(), ids)
        .map(|record| serde_json::from_slice::<Value>(&record.to_bytes()).unwrap());
    assert_eq!(caller["sharedEventID"], json!("shared"));
    assert_eq!(caller["recipientAccountId"], json!("111122223333"));
    assert_eq!(caller["userIdentity"]["type"], json!("IAMUser"));
    assert_eq!(caller["resources"][1], json!({"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::theirs"}));
    assert_eq!(owner["sharedEventID"], json!("shared"));
    assert_eq!(owner["eventID"], json!("owners"));
    assert_ne!(caller["eventID"], owner["eventID"]);
    assert_eq!(owner["recipientAccountId"], json!("999988887777"));
    assert_eq!(
        owner["userIdentity"],
        json!({"type": "AWSAccount", "principalId": "AIDAEXAMPLEMIA0000001", "accountId": "111122223333"})
    );
    assert_eq!(owner["resources"][1]["accountId"], json!("999988887777"));
}
