use cairn_event::Origin;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Lines as AWS documents them.
const VERSIONING: &str = r#"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be shop [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be 3E57427F3EXAMPLE REST.GET.VERSIONING - "GET /shop?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader shop.s3.us-west-1.amazonaws.com TLSV1.2 arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP Yes us-east-2 more"#;
const PUT: &str = r#"owner shop [06/Feb/2019:00:01:57 +0100] 192.0.2.3 arn:aws:iam::111122223333:user/ops/maya DD6CC733AEXAMPLE REST.PUT.OBJECT a%2520b "PUT /shop/a%20b HTTP/1.1" 200 - - 4406 41754 28 "-" "aws-cli/2 "quoted" x" v1 host SigV4 TLS_AES_128_GCM_SHA256 AuthHeader s3.eu-west-1.amazonaws.com TLSv1.3 - -"#;

fn home() -> Home {
    let regions = ["eu-north-1", "eu-west-1", "us-east-1", "us-east-2"].map(|name| name.parse().unwrap());
    Home {
        account: "123456789012".parse().unwrap(),
        region: "eu-north-1".parse().unwrap(),
        regions: regions.into(),
        actors: crate::Actors::LeftOut,
    }
}

fn rendered(line: &str) -> Value {
    serde_json::from_slice(&event(line, &home()).unwrap().draft.event).unwrap()
}

#[test]
fn a_line_of_the_console_is_a_management_event() {
    let told = event(VERSIONING, &home()).unwrap();
    assert_eq!(told.draft.region.as_str(), "us-east-2");
    assert_eq!(told.draft.origin, Origin::Call);
    let found: Value = serde_json::from_slice(&told.draft.event).unwrap();
    let expected = json!({
        "eventVersion": "1.11",
        "userIdentity": {"type": "AWSAccount", "principalId": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},
        "eventTime": "2019-02-06T00:00:38Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetBucketVersioning",
        "awsRegion": "us-east-2",
        "sourceIPAddress": "192.0.2.3",
        "userAgent": "[S3Console/0.4]",
        "requestParameters": {"bucketName": "shop", "Host": "shop.s3.us-west-1.amazonaws.com", "versioning": ""},
        "responseElements": null,
        "additionalEventData": {
            "AuthenticationMethod": "AuthHeader",
            "CipherSuite": "ECDHE-RSA-AES128-GCM-SHA256",
            "SignatureVersion": "SigV4",
            "accessLogOperation": "REST.GET.VERSIONING",
            "accessPointArn": "arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP",
            "aclRequired": "Yes",
            "bytesTransferredIn": 0,
            "bytesTransferredOut": 113,
            "identityBasis": "accepted",
            "source": "s3-server-access-log",
            "x-amz-id-2": "s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=",
        },
        "requestID": "3E57427F3EXAMPLE",
        "eventID": found["eventID"],
        "readOnly": true,
        "resources": [{"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::shop"}],
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.2",
            "cipherSuite": "ECDHE-RSA-AES128-GCM-SHA256",
            "clientProvidedHostHeader": "shop.s3.us-west-1.amazonaws.com",
        },
    });
    assert_eq!(found, expected);
}

#[test]
fn an_upload_tells_its_object_its_user_and_its_size() {
    let found = rendered(PUT);
    assert_eq!(found["eventName"], "PutObject");
    assert_eq!(found["eventCategory"], "Data");
    assert_eq!(found["eventTime"], "2019-02-05T23:01:57Z");
    assert_eq!(found["awsRegion"], "eu-west-1");
    assert_eq!(found["userAgent"], "[aws-cli/2 \"quoted\" x]");
    assert_eq!(found["requestParameters"]["key"], "a b");
    assert_eq!(found["additionalEventData"]["bytesTransferredIn"], 4406);
    assert_eq!(found["additionalEventData"].get("SSEApplied"), None, "nobody told");
    let identity = json!({
        "type": "IAMUser",
        "arn": "arn:aws:iam::111122223333:user/ops/maya",
        "accountId": "111122223333",
        "userName": "maya",
    });
    assert_eq!(found["userIdentity"], identity);
}

