//! A call across accounts: what the caller's account receives, and what the owners'.

use cairn_capture::{Owners, share_with_owners};
use cairn_event::Record;
use serde_json::{Value, json};

use crate::cases::observed;

const OWNER: &str = "999988887777";
const THIRD: &str = "222233334444";

/// Shares a record and returns what the accounts receive, the caller's first. Ids are `1`, `2` and so on.
fn shared(record: Record, resource: Option<&str>, source: Option<&str>) -> Vec<Value> {
    let account = |id: Option<&str>| id.map(|id| id.parse().unwrap());
    let owners = Owners { resource: account(resource), source: account(source) };
    let mut ids = (1..).map(|id: u32| id.to_string());
    let records = share_with_owners(record, owners, || ids.next().unwrap());
    records.iter().map(|record| serde_json::from_slice(&record.to_bytes()).unwrap()).collect()
}

/// Renders a call of S3 in the bucket of [`OWNER`].
fn s3(method: &str, target: &str, more: &Value) -> Record {
    let mut case = json!({
        "caller": "user",
        "owner": OWNER,
        "scope": "AKIAEXAMPLE000000002/20260302/eu-west-1/s3/aws4_request",
        "request": {"method": method, "target": target, "headers": [["Host", "h"]]},
        "response": {"status": 200},
    });
    for (name, value) in more.as_object().unwrap() {
        case[name] = value.clone();
    }
    observed(&case).record().1
}

fn denied(message: &str) -> Value {
    let body = format!("<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>");
    json!({"response": {"status": 403, "body": body}})
}

#[test]
fn caller_and_owner_each_get_a_record() {
    let all = shared(s3("PUT", "/theirs/k", &denied("No.")), Some(OWNER), None);
    let [caller, owner] = all.as_slice() else { panic!("two records: {all:?}") };
    assert_eq!((&caller["sharedEventID"], &owner["sharedEventID"]), (&json!("1"), &json!("1")));
    assert_eq!(caller["recipientAccountId"], json!("111122223333"));
    assert_eq!(caller["userIdentity"]["type"], json!("IAMUser"));
    assert_eq!(caller["resources"][1], json!({"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::theirs"}));
    assert_eq!(owner["eventID"], json!("2"));
    assert_ne!(caller["eventID"], owner["eventID"]);
    assert_eq!(owner["recipientAccountId"], json!(OWNER));
    assert_eq!(
        owner["userIdentity"],
        json!({"type": "AWSAccount", "principalId": "AIDAEXAMPLEMIA0000001", "accountId": "111122223333"})
    );
    assert_eq!(owner["resources"][1]["accountId"], json!(OWNER));
    assert_eq!(owner["errorMessage"], json!("No."));
}

#[test]
fn a_call_within_one_account_is_told_once() {
    for (resource, source) in
        [(None, None), (Some("111122223333"), None), (Some("111122223333"), Some("111122223333"))]
    {
        let all = shared(s3("PUT", "/own/k", &json!({})), resource, source);
        assert_eq!(all.len(), 1);
        assert!(all[0].get("sharedEventID").is_none());
    }
}

#[test]
fn a_message_that_names_the_caller_is_hidden_from_the_owner() {
    let message = "User: arn:aws:iam::111122223333:user/mia is not authorized to perform: s3:PutObject";
    let all = shared(s3("PUT", "/theirs/k", &denied(message)), Some(OWNER), None);
    assert_eq!(all[0]["errorMessage"], json!(message));
    assert_eq!(all[1]["errorMessage"], json!("HIDDEN_DUE_TO_SECURITY_REASONS"));
    assert!(!all[1].to_string().contains("user/mia"));
}

