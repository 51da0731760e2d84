use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// An entry as MinIO's documentation shows it, with a secret in every place that may hold one.
fn entry() -> Value {
    json!({
        "version": "1",
        "deploymentid": "90e81272-45d9-4fe8-9c45-c9a7322bf4b5",
        "time": "2024-05-09T07:38:10.449688982Z",
        "event": "",
        "trigger": "incoming",
        "api": {
            "name": "PutObject", "bucket": "shop", "object": "a b/hosts", "status": "OK", "statusCode": 200,
            "rx": 401, "tx": 0, "timeToResponse": "13309747ns", "timeToResponseInNS": "13309747",
        },
        "remotehost": "192.0.2.7",
        "requestID": "17CDC1F4D7E69123",
        "userAgent": "MinIO (linux; amd64) minio-go/v7.0.70",
        "requestPath": "/shop/a b/hosts",
        "requestHost": "minio.example:9000",
        "requestClaims": {"sub": "maya", "sessionPolicy": "MARKER", "accessToken": "MARKER"},
        "requestQuery": {"X-Amz-Signature": "MARKER", "X-Amz-Security-Token": "MARKER", "x-id": "PutObject"},
        "requestHeader": {
            "Authorization": "AWS4-HMAC-SHA256 Credential=maya-key/20240509/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=MARKER",
            "Cookie": "MARKER",
            "Content-Length": "401",
            "X-Amz-Content-Sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            "X-Amz-Decoded-Content-Length": "228",
            "X-Amz-Meta-Note": "MARKER",
            "X-Amz-Security-Token": "MARKER",
            "X-Amz-Server-Side-Encryption": "AES256",
            "X-Amz-Server-Side-Encryption-Customer-Key": "MARKER",
        },
        "responseHeader": {
            "ETag": "\"b2\"", "X-Amz-Id-2": "host-id", "X-Amz-Server-Side-Encryption": "AES256",
            "x-amz-version-id": "v1", "Set-Cookie": "MARKER",
        },
        "tags": {"objectLocation": {"name": "MARKER"}, "ilm-rule-id": "r1", "secretTag": "MARKER"},
        "accessKey": "maya-key",
        "parentUser": "maya",
    })
}

fn home() -> Home {
    let regions = ["eu-north-1", "eu-west-1", "us-east-1", "us-east-2"].map(|name| name.parse().unwrap());
    Home {
        account: "123456789012".parse().unwrap(),
        region: "eu-north-1".parse().unwrap(),
        regions: regions.into(),
        actors: crate::Actors::LeftOut,
    }
}

fn rendered(entry: &Value) -> Vec<Value> {
    let batch = events(entry.to_string().as_bytes(), &home(), &|_key| None).unwrap();
    batch.events.iter().map(|told| serde_json::from_slice(&told.draft.event).unwrap()).collect()
}

fn only(entry: &Value) -> Value {
    let mut events = rendered(entry);
    assert_eq!(events.len(), 1, "{entry}");
    events.remove(0)
}

/// Sets members by their pointers.
fn changed(changes: &[(&str, Value)]) -> Value {
    let mut entry = entry();
    for (pointer, value) in changes {
        *entry.pointer_mut(pointer).unwrap() = value.clone();
    }
    entry
}

#[test]
fn an_upload_becomes_the_event_that_s3_would_have_written() {
    let found = only(&entry());
    let expected = json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "arn": "arn:aws:iam::123456789012:user/maya",
            "accountId": "123456789012",
            "accessKeyId": "maya-key",
            "userName": "maya",
        },
        "eventTime": "2024-05-09T07:38:10Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "PutObject",
        "awsRegion": "eu-north-1",
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "[MinIO (linux; amd64) minio-go/v7.0.70]",
        "requestParameters": {
            "bucketName": "shop",
            "Host": "minio.example:9000",
            "key": "a b/hosts",
            "x-amz-server-side-encryption": "AES256",
            "x-id": "PutObject",
        },
        "responseElements": {"x-amz-server-side-encryption": "AES256", "x-amz-version-id": "v1"},
        "additionalEventData": {
            "AuthenticationMethod": "AuthHeader",
            "SSEApplied": "SSE_S3",
            "SignatureVersion": "SigV4",
            "bytesTransferredIn": 228,
            "bytesTransferredOut": 0,
            "deploymentId": "90e81272-45d9-4fe8-9c45-c9a7322bf4b5",
            "identityBasis": "accepted",
            "requestClaims": {"sub": "maya"},
            "source": "minio-audit-webhook",
            "tags": {"ilm-rule-id": "r1"},
            "x-amz-id-2": "host-id",
        },
        "requestID": "17CDC1F4D7E69123",
        "eventID": found["eventID"],
        "readOnly": false,
        "resources": [
            {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::shop/a b/hosts"},
            {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::shop"},
        ],
        "eventType": "AwsApiCall",
        "managementEvent": false,
        "recipientAccountId": "123456789012",
        "eventCategory": "Data",
        "tlsDetails": {"clientProvidedHostHeader": "minio.example:9000"},
    });
    assert_eq!(found, expected);
}