#[test]
fn operations_are_named_by_the_request_line_or_by_the_operation() {
    let named = |operation: &str, key: &str, request: &str| {
        let line = format!(
            "o shop [06/Feb/2019:00:00:38 +0000] 192.0.2.3 maya R {operation} {key} {request} 200 - - - - - \"-\" \"x\" -"
        );
        let found = rendered(&line);
        let parameters = &found["requestParameters"];
        let text = |name: &str| parameters[name].as_str().unwrap_or("-").to_owned();
        format!("{} {}/{}", found["eventName"].as_str().unwrap(), text("bucketName"), text("key"))
    };
    for (operation, key, request, expected) in [
        ("REST.GET.OBJECT", "a/b", "\"GET /shop/a/b HTTP/1.1\"", "GetObject shop/a/b"),
        // The virtual-hosted style has no bucket in the path.
        ("REST.GET.OBJECT", "a/b", "\"GET /a/b HTTP/1.1\"", "GetObject shop/a/b"),
        ("REST.GET.OBJECT", "shop/b", "\"GET /shop/b HTTP/1.1\"", "GetObject shop/shop/b"),
        ("REST.GET.OBJECT", "b", "\"GET /shop/b HTTP/1.1\"", "GetObject shop/b"),
        ("REST.GET.OBJECT", "a/b", "\"GET http://shop.example/a/b HTTP/1.1\"", "GetObject shop/a/b"),
        ("REST.GET.BUCKET", "-", "\"GET /shop/?list-type=2&prefix=a HTTP/1.1\"", "ListObjects shop/-"),
        ("REST.GET.BUCKETPOLICY", "-", "\"GET /shop?policy HTTP/1.1\"", "GetBucketPolicy shop/-"),
        ("REST.GET.BUCKETPOLICY", "-", "\"-\"", "GetBucketPolicy shop/-"),
        ("REST.GET.PUBLIC_ACCESS_BLOCK", "-", "-", "GetBucketPublicAccessBlock shop/-"),
        ("REST.COPY.OBJECT", "k", "\"PUT /shop/k HTTP/1.1\"", "CopyObject shop/k"),
        ("REST.COPY.OBJECT_GET", "from", "\"PUT /other/k HTTP/1.1\"", "GetObject shop/from"),
        ("REST.COPY.PART", "k", "\"PUT /shop/k?partNumber=1&uploadId=u HTTP/1.1\"", "UploadPartCopy shop/k"),
        ("REST.POST.MULTI_OBJECT_DELETE", "-", "\"POST /shop?delete HTTP/1.1\"", "DeleteObjects shop/-"),
        ("BATCH.DELETE.OBJECT", "a%2520b", "-", "DeleteObject shop/a b"),
        ("S3.EXPIRE.OBJECT", "old", "\"-\"", "DeleteObject shop/old"),
        ("S3.TRANSITION.OBJECT", "old", "\"-\"", "UnknownOperation shop/old"),
        ("REST.put_obj.OBJECT", "k", "\"PUT /shop/k HTTP/1.1\"", "PutObject shop/k"),
    ] {
        assert_eq!(named(operation, key, request), expected, "{operation} {request}");
    }
}

