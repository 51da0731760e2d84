use super::*;

fn check(members: &str, expected: [&str; 3]) {
    let event = format!(r#"{{"eventTime":"2026-03-02T08:14:55Z",{members}}}"#);
    let event = EventView::parse(event.as_bytes()).unwrap();
    assert_eq!(Attribute::ALL.map(|attribute| attribute.of(&event)), expected, "{members}");
}

#[test]
fn callers_are_told_apart_as_cloudtrail_does() {
    for (identity, expected) in [
        (
            r#"{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::111122223333:user/dev/alice",
                "accountId":"111122223333","userName":"alice"}"#,
            "arn:aws:iam::111122223333:user/dev/alice",
        ),
        (
            r#"{"type":"AssumedRole","principalId":"AROA1:build-7",
                "arn":"arn:aws:sts::111122223333:assumed-role/ci/build-7","accountId":"111122223333"}"#,
            "arn:aws:sts::111122223333:assumed-role/ci",
        ),
        (
            r#"{"type":"AssumedRole","arn":"arn:aws-cn:sts::111122223333:assumed-role/AWSServiceRoleForECS/a/b"}"#,
            "arn:aws-cn:sts::111122223333:assumed-role/AWSServiceRoleForECS",
        ),
        (r#"{"type":"Root","arn":"arn:aws:iam::111122223333:root"}"#, "arn:aws:iam::111122223333:root"),
        (
            r#"{"type":"FederatedUser","principalId":"111122223333:bob",
                "arn":"arn:aws:sts::111122223333:federated-user/bob"}"#,
            "arn:aws:sts::111122223333:federated-user/bob",
        ),
        // A service in its own name, with a type and, in service events, without one.
        (r#"{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}"#, "ec2.amazonaws.com"),
        (r#"{"accountId":"111122223333","invokedBy":"AWS Internal"}"#, "AWS Internal"),
        // A service for somebody: who that is counts.
        (
            r#"{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/ci/s","invokedBy":"cloudformation.amazonaws.com"}"#,
            "arn:aws:sts::111122223333:assumed-role/ci",
        ),
        // Another account's principal, whose ARN is not told.
        (r#"{"type":"AWSAccount","principalId":"AIDA2","accountId":"444455556666"}"#, "AIDA2"),
        (r#"{"type":"AWSAccount","principalId":"AROA2:session","accountId":"444455556666"}"#, "AROA2"),
        (r#"{"type":"AWSAccount","principalId":"","accountId":"anonymous"}"#, "anonymous"),
        (
            r#"{"type":"WebIdentityUser","principalId":"accounts.example:app:user-1","userName":"user-1"}"#,
            "accounts.example:app:user-1",
        ),
        (r#"{"type":"Unknown","principalId":"","userName":"mallory"}"#, "mallory"),
        (r#"{"type":"Unknown"}"#, "null"),
        ("{}", "null"),
        ("null", "null"),
        (r#"{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/"}"#, "arn:aws:sts::1:assumed-role/"),
    ] {
        check(&format!(r#""userIdentity":{identity}"#), [expected, "null", "null"]);
    }
}

#[test]
fn clients_and_errors_are_told_as_they_are_written() {
    check(r#""userAgent":"Boto3/1.40","errorCode":"AccessDenied""#, ["null", "Boto3/1.40", "AccessDenied"]);
    check(r#""userAgent":"","errorCode":null"#, ["null", "null", "null"]);
}

#[test]
fn long_values_are_cut_at_a_character() {
    let agent = format!("a{}", "é".repeat(600));
    check(&format!(r#""userAgent":"{agent}""#), ["null", &format!("a{}", "é".repeat(511)), "null"]);
}