#[test]
fn secrets_are_dropped_on_receipt() {
    let text = entry().to_string();
    assert!(text.matches("MARKER").count() > 10);
    assert!(!only(&entry()).to_string().contains("MARKER"));
    // Whatever the call is.
    for (name, path) in
        [("AssumeRole", "/"), ("AddUser", "/minio/admin/v3/add-user"), ("GetBucketPolicy", "/shop")]
    {
        let entry = changed(&[("/api/name", json!(name)), ("/requestPath", json!(path))]);
        assert!(!only(&entry).to_string().contains("MARKER"), "{name}");
    }
    let presigned = changed(&[
        ("/requestHeader", json!({})),
        (
            "/requestQuery",
            json!({
                "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
                "X-Amz-Credential": "maya-key/20240509/us-east-1/s3/aws4_request",
                "X-Amz-Signature": "MARKER",
            }),
        ),
    ]);
    let found = only(&presigned);
    assert!(!found.to_string().contains("MARKER"), "{found}");
    assert_eq!(found["additionalEventData"]["AuthenticationMethod"], "QueryString");
}

#[test]
fn who_is_not_named_was_refused_or_did_not_sign() {
    let unnamed = [("/accessKey", json!("")), ("/parentUser", json!("")), ("/api/statusCode", json!(403))];
    let refused = only(&changed(&unnamed));
    assert_eq!(refused["userIdentity"], json!({"type": "Unknown", "accessKeyId": "maya-key"}));
    let mut unsigned = changed(&unnamed);
    unsigned["requestHeader"] = json!({});
    unsigned["requestQuery"] = json!({});
    assert_eq!(only(&unsigned)["userIdentity"]["accountId"], "anonymous");
    let mut forged = changed(&[("/api/statusCode", json!(403))]);
    forged["error"] = json!("The request signature we calculated does not match the signature you provided.");
    let forged = only(&forged);
    assert_eq!(forged["userIdentity"], json!({"type": "Unknown", "accessKeyId": "maya-key"}));
    assert_eq!(forged["errorCode"], "SignatureDoesNotMatch");
}

#[test]
fn a_key_of_the_directory_is_its_persons() {
    let maya = || Caller::Known {
        identity: Box::new(cairn_event::UserIdentity {
            user_name: Some("Maya".to_owned()),
            ..Default::default()
        }),
        account: None,
        trust: cairn_access::Trust::Accepted,
    };
    let body = entry().to_string();
    let batch = events(body.as_bytes(), &home(), &|key| (key == "maya-key").then(maya)).unwrap();
    let found: Value = serde_json::from_slice(&batch.events[0].draft.event).unwrap();
    assert_eq!(found["userIdentity"], json!({"userName": "Maya"}));
}

#[test]
fn a_name_that_iam_does_not_have_stands_in_no_arn() {
    let found = only(&changed(&[("/parentUser", json!("cn=maya,ou=x y"))]));
    assert_eq!(found["userIdentity"]["userName"], "cn=maya,ou=x y");
    assert_eq!(found["userIdentity"].get("arn"), None);
}

#[test]
fn errors_are_told_by_their_message_or_their_status() {
    let failing = |status: u16, error: &str| {
        let mut entry = changed(&[("/api/statusCode", json!(status)), ("/api/name", json!("GetObject"))]);
        entry["error"] = json!(error);
        only(&entry)["errorCode"].clone()
    };
    assert_eq!(failing(404, ""), "NoSuchKey");
    assert_eq!(failing(404, "The specified bucket does not exist."), "NoSuchBucket");
    assert_eq!(failing(403, "something else"), "AccessDenied");
}