#[test]
fn people_and_agents_behind_the_caller_are_not_told_to_the_owner() {
    let mut record = s3("PUT", "/theirs/k", &json!({}));
    let actor = json!({
        "human": "mia@example.com", "humanFrom": "tag:email", "agent": "builder", "agentFrom": "directory",
        "tool": "aws-cli", "toolVersion": "2.31.1", "command": "s3.cp",
        "assumedBy": ["arn:aws:iam::111122223333:user/mia"],
    });
    record.additional_event_data = Some(json!({"actor": actor, "SignatureVersion": "SigV4"}));
    let all = shared(record.clone(), Some(OWNER), None);
    assert_eq!(all[0]["additionalEventData"]["actor"], actor);
    let left = json!({"tool": "aws-cli", "toolVersion": "2.31.1", "command": "s3.cp"});
    assert_eq!(all[1]["additionalEventData"], json!({"actor": left, "SignatureVersion": "SigV4"}));
    record.additional_event_data =
        Some(json!({"actor": {"human": "mia@example.com", "humanFrom": "tag:email"}}));
    assert!(shared(record, Some(OWNER), None)[1].get("additionalEventData").is_none());
}

#[test]
fn both_owners_of_a_copy_are_told_and_not_of_each_other() {
    let copy = json!({
        "request": {
            "method": "PUT", "target": "/theirs/k", "headers": [["Host", "h"], ["x-amz-copy-source", "/third/a%20b"]],
        },
        "response": {"status": 200, "headers": [["x-amz-version-id", "v1"]], "body": "<CopyObjectResult/>"},
    });
    let all = shared(s3("PUT", "/theirs/k", &copy), Some(OWNER), Some(THIRD));
    let [caller, owner, source] = all.as_slice() else { panic!("three records: {all:?}") };
    let ids: Vec<&Value> = all.iter().map(|record| &record["eventID"]).collect();
    assert_eq!(ids[1..], [&json!("2"), &json!("3")]);
    assert_eq!([caller, owner, source].map(|record| record["sharedEventID"] == json!("1")), [true; 3]);
    assert_eq!(source["recipientAccountId"], json!(THIRD));
    assert_eq!(owner["responseElements"]["x-amz-version-id"], json!("v1"));
    assert_eq!(source["responseElements"], Value::Null);
    assert!(!source.to_string().contains(OWNER), "{source}");
    assert!(!owner.to_string().contains(THIRD), "{owner}");
    assert!(source.to_string().contains("arn:aws:s3:::third/a b"));
    // Whoever owns both is told once.
    assert_eq!(shared(s3("PUT", "/theirs/k", &copy), Some(OWNER), Some(OWNER)).len(), 2);
    // The source's owner is told of a copy into a bucket of the caller's own.
    let own = shared(s3("PUT", "/own/k", &copy), Some("111122223333"), Some(THIRD));
    assert_eq!(own[1]["recipientAccountId"], json!(THIRD));
}

#[test]
fn the_source_of_a_copy_is_not_told_what_was_made_of_it() {
    let copy = json!({
        "request": {
            "method": "PUT", "target": "/theirs/k", "headers": [["Host", "h"], ["x-amz-copy-source", "/third/a"]],
        },
        "response": {
            "status": 200, "headers": [["x-amz-server-side-encryption", "aws:kms"], ["x-amz-id-2", "host"]],
            "body": "<CopyObjectResult/>",
        },
    });
    let all = shared(s3("PUT", "/theirs/k", &copy), Some(OWNER), Some(THIRD));
    assert_eq!(all[1]["additionalEventData"], all[0]["additionalEventData"]);
    assert_eq!(all[1]["additionalEventData"]["SSEApplied"], json!("Default_SSE_KMS"));
    let left =
        json!({"AuthenticationMethod": "AuthHeader", "SignatureVersion": "SigV4", "bytesTransferredIn": 0});
    assert_eq!(all[2]["additionalEventData"], left);
    // What the caller sent is the same in all of them.
    assert_eq!(all[2]["requestParameters"], all[0]["requestParameters"]);
}

