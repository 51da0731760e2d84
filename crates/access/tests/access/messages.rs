//! The sentence about a denied request, for each kind of policy that denies or fails to allow.

use serde_json::{Value, json};

use crate::case;

const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";
const MIA: &str = "User: arn:aws:iam::111122223333:user/team/mia is not authorized to perform:";

fn allow(action: &str) -> Value {
    json!([{"Effect": "Allow", "Action": action, "Resource": "*"}])
}

fn deny() -> Value {
    json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*"}])
}

/// Asks to stop a trail under policies; returns what follows the action and the resource.
fn reason(policies: Value) -> String {
    let mut case = json!({"who": "mia", "action": "cloudtrail:StopLogging", "resource": TRAIL});
    for (member, value) in policies.as_object().unwrap() {
        case[member] = value.clone();
    }
    let message = case::decide(&case).message().unwrap();
    let start = format!("{MIA} cloudtrail:StopLogging on resource: {TRAIL} ");
    message.strip_prefix(&start).unwrap_or_else(|| panic!("{message}")).to_owned()
}

#[test]
fn what_is_missing_is_named() {
    let no = |kind: &str| format!("because no {kind} allows the cloudtrail:StopLogging action");
    assert_eq!(reason(json!({})), no("identity-based policy"));
    assert_eq!(
        reason(json!({"identity": allow("*"), "boundary": allow("s3:*")})),
        no("permissions boundary")
    );
    assert_eq!(reason(json!({"identity": allow("*"), "session": [allow("s3:*")]})), no("session policy"));
    assert_eq!(
        reason(json!({"identity": allow("*"), "organization": [[allow("s3:*")]]})),
        no("service control policy")
    );
    assert_eq!(reason(json!({"identity": allow("*"), "owner": "999988887777"})), no("resource-based policy"));
}

#[test]
fn what_denies_is_named() {
    let by = |kind: &str| format!("with an explicit deny in {kind}");
    assert_eq!(reason(json!({"identity": deny()})), by("an identity-based policy"));
    assert_eq!(reason(json!({"boundary": deny()})), by("a permissions boundary"));
    assert_eq!(reason(json!({"session": [deny()]})), by("a session policy"));
    assert_eq!(reason(json!({"organization": [[deny()]]})), by("a service control policy"));
    let everybody = json!([{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]);
    assert_eq!(reason(json!({"resource_policy": everybody})), by("a resource-based policy"));
}

#[test]
fn a_role_has_one_trust_policy() {
    let role = "arn:aws:iam::111122223333:role/ci/deploy";
    let ask = |effect: &str, who: &str| {
        let trust = json!([{"Effect": effect, "Principal": {"AWS": who}, "Action": "sts:AssumeRole"}]);
        let case = json!({
            "who": "mia", "action": "sts:AssumeRole", "resource": role, "identity": allow("*"), "trust_policy": trust,
        });
        case::decide(&case).message().unwrap()
    };
    let start = format!("{MIA} sts:AssumeRole on resource: {role} ");
    assert_eq!(
        ask("Allow", "999988887777"),
        format!("{start}because no role trust policy allows the sts:AssumeRole action")
    );
    assert_eq!(ask("Deny", "111122223333"), format!("{start}with an explicit deny in the role trust policy"));
}

#[test]
fn s3_puts_the_resource_in_quotes() {
    let case = json!({"who": "mia", "action": "s3:GetObject", "resource": "arn:aws:s3:::shop/a b"});
    let expected = format!(
        "{MIA} s3:GetObject on resource: \"arn:aws:s3:::shop/a b\" because no identity-based policy allows the \
         s3:GetObject action"
    );
    assert_eq!(case::decide(&case).message(), Some(expected));
}

#[test]
fn what_is_allowed_has_no_sentence() {
    let case = json!({"who": "mia", "action": "s3:GetObject", "resource": "arn:aws:s3:::shop/a", "identity": allow("*")});
    assert_eq!(case::decide(&case).message(), None);
}