#[test]
fn administration_is_iams_where_it_is_the_same() {
    let admin = |name: &str, query: Value| {
        only(&changed(&[
            ("/api/name", json!(name)),
            ("/requestPath", json!("/minio/admin/v3/x")),
            ("/requestQuery", query),
        ]))
    };
    let created = admin("AddUser", json!({"accessKey": "joe", "secretKey": "MARKER"}));
    assert_eq!(
        (&created["eventSource"], &created["eventName"]),
        (&json!("iam.amazonaws.com"), &json!("CreateUser"))
    );
    assert_eq!(created["requestParameters"], json!({"userName": "joe"}));
    let mut failing =
        changed(&[("/api/name", json!("AddUser")), ("/requestPath", json!("/minio/admin/v3/x"))]);
    failing["api"]["statusCode"] = json!(400);
    failing["error"] = json!("secret key MARKER is too short");
    let failed = only(&failing);
    assert_eq!(failed["errorCode"], "BadRequest");
    assert_eq!(failed["errorMessage"], cairn_event::HIDDEN);
    let own = admin("ServerInfo", json!({}));
    assert_eq!(
        (&own["eventSource"], &own["eventName"]),
        (&json!("minio.amazonaws.com"), &json!("ServerInfo"))
    );
    assert_eq!(own["requestParameters"], Value::Null);
}

#[test]
fn each_object_of_a_deletion_has_an_event_with_an_id_of_its_own() {
    let entry = changed(&[(
        "/api",
        json!({"name": "DeleteMultipleObjects", "bucket": "shop", "statusCode": 200, "rx": 9, "tx": 9,
            "objects": [{"objectName": "a&b"}, {"objectName": "c", "versionId": "v"}]}),
    )]);
    let events = rendered(&entry);
    let names: Vec<&str> = events.iter().filter_map(|event| event["eventName"].as_str()).collect();
    assert_eq!(names, ["DeleteObjects", "DeleteObject", "DeleteObject"]);
    assert_eq!(events[1]["requestParameters"]["key"], "a&b");
    assert_eq!(events[2]["requestParameters"]["versionId"], "v");
    let ids: std::collections::BTreeSet<String> =
        events.iter().map(|event| event["eventID"].to_string()).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(rendered(&entry), events, "and the same ones when it is told again");
}

#[test]
fn what_minio_does_by_itself_is_an_event_of_the_service() {
    let mut entry = changed(&[("/api/name", json!("ILMExpiry")), ("/trigger", json!("ilm"))]);
    entry["accessKey"] = json!("");
    let found = only(&entry);
    assert_eq!(
        (&found["eventName"], &found["eventType"]),
        (&json!("DeleteObject"), &json!("AwsServiceEvent"))
    );
    assert_eq!(found["userIdentity"], json!({"type": "AWSService", "invokedBy": "minio"}));
}

#[test]
fn entries_come_alone_in_a_row_or_in_an_array() {
    let (first, second) = (entry(), changed(&[("/requestID", json!("2"))]));
    for body in [
        format!("{first}{second}"),
        format!("{first}\n{second}\n"),
        json!([first, second]).to_string(),
        format!("{{}}{first}{second}"),
    ] {
        assert_eq!(events(body.as_bytes(), &home(), &|_key| None).unwrap().events.len(), 2, "{body}");
    }
    let ping = events(b"{}", &home(), &|_key| None).unwrap();
    assert_eq!((ping.events.len(), ping.passed), (0, 1));
    assert!(matches!(events(b"<xml/>", &home(), &|_key| None), Err(BodyError::Json(_))));
    assert!(matches!(
        events("{}".repeat(ENTRIES_MAX + 1).as_bytes(), &home(), &|_key| None),
        Err(BodyError::TooMany)
    ));
}

proptest! {
    #[test]
    fn foreign_bodies_never_panic(at in any::<prop::sample::Index>(), piece in "[\"{}\\[\\],:0-9a-z\u{e9}\u{0}]{0,8}", cut in 0_usize..12) {
        let mut text: Vec<char> = entry().to_string().chars().collect();
        let at = at.index(text.len());
        let end = (at + cut).min(text.len());
        text.splice(at..end, piece.chars());
        let text: String = text.into_iter().collect();
        if let Ok(batch) = events(text.as_bytes(), &home(), &|_key| None) {
            for told in batch.events {
                prop_assert!(cairn_event::EventView::parse(&told.draft.event).is_ok());
            }
        }
    }
}