#[test]
fn each_owner_of_a_ciphertext_that_changes_keys_is_told_the_material_of_its_own_key() {
    let mut record = s3("PUT", "/theirs/k", &json!({}));
    let both = json!({"sourceKeyMaterialId": "s", "destinationKeyMaterialId": "d"});
    record.additional_event_data = Some(both.clone());
    let told = |resource, source| {
        let all = shared(record.clone(), Some(resource), Some(source));
        all.into_iter().map(|record| record["additionalEventData"].clone()).collect::<Vec<_>>()
    };
    let (source, destination) =
        (json!({"sourceKeyMaterialId": "s"}), json!({"destinationKeyMaterialId": "d"}));
    assert_eq!(told(OWNER, THIRD), [both.clone(), destination, source.clone()]);
    assert_eq!(told("111122223333", THIRD), [both.clone(), source]);
    assert_eq!(told(OWNER, OWNER), [both.clone(), both]);
}

#[test]
fn a_stranger_whose_deletions_are_denied_does_not_learn_whose_the_bucket_is() {
    let listed = "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>";
    let answer = |errors: &str| format!("<DeleteResult>{errors}</DeleteResult>");
    let error = |code: &str| format!("<Error><Key>a</Key><Code>{code}</Code></Error>");
    for (body, shown) in [
        (answer(""), true),
        (answer(&error("InternalError")), true),
        (answer(&error("AccessDenied")), false),
        ("no XML".to_owned(), false),
    ] {
        let case = json!({
            "request": {"method": "POST", "target": "/theirs?delete", "headers": [["Host", "h"]], "body": listed},
            "response": {"status": 200, "body": body},
        });
        let all = shared(s3("POST", "/theirs?delete", &case), Some(OWNER), None);
        assert_eq!(all[0].to_string().contains(OWNER), shown, "{body}");
        assert_eq!(all[1]["resources"][1]["accountId"], json!(OWNER));
    }
}

#[test]
fn a_service_stays_a_service_to_the_owner() {
    let mut record = s3("PUT", "/theirs/k", &json!({}));
    record.user_identity = serde_json::from_value(json!({
        "type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com",
    }))
    .unwrap();
    let all = shared(record, Some(OWNER), None);
    assert_eq!(
        all[1]["userIdentity"],
        json!({"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"})
    );
}

#[test]
fn the_owner_of_a_role_learns_the_callers_account_alone() {
    let role = "arn:aws:iam::999988887777:role/audit";
    let answer = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE000000004</AccessKeyId>\
        <SecretAccessKey>hidden</SecretAccessKey><SessionToken>hidden</SessionToken></Credentials></AssumeRoleResult>\
        </AssumeRoleResponse>";
    let (_, record) = observed(&json!({
        "caller": "session",
        "owner": OWNER,
        "scope": "ASIAEXAMPLE000000001/20260302/eu-west-1/sts/aws4_request",
        "request": {
            "method": "POST", "target": "/",
            "headers": [["Host", "h"], ["Content-Type", "application/x-www-form-urlencoded"]],
            "body": format!("Action=AssumeRole&Version=2011-06-15&RoleArn={role}&RoleSessionName=run"),
        },
        "response": {"status": 200, "body": answer},
    }))
    .record();
    let all = shared(record, Some(OWNER), None);
    let [caller, owner] = all.as_slice() else { panic!("two records: {all:?}") };
    assert_eq!(caller["userIdentity"]["type"], json!("AssumedRole"));
    assert_eq!(
        owner["userIdentity"],
        json!({"type": "AWSAccount", "principalId": "AROAEXAMPLEUPLOADER00:batch-7", "accountId": "111122223333"})
    );
    let resources = json!([{"accountId": OWNER, "type": "AWS::IAM::Role", "ARN": role}]);
    assert_eq!((&caller["resources"], &owner["resources"]), (&resources, &resources));
    assert_eq!(owner["responseElements"]["credentials"]["accessKeyId"], json!("ASIAEXAMPLE000000004"));
    assert!(!owner.to_string().contains("hidden\""));
}
