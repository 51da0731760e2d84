//! A marker in every place of a request or an answer that carries a secret never reaches a record.

use cairn_wire::query::Operation as _;
use serde_json::{Value, json};

use crate::cases::observed;

const MARKER: &str = "MARKEDSECRET";

fn check(exchange: &Value) {
    let (_, record) = observed(exchange).record();
    let bytes = record.to_bytes();
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains(MARKER), "{exchange:#}\n{text}");
    assert!(!format!("{:?}", record.request_parameters).contains(MARKER), "hidden before it is rendered");
}

#[test]
fn secret_headers_of_s3_are_not_recorded() {
    let headers = [
        "Authorization",
        "Cookie",
        "Proxy-Authorization",
        "x-amz-security-token",
        "x-amz-mfa",
        "x-amz-meta-note",
        "x-amz-tagging",
        "x-amz-server-side-encryption-context",
        "x-amz-server-side-encryption-customer-key",
        "x-amz-server-side-encryption-customer-key-MD5",
        "x-amz-copy-source-server-side-encryption-customer-key",
        "x-amz-copy-source-server-side-encryption-customer-key-MD5",
        "x-amz-s3session-token",
        "x-amz-content-sha256",
        "x-amz-checksum-crc32",
        "x-anything-else",
    ];
    for (method, target) in
        [("PUT", "/b/k"), ("GET", "/b/k"), ("PUT", "/b?policy"), ("POST", "/b/k?uploads"), ("DELETE", "/b/k")]
    {
        for header in headers {
            check(&json!({
                "caller": "user",
                "request": {"method": method, "target": target, "headers": [["Host", "h"], [header, MARKER]]},
                "response": {"status": 200, "headers": [[header, MARKER]]},
            }));
        }
    }
}

#[test]
fn secret_query_parameters_of_s3_are_not_recorded() {
    for name in [
        "X-Amz-Signature",
        "x-amz-signature",
        "X-Amz-Security-Token",
        "X-Amz-Credential",
        "X-Amz-Meta-Note",
        "X-Amz-S3session-Token",
        "x-amz-server-side-encryption-customer-key",
        "x-amz-tagging",
        "Signature",
        "AWSAccessKeyId",
        "x-amz-mfa",
    ] {
        let escaped = name.replace('-', "%2D");
        for name in [name, &escaped] {
            check(&json!({
                "caller": "user",
                "request": {"method": "GET", "target": format!("/b/k?x=1&{name}={MARKER}"), "headers": [["Host", "h"]]},
                "response": {"status": 200},
            }));
        }
    }
}

#[test]
fn bodies_of_objects_keys_and_tags_are_not_recorded() {
    let xml = format!("<A><Key>{MARKER}</Key></A>");
    for (method, target) in [
        ("PUT", "/b/k"),
        ("PUT", "/b/k?partNumber=1&uploadId=u"),
        ("PUT", "/b/k?tagging"),
        ("POST", "/b?delete"),
        ("POST", "/b/k?uploadId=u"),
        ("POST", "/b/k?select&select-type=2"),
        ("POST", "/b/k?restore"),
        ("POST", "/b"),
        ("GET", "/b/k"),
        ("GET", "/b?list-type=2"),
    ] {
        check(&json!({
            "caller": "user",
            "request": {"method": method, "target": target, "headers": [["Host", "h"]], "body": xml},
            "response": {"status": 200, "body": xml},
        }));
    }
}

#[test]
fn secrets_of_sts_are_not_recorded() {
    let actions = [
        "AssumeRole",
        "AssumeRoleWithSAML",
        "AssumeRoleWithWebIdentity",
        "AssumeRoot",
        "GetSessionToken",
        "GetFederationToken",
        "GetDelegatedAccessToken",
        "GetWebIdentityToken",
        "DecodeAuthorizationMessage",
        "GetCallerIdentity",
        "NoSuchAction",
    ];
    for action in actions {
        let request = [
            "TokenCode",
            "SAMLAssertion",
            "WebIdentityToken",
            "TradeInToken",
            "EncodedMessage",
            "ProvidedContexts.member.1.ContextAssertion",
            "Password",
            "Unknown",
            "X-Amz-Security-Token",
            "X-Amz-Signature",
        ]
        .map(|name| format!("{name}={MARKER}"))
        .join("&");
        let answer = format!(
            "<{action}Response><{action}Result><Credentials><AccessKeyId>ASIA1</AccessKeyId>\
             <SecretAccessKey>{MARKER}</SecretAccessKey><SessionToken>{MARKER}</SessionToken></Credentials>\
             <WebIdentityToken>{MARKER}</WebIdentityToken><DecodedMessage>x</DecodedMessage></{action}Result></{action}Response>"
        );
        check(&json!({
            "caller": "user",
            "scope": "AKIAEXAMPLE000000002/20260302/us-east-1/sts/aws4_request",
            "request": {"method": "POST", "target": "/", "headers": [["X-Amz-Security-Token", MARKER]],
                "body": format!("Action={action}&Version=2011-06-15&{request}")},
            "response": {"status": 200, "body": answer},
        }));
    }
}

