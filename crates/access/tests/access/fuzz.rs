//! Policies from mutated JSON: read or refused, never a panic, and decided without one.

use cairn_access::{AccessRequest, Context, Outcome, Policies, Policy, PolicyKind, Principal, evaluate};

#[path = "../../../event/tests/fuzz/mutator.rs"]
mod mutator;

use mutator::Dice;
pub(crate) use mutator::iterations;

const POLICIES: [&str; 2] = [
    r#"{"Version":"2012-10-17","Id":"i","Statement":[{"Sid":"a","Effect":"Allow","Principal":{"AWS":["111122223333","arn:aws:iam::111122223333:user/mia"],
    "Service":"cloudtrail.amazonaws.com"},"Action":["s3:Get*","s3:PutObject"],"Resource":"arn:aws:s3:::b/${aws:username}/*",
    "Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"},"ForAnyValue:ArnLike":{"aws:SourceArn":["arn:aws:cloudtrail:*"]},
    "NumericLessThan":{"s3:max-keys":"10"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"Null":{"aws:TokenIssueTime":"true"},
    "DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"},"BoolIfExists":{"aws:SecureTransport":"false"}}},
    {"Effect":"Deny","NotPrincipal":{"AWS":"*"},"NotAction":"s3:*","NotResource":["*"]}]}"#,
    r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
];
const PIECES: &[&str] = &[
    "\"",
    ",",
    "[",
    "]",
    "{",
    "}",
    "null",
    "*",
    "?",
    "${",
    "}",
    "${*}",
    "${aws:",
    ":",
    "/",
    "\u{e9}",
    "\\u0000",
    "IfExists",
    "ForAllValues:",
    "\"Effect\":\"Deny\",",
    "\"Action\":\"s3:*\",",
    "\"Principal\":\"*\",",
    "300",
    "-1",
    "true",
    "/33",
    "::1",
];

#[test]
fn fuzz_policies() {
    let (mut dice, seeds) = (Dice::new(), POLICIES.map(|policy| policy.as_bytes().to_vec()));
    let account = "111122223333".parse().unwrap();
    let principals = [
        Principal::Anonymous,
        Principal::Root { account },
        Principal::User { account, name: "mia".to_owned(), path: "/".to_owned(), id: "AIDA".to_owned() },
    ];
    let context = Context::default()
        .with("aws:SourceIp", "10.1.2.3")
        .with("s3:max-keys", "5")
        .with("aws:SecureTransport", "false")
        .with("aws:CurrentTime", "2026-03-02T08:00:00Z");
    let (mut read, mut refused, mut allowed) = (0, 0, 0);
    for _ in 0..iterations(20_000) {
        let text = String::from_utf8_lossy(&dice.mutant(&seeds, PIECES)).into_owned();
        let kind = if dice.roll(2) == 0 { PolicyKind::Resource } else { PolicyKind::Identity };
        let policy = match Policy::parse(kind, &text) {
            Ok(policy) => policy,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                refused += 1;
                continue;
            }
        };
        read += 1;
        for principal in &principals {
            let request = AccessRequest {
                principal,
                action: "s3:GetObject",
                resource: "arn:aws:s3:::b/mia/k",
                resource_account: account,
                context: context.clone(),
            };
            let policies = std::slice::from_ref(&policy);
            let asked = match kind {
                PolicyKind::Resource => Policies { resource: Some(&policy), ..Policies::default() },
                _ => Policies { identity: policies, ..Policies::default() },
            };
            let decision = evaluate(&asked, &request);
            allowed += usize::from(matches!(decision.outcome, Outcome::Allowed(_)));
        }
    }
    println!("mutated policies: {read} read, {refused} refused; {allowed} requests allowed");
    assert!(read > 0 && refused > 0 && allowed > 0);
}
