use serde_json::json;

use super::*;

#[test]
fn names_are_denied_by_what_they_can_hold() {
    let denied = [
        "password",
        "Password",
        "masterUserPassword",
        "new-password",
        "tdeCredentialPassword",
        "secret",
        "secretString",
        "SecretBinary",
        "secretAccessKey",
        "clientSecret",
        "token",
        "sessionToken",
        "X-Amz-Security-Token",
        "webIdentityToken",
        "accessToken",
        "refreshToken",
        "tokenCode",
        "privateKey",
        "private_key",
        "plaintext",
        "Plaintext",
        "sAMLAssertion",
        "samlAssertion",
        "authorizationHeader",
        "Authorization",
        "Cookie",
        "X-Amz-Signature",
        "Signature",
        "payload",
        "x-amz-server-side-encryption-customer-key",
        "x-amz-server-side-encryption-customer-key-MD5",
        "x-amz-copy-source-server-side-encryption-customer-key",
        "sSECustomerKey",
    ];
    for name in denied {
        assert!(is_denied(name), "{name} may hold a secret");
    }
    let long = format!("{}Password", "x".repeat(200));
    assert!(is_denied(&long), "length does not save a name");
}

#[test]
fn innocent_names_stay() {
    let innocent = [
        "key",
        "Key",
        "accessKeyId",
        "keyId",
        "kMSKeyId",
        "NextToken",
        "nextToken",
        "clientToken",
        "subjectFromWebIdentityToken",
        "clientRequestToken",
        "ClientToken",
        "continuation-token",
        "secretId",
        "secretARN",
        "SecretARN",
        "SecretVersionId",
        "masterUserSecret",
        "minimumPasswordLength",
        "httpTokens",
        "SignatureVersion",
        "AuthenticationMethod",
        "x-amz-id-2",
        "x-amz-server-side-encryption-customer-algorithm",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "bucketPolicy",
        "policyDocument",
        "message",
        "",
        "é",
    ];
    for name in innocent {
        assert!(!is_denied(name), "{name} holds no secret");
    }
}

#[test]
fn values_of_any_kind_are_hidden_at_any_depth_and_policies_in_text_stay() {
    let policy = r#"{"Statement":{"Condition":{"StringEquals":{"secret":"s"}}}}"#;
    let given = json!({
        "tokenCode": 123_456,
        "secretList": ["a", {"b": 1}],
        "list": [{"deep": {"masterUserPassword": {"was": "here"}}}],
        "passwordResetRequired": true,
        "password": null,
        "policyDocument": policy,
        "nextToken": "AAEA",
    });
    let expected = json!({
        "tokenCode": HIDDEN,
        "secretList": HIDDEN,
        "list": [{"deep": {"masterUserPassword": HIDDEN}}],
        "passwordResetRequired": true,
        "password": null,
        "policyDocument": policy,
        "nextToken": "AAEA",
    });
    assert_eq!(serde_json::to_value(Redacted(&given)).unwrap(), expected);
    let mut changed = given;
    redact(&mut changed);
    assert_eq!(changed, expected);
    redact(&mut changed);
    assert_eq!(changed, expected, "hiding twice is hiding once");
}