#[test]
fn secrets_of_iam_are_not_recorded() {
    let actions = cairn_wire::iam::Operation::ALL.iter().map(|operation| operation.name());
    for action in actions.chain(["CreateLoginProfile", "ChangePassword", "NoSuchAction"]) {
        let request = ["Password", "OldPassword", "NewPassword", "PrivateKey", "SecretAccessKey", "Unknown"]
            .map(|name| format!("{name}={MARKER}"))
            .join("&");
        let answer = format!(
            "<{action}Response><{action}Result><AccessKey><UserName>ann</UserName><AccessKeyId>AKIA1</AccessKeyId>\
             <SecretAccessKey>{MARKER}</SecretAccessKey></AccessKey><SecretAccessKey>{MARKER}</SecretAccessKey>\
             <Unknown>{MARKER}</Unknown></{action}Result></{action}Response>"
        );
        check(&json!({
            "caller": "user",
            "scope": "AKIAEXAMPLE000000002/20260302/us-east-1/iam/aws4_request",
            "request": {"method": "POST", "target": "/", "headers": [["X-Amz-Security-Token", MARKER],
                ["Content-Type", "application/x-www-form-urlencoded"]],
                "body": format!("Action={action}&Version=2010-05-08&UserName=ann&{request}")},
            "response": {"status": 200, "body": answer},
        }));
    }
}

#[test]
fn unknown_members_of_cloudtrail_are_not_recorded() {
    for name in ["Password", "Unknown", "SessionToken", "TagsList"] {
        check(&json!({
            "caller": "user",
            "scope": "AKIAEXAMPLE000000002/20260302/us-east-1/cloudtrail/aws4_request",
            "request": {"method": "POST", "target": "/", "headers": [
                ["X-Amz-Target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.CreateTrail"],
                ["X-Amz-Security-Token", MARKER]],
                "body": {"Name": "main", name: [{"SecretValue": MARKER}]}},
            "response": {"status": 200, "body": {"Name": "main", name: [{"SecretValue": MARKER}]}},
        }));
    }
}

/// What a refused signature vouches for is not believed: the body of the request is not interpreted.
#[test]
fn bodies_under_a_refused_signature_are_not_recorded() {
    for (scope, target, headers, body) in [
        ("s3", "/b?policy", json!([["Host", "h"]]), format!(r#"{{"Statement":"{MARKER}"}}"#)),
        ("iam", "/", json!([["Host", "h"]]), format!("Action=CreateUser&UserName={MARKER}")),
        ("sts", "/", json!([["Host", "h"]]), format!("Action=AssumeRole&RoleArn={MARKER}")),
        (
            "cloudtrail",
            "/",
            json!([["X-Amz-Target", "CloudTrail_20131101.CreateTrail"]]),
            format!(r#"{{"Name":"{MARKER}"}}"#),
        ),
    ] {
        check(&json!({
            "caller": "rejected",
            "scope": format!("AKIAEXAMPLE000000002/20260302/us-east-1/{scope}/aws4_request"),
            "request": {"method": "PUT", "target": target, "headers": headers, "body": body},
            "response": {"status": 403, "body": "<Error><Code>SignatureDoesNotMatch</Code></Error>"},
        }));
    }
}

#[test]
fn passwords_seeds_and_codes_of_iam_are_not_recorded() {
    let parameters = ["Password", "OldPassword", "NewPassword", "AuthenticationCode1", "AuthenticationCode2"];
    let request = parameters.map(|name| format!("{name}={MARKER}")).join("&");
    for action in [
        "ChangePassword",
        "CreateLoginProfile",
        "UpdateLoginProfile",
        "CreateVirtualMFADevice",
        "EnableMFADevice",
        "ResyncMFADevice",
    ] {
        let answer = format!(
            "<{action}Response><{action}Result><VirtualMFADevice><SerialNumber>s</SerialNumber>\
             <Base32StringSeed>{MARKER}</Base32StringSeed><QRCodePNG>{MARKER}</QRCodePNG></VirtualMFADevice>\
             </{action}Result></{action}Response>"
        );
        let named = "UserName=ann&SerialNumber=arn:aws:iam::111122223333:mfa/p&VirtualMFADeviceName=p";
        check(&json!({
            "caller": "user",
            "scope": "AKIAEXAMPLE000000002/20260302/us-east-1/iam/aws4_request",
            "request": {"method": "POST", "target": "/", "headers": [["Host", "h"]],
                "body": format!("Action={action}&Version=2010-05-08&{named}&{request}")},
            "response": {"status": 200, "body": answer},
        }));
    }
}