#[test]
fn who_asked_is_an_arn_an_account_a_name_a_service_or_nobody() {
    let identity = |requester: &str, signature: &str| {
        let line = format!(
            "o shop [06/Feb/2019:00:00:38 +0000] - {requester} R REST.GET.OBJECT k \"GET /shop/k HTTP/1.1\" 403 AccessDenied - - - - \"-\" \"x\" - h {signature}"
        );
        rendered(&line)["userIdentity"].clone()
    };
    let role = "arn:aws:sts::111122223333:assumed-role/Admin/maya";
    for (requester, signature, expected) in [
        ("-", "-", json!({"type": "AWSAccount", "principalId": "", "accountId": "anonymous"})),
        ("-", "SigV4", json!({"type": "Unknown"})),
        ("maya", "SigV4", json!({"type": "IAMUser", "userName": "maya"})),
        ("AmazonS3", "-", json!({"type": "AWSService", "invokedBy": "s3.amazonaws.com"})),
        (role, "SigV4", json!({"type": "AssumedRole", "arn": role, "accountId": "111122223333"})),
        (
            "arn:aws:iam::111122223333:root",
            "SigV4",
            json!({"type": "Root", "principalId": "111122223333", "arn": "arn:aws:iam::111122223333:root", "accountId": "111122223333"}),
        ),
    ] {
        assert_eq!(identity(requester, signature), expected, "{requester}");
    }
}

#[test]
fn an_error_is_told_by_its_code_and_what_is_not_told_is_absent() {
    let line =
        "o shop [06/Feb/2019:00:00:38 +0000] - - - REST.GET.OBJECT k \"GET /shop/k HTTP/1.1\" 404 NoSuchKey";
    let found = rendered(line);
    assert_eq!(found["errorCode"], "NoSuchKey");
    for name in ["sourceIPAddress", "userAgent", "requestID", "tlsDetails", "errorMessage"] {
        assert_eq!(found.get(name), None, "{name}");
    }
}

#[test]
fn a_region_that_is_not_here_is_that_of_whoever_imports() {
    let found = rendered(&PUT.replace("s3.eu-west-1.", "s3.mars-west-1."));
    assert_eq!(found["awsRegion"], "eu-north-1");
}

#[test]
fn who_stands_behind_a_call_is_told_where_that_is_wanted() {
    let told = |actors| {
        let told = event(PUT, &Home { actors, ..home() }).unwrap();
        let found: Value = serde_json::from_slice(&told.draft.event).unwrap();
        found["additionalEventData"]["actor"].clone()
    };
    assert!(told(crate::Actors::Told).to_string().contains("aws-cli"));
    assert_eq!(told(crate::Actors::LeftOut), Value::Null);
}

#[test]
fn a_presigned_address_loses_its_signature() {
    let line = PUT.replace(
        "PUT /shop/a%20b HTTP",
        "PUT /shop/a%20b?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2Fscope&X-Amz-Signature=MARKER1&X-Amz-Security-Token=MARKER2&AWSAccessKeyId=K&Signature=MARKER3 HTTP",
    );
    let found = rendered(&line).to_string();
    assert!(found.contains("X-Amz-Algorithm") && !found.contains("MARKER"), "{found}");
}

#[test]
fn the_same_line_is_the_same_event() {
    let id = |line: &str| rendered(line)["eventID"].clone();
    assert_eq!(id(PUT), id(PUT));
    assert_ne!(id(PUT), id(&PUT.replace("DD6CC733AEXAMPLE", "DD6CC733AEXAMPLF")));
    assert_eq!(event(PUT, &home()).unwrap().taken, event(PUT, &home()).unwrap().taken);
}

proptest! {
    #[test]
    fn foreign_lines_are_refused_or_become_events(line in ".*") {
        if let Ok(told) = event(&line, &home()) {
            prop_assert!(cairn_event::EventView::parse(&told.draft.event).is_ok());
        }
    }

    #[test]
    fn mutilated_lines_are_refused_or_become_events(
        cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), piece in "[\" \\[\\]%\\-?&=A-Za-z0-9/.\u{e9}]{0,6}",
    ) {
        for line in [VERSIONING, PUT] {
            let mut text: Vec<char> = line.chars().collect();
            text.truncate(cut.index(text.len()) + 1);
            let at = at.index(text.len());
            text.splice(at..at, piece.chars());
            let text: String = text.into_iter().collect();
            if let Ok(told) = event(&text, &home()) {
                prop_assert!(cairn_event::EventView::parse(&told.draft.event).is_ok());
            }
        }
    }
}
