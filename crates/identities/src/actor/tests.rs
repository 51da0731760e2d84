use cairn_event::{SessionContext, SessionIssuer};
use serde_json::json;

use super::*;

#[track_caller]
fn check(user_agent: &str, expected: &Value) {
    let found = actor(&Evidence { user_agent: Some(user_agent), ..Evidence::default() });
    assert_eq!(found.as_ref().unwrap_or(&Value::Null), expected, "{user_agent}");
}

#[test]
fn tools_are_told_by_what_they_say_of_themselves() {
    check(
        "aws-cli/2.27.56 md/awscrt#0.26.1 ua/2.1 os/linux#5.15.0-151-generic md/arch#x86_64 lang/python#3.13.4 \
         md/pyimpl#CPython m/C,E,b,N,Z exec-env/CloudShell cfg/retry-mode#standard md/installer#exe md/prompt#off \
         md/command#s3.ls",
        &json!({"tool": "aws-cli", "toolVersion": "2.27.56", "command": "s3.ls", "environment": "CloudShell"}),
    );
    check(
        "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.70.0 \
         (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.30 os/linux",
        &json!({"tool": "terraform", "toolVersion": "1.9.5", "sdk": "aws-sdk-go-v2", "sdkVersion": "1.30"}),
    );
    check(
        "MinIO (linux; amd64) minio-go/v7.0.90 mc/RELEASE.2025-08-13T08-35-41Z",
        &json!({"tool": "mc", "toolVersion": "RELEASE.2025-08-13T08-35-41Z", "sdk": "minio-go",
            "sdkVersion": "v7.0.90"}),
    );
    check(
        "[Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux app/nightly Botocore/1.44.5]",
        &json!({"sdk": "boto3", "sdkVersion": "1.44.5", "appId": "nightly"}),
    );
    check("rclone/v1.66.0", &json!({"tool": "rclone", "toolVersion": "v1.66.0"}));
    check("our-backup/3 (really (nested) 2)", &json!({"tool": "our-backup", "toolVersion": "3"}));
    check("", &Value::Null);
    check("(only a comment)", &Value::Null);
}

#[test]
fn agents_are_told_by_what_they_say_of_themselves() {
    check(
        "Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 md/awslabs#mcp#aws-api-mcp-server#1.2.0",
        &json!({"agent": "aws-api-mcp-server", "agentVersion": "1.2.0", "agentFrom": "userAgent",
            "sdk": "boto3", "sdkVersion": "1.40.0"}),
    );
    check(
        "aws-sdk-rust/1.3.15 ua/2.1 os/linux lang/rust/1.92.0 app/AmazonQ-For-CLI",
        &json!({"agent": "amazon-q", "agentFrom": "userAgent", "sdk": "aws-sdk-rust", "sdkVersion": "1.3.15",
            "appId": "AmazonQ-For-CLI"}),
    );
    check(
        "claude-code/2.0.1 aws-cli/2.31.1 md/command#s3api.get-object",
        &json!({"agent": "claude-code", "agentVersion": "2.0.1", "agentFrom": "userAgent", "tool": "aws-cli",
            "toolVersion": "2.31.1", "command": "s3api.get-object"}),
    );
}

fn session(role: &str, name: &str, source_identity: Option<&str>) -> UserIdentity {
    let issuer = SessionIssuer {
        kind: "Role".to_owned(),
        user_name: Some(role.to_owned()),
        ..SessionIssuer::default()
    };
    UserIdentity {
        kind: Some("AssumedRole".to_owned()),
        arn: Some(format!("arn:aws:sts::111122223333:assumed-role/{role}/{name}")),
        session_context: Some(SessionContext {
            session_issuer: Some(issuer),
            source_identity: source_identity.map(str::to_owned),
            ..SessionContext::default()
        }),
        ..UserIdentity::default()
    }
}

#[track_caller]
fn check_human(evidence: &Evidence<'_>, expected: Option<(&str, &str)>) {
    let found = actor(evidence).unwrap_or_default();
    let text = |name| found.get(name).and_then(Value::as_str);
    assert_eq!(text("human").zip(text("humanFrom")), expected);
}

#[test]
fn a_person_is_told_by_the_most_trustworthy_evidence() {
    let identity = session("deploy", "maya@example.com", Some("maya.s"));
    let tags = BTreeMap::from([("Email".to_owned(), "maya@tags.example".to_owned())]);
    let told = Told { header: "x-forwarded-user", value: "maya@proxy.example" };
    let all = Evidence {
        identity: Some(&identity),
        tags: Some(&tags),
        listed: (Some("Maya"), None),
        headers: (Some(told), None),
        ..Evidence::default()
    };
    check_human(&all, Some(("Maya", "directory")));
    let without = Evidence { listed: (None, None), ..all };
    check_human(&without, Some(("maya@proxy.example", "header:x-forwarded-user")));
    let without = Evidence { headers: (None, None), ..without };
    check_human(&without, Some(("maya@tags.example", "tag:Email")));
    let without = Evidence { tags: None, ..without };
    check_human(&without, Some(("maya.s", "sourceIdentity")));
    let named = session("deploy", "maya@example.com", None);
    check_human(&Evidence { identity: Some(&named), ..without }, Some(("maya@example.com", "sessionName")));
    let center = session("AWSReservedSSO_Admin_0123", "maya", None);
    check_human(&Evidence { identity: Some(&center), ..without }, Some(("maya", "sessionName")));
    let machine = session("deploy", "i-0123456789", None);
    check_human(&Evidence { identity: Some(&machine), ..without }, None);
}

#[test]
fn names_are_cut_and_clean() {
    let long = format!("maya\n\u{7}{}", "ü".repeat(500));
    let evidence = Evidence { listed: (Some(&long), None), ..Evidence::default() };
    let found = actor(&evidence).unwrap();
    let name = found["human"].as_str().unwrap();
    assert!(name.starts_with("mayaü") && name.len() <= NAME_BYTES_MAX, "{name}");
}

proptest::proptest! {
    #[test]
    fn any_user_agent_is_read(text in "(?s).{0,300}") {
        let found = actor(&Evidence { user_agent: Some(&text), ..Evidence::default() });
        let bytes = found.map_or(0, |value| value.to_string().len());
        proptest::prop_assert!(bytes < 9 * 6 * NAME_BYTES_MAX);
    }
}
