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

#[test]
fn the_owner_of_a_role_learns_the_callers_account_alone() {
    let role = "arn:aws:iam::999988887777:role/audit";
    let answer = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE000000004</AccessKeyId>\
        <SecretAccessKey>hidden</SecretAccessKey><SessionToken>hidden</SessionToken></Credentials></AssumeRoleResult>\
        </AssumeRoleResponse>";
    let (_, record) = observed(&json!({
        "caller": "session",
        "owner": "999988887777",
        "scope": "ASIAEXAMPLE000000001/20260302/eu-west-1/sts/aws4_request",
        "request": {
            "method": "POST", "target": "/",
            "headers": [["Host", "h"], ["Content-Type", "application/x-www-form-urlencoded"]],
            "body": format!("Action=AssumeRole&Version=2011-06-15&RoleArn={role}&RoleSessionName=run"),
        },
        "response": {"status": 200, "body": answer},
    }))
    .record();
    let ids = SharedIds { shared_event_id: "shared", owner_event_id: "owners" };
    let [caller, owner] = share_with_owner(record, "999988887777".parse().unwrap(), ids)
        .map(|record| serde_json::from_slice::<Value>(&record.to_bytes()).unwrap());
    assert_eq!(caller["userIdentity"]["type"], json!("AssumedRole"));
    assert_eq!(
        owner["userIdentity"],
        json!({"type": "AWSAccount", "principalId": "AROAEXAMPLEUPLOADER00:batch-7", "accountId": "111122223333"})
    );
    let resources = json!([{"accountId": "999988887777", "type": "AWS::IAM::Role", "ARN": role}]);
    assert_eq!((&caller["resources"], &owner["resources"]), (&resources, &resources));
    assert_eq!(owner["responseElements"]["credentials"]["accessKeyId"], json!("ASIAEXAMPLE000000004"));
    assert!(!owner.to_string().contains("hidden\""));
}
