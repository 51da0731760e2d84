//! Decisions: whose policies allow, what denies, and the sentence about it.

use cairn_access::{
    AccessRequest, Context, Denial, Granted, Outcome, Policies, Policy, PolicyKind, Principal, RoleSession,
    evaluate,
};

/// Who, identity statements, resource statements, action, resource, outcome.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

#[test]
fn requests_are_decided_as_iam_says() {
    let failures: Vec<String> = CASES.iter().filter_map(check).collect();
    println!("{} decision cases", CASES.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check(case: &Case) -> Option<String> {
    let (who, identity, resource_policy, action, resource, expected) = *case;
    let principal = principal(who);
    let read = |kind, statements: &str| {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        (!statements.is_empty()).then(|| Policy::parse(kind, &text).unwrap())
    };
    let identity = read(PolicyKind::Identity, identity);
    let resource_policy = read(PolicyKind::Resource, resource_policy);
    let request = AccessRequest {
        principal: &principal,
        action,
        resource,
        resource_account: "111122223333".parse().unwrap(),
        context: Context::default().with("aws:SourceIp", "203.0.113.9"),
    };
    let decision = evaluate(
        &Policies {
            identity: identity.as_slice(),
            resource: resource_policy.as_ref(),
            ..Policies::default()
        },
        &request,
    );
    let word = word(decision.outcome);
    (word != expected).then(|| format!("{case:?}: {word}"))
}

fn principal(who: &str) -> Principal {
    let own = "111122223333".parse().unwrap();
    let user = |account, name: &str, path: &str| Principal::User {
        account,
        name: name.to_owned(),
        path: path.to_owned(),
        id: format!("AIDA{}", name.to_uppercase()),
    };
    match who {
        "root" => Principal::Root { account: own },
        "foreign root" => Principal::Root { account: "999988887777".parse().unwrap() },
        "mia" => user(own, "mia", "/team/"),
        "eve" => user("999988887777".parse().unwrap(), "eve", "/"),
        "session" => Principal::Session(RoleSession {
            account: own,
            role: "deploy".to_owned(),
            role_path: "/ci/".to_owned(),
            role_id: "AROADEPLOY".to_owned(),
            name: "run-7".to_owned(),
            created: "2026-03-02T08:00:11Z".to_owned(),
            mfa: false,
            source_identity: None,
        }),
        "service" => Principal::Service("cloudtrail.amazonaws.com".to_owned()),
        _ => Principal::Anonymous,
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allowed(Granted::Root) => "root",
        Outcome::Allowed(Granted::Identity) => "identity",
        Outcome::Allowed(Granted::Resource) => "resource",
        Outcome::Allowed(Granted::IdentityAndResource) => "both",
        Outcome::Denied(Denial::Explicit(PolicyKind::Identity)) => "denied by identity",
        Outcome::Denied(Denial::Explicit(PolicyKind::Resource)) => "denied by resource",
        Outcome::Denied(Denial::Missing(PolicyKind::Identity)) => "no identity",
        Outcome::Denied(Denial::Missing(PolicyKind::Resource)) => "no resource",
        Outcome::Denied(_) => "denied by another kind",
    }
}

const ALL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
const READ: &str = r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::shop/*"}"#;
const EVERYBODY: &str =
    r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::shop/*"}"#;
const ACCOUNT: &str = r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":["arn:aws:s3:::shop","arn:aws:s3:::shop/*"]}"#;
const FOREIGN: &str = r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":"s3:*","Resource":"arn:aws:s3:::shop/*"}"#;
const EVE: &str = r#"{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::999988887777:user/eve"]},"Action":"s3:*","Resource":"arn:aws:s3:::shop/*"}"#;
const MIA: &str = r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/team/mia"},"Action":"s3:*","Resource":"arn:aws:s3:::shop/*"}"#;
const DENY_ALL: &str = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#;
const SERVICE: &str = r#"{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::shop/AWSLogs/*"}"#;
const KEY: &str = "arn:aws:s3:::shop/a/b";
const GET: &str = "s3:GetObject";

const CASES: &[Case] = &[
    // Nothing said.
    ("mia", "", "", GET, KEY, "no identity"),
    ("eve", "", "", GET, KEY, "no identity"),
    ("root", "", "", GET, KEY, "root"),
    ("foreign root", "", "", GET, KEY, "no resource"),
    ("service", "", "", GET, KEY, "no resource"),
    ("anonymous", "", "", GET, KEY, "no resource"),
    // Identity policies.
    ("mia", ALL, "", GET, KEY, "identity"),
    ("mia", READ, "", GET, KEY, "identity"),
    ("mia", READ, "", "S3:getOBJECT", KEY, "identity"),
    ("mia", READ, "", "s3:PutObject", KEY, "no identity"),
    ("mia", READ, "", GET, "arn:aws:s3:::SHOP/a", "no identity"),
    ("mia", READ, "", GET, "arn:aws:s3:::shop", "no identity"),
    ("mia", r#"{"Effect":"Allow","Action":"s3:?etObject","Resource":"*"}"#, "", GET, KEY, "identity"),
    (
        "mia",
        r#"{"Effect":"Allow","Action":["s3:PutObject","s3:GetObject"],"Resource":["arn:aws:s3:::x","arn:aws:s3:::shop/?/b"]}"#,
        "",
        GET,
        KEY,
        "identity",
    ),
    (
        "mia",
        r#"{"Effect":"Allow","Action":"cloudtrail:LookupEvents","Resource":"*"}"#,
        "",
        "cloudtrail:LookupEvents",
        "*",
        "identity",
    ),
    (
        "mia",
        r#"{"Effect":"Allow","Action":"cloudtrail:StopLogging","Resource":"arn:aws:cloudtrail:*:*:trail/test-*"}"#,
        "",
        "cloudtrail:StopLogging",
        "arn:aws:cloudtrail:us-east-1:111122223333:trail/test-1",
        "identity",
    ),
    (
        "mia",
        r#"{"Effect":"Allow","Action":"cloudtrail:StopLogging","Resource":"arn:aws:cloudtrail:*:*:trail/test-*"}"#,
        "",
        "cloudtrail:StopLogging",
        "arn:aws:cloudtrail:us-east-1:111122223333:trail/main",
        "no identity",
    ),
    ("mia", r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#, "", GET, KEY, "identity"),
    ("mia", r#"{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}"#, "", GET, KEY, "no identity"),
    (
        "mia",
        r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::shop/a/*"}"#,
        "",
        GET,
        KEY,
        "no identity",
    ),
    (
        "mia",
        r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::shop/c/*"}"#,
        "",
        GET,
        KEY,
        "identity",
    ),
    (
        "mia",
        r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::shop/${aws:username}/*"}"#,
        "",
        GET,
        "arn:aws:s3:::shop/mia/x",
        "identity",
    ),
    (
        "mia",
        r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::shop/${aws:username}/*"}"#,
        "",
        GET,
        "arn:aws:s3:::shop/max/x",
        "no identity",
    ),
    (
        "session",
        r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::shop/${aws:username}/*"}"#,
        "",
        GET,
        "arn:aws:s3:::shop//x",
        "no identity",
    ),
    // Explicit deny, before and after.
    (
        "mia",
        r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}"#,
        "",
        GET,
        KEY,
        "denied by identity",
    ),
    (
        "mia",
        r#"{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"},{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#,
        "",
        GET,
        KEY,
        "denied by identity",
    ),
    (
        "mia",
        r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:DeleteObject","Resource":"*"}"#,
        "",
        GET,
        KEY,
        "identity",
    ),
    (
        "mia",
        r#"{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::shop/${missing}"}"#,
        "",
        GET,
        KEY,
        "denied by identity",
    ),
    ("mia", ALL, DENY_ALL, GET, KEY, "denied by resource"),
    ("root", "", DENY_ALL, GET, KEY, "denied by resource"),
    ("root", "", DENY_ALL, "s3:DeleteBucketPolicy", "arn:aws:s3:::shop", "root"),
    ("mia", ALL, DENY_ALL, "s3:DeleteBucketPolicy", "arn:aws:s3:::shop", "denied by resource"),
    ("foreign root", "", DENY_ALL, "s3:DeleteBucketPolicy", "arn:aws:s3:::shop", "denied by resource"),
    (
        "anonymous",
        "",
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::shop/*"},{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::shop/a/*"}"#,
        GET,
        KEY,
        "denied by resource",
    ),
    (
        "mia",
        ALL,
        r#"{"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"arn:aws:s3:::shop/*"}"#,
        GET,
        KEY,
        "denied by resource",
    ),
    (
        "mia",
        ALL,
        r#"{"Effect":"Deny","Principal":{"AWS":"999988887777"},"Action":"s3:*","Resource":"arn:aws:s3:::shop/*"}"#,
        GET,
        KEY,
        "identity",
    ),
    (
        "mia",
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::shop/*","Condition":{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}"#,
        GET,
        KEY,
        "identity",
    ),
    (
        "mia",
        ALL,
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::shop/*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}"#,
        GET,
        KEY,
        "denied by resource",
    ),
    // Resource policies in the same account.
    ("mia", "", EVERYBODY, GET, KEY, "resource"),
    ("mia", "", MIA, GET, KEY, "resource"),
    ("session", "", MIA, GET, KEY, "no identity"),
    ("mia", "", ACCOUNT, GET, KEY, "no identity"),
    ("mia", READ, ACCOUNT, GET, KEY, "identity"),
    ("root", "", ACCOUNT, GET, KEY, "root"),
    (
        "session",
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/ci/deploy"},"Action":"s3:*","Resource":"arn:aws:s3:::shop/*"}"#,
        GET,
        KEY,
        "resource",
    ),
    (
        "session",
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:sts::111122223333:assumed-role/deploy/run-7"},"Action":"s3:*","Resource":"arn:aws:s3:::shop/*"}"#,
        GET,
        KEY,
        "resource",
    ),
    (
        "session",
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:sts::111122223333:assumed-role/deploy/run-8"},"Action":"s3:*","Resource":"arn:aws:s3:::shop/*"}"#,
        GET,
        KEY,
        "no identity",
    ),
    (
        "mia",
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":"AIDAMIA"},"Action":"s3:*","Resource":"arn:aws:s3:::shop/*"}"#,
        GET,
        KEY,
        "resource",
    ),
    // Another account needs both.
    ("eve", ALL, "", GET, KEY, "no resource"),
    ("eve", "", EVE, GET, KEY, "no identity"),
    ("eve", ALL, EVE, GET, KEY, "both"),
    ("eve", ALL, FOREIGN, GET, KEY, "both"),
    ("eve", ALL, EVERYBODY, GET, KEY, "both"),
    ("eve", ALL, MIA, GET, KEY, "no resource"),
    ("eve", ALL, ACCOUNT, GET, KEY, "no resource"),
    ("foreign root", "", FOREIGN, GET, KEY, "both"),
    // Services and nobody.
    ("service", "", SERVICE, "s3:PutObject", "arn:aws:s3:::shop/AWSLogs/x", "resource"),
    ("service", "", SERVICE, "s3:PutObject", "arn:aws:s3:::shop/other", "no resource"),
    ("service", "", SERVICE, GET, "arn:aws:s3:::shop/AWSLogs/x", "no resource"),
    ("service", "", ACCOUNT, GET, KEY, "no resource"),
    ("mia", "", SERVICE, "s3:PutObject", "arn:aws:s3:::shop/AWSLogs/x", "no identity"),
    ("anonymous", "", EVERYBODY, GET, KEY, "resource"),
    (
        "anonymous",
        "",
        r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::shop/*"}"#,
        GET,
        KEY,
        "resource",
    ),
    ("anonymous", "", EVERYBODY, "s3:PutObject", KEY, "no resource"),
    ("anonymous", "", ACCOUNT, GET, KEY, "no resource"),
    (
        "anonymous",
        "",
        r#"{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"s3:*","Resource":"arn:aws:s3:::shop/*"}"#,
        GET,
        KEY,
        "no resource",
    ),
    // NotPrincipal spares a caller only when it and its account are listed.
    (
        "mia",
        ALL,
        r#"{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::111122223333:user/team/mia","111122223333"]},"Action":"s3:*","Resource":"*"}"#,
        GET,
        KEY,
        "identity",
    ),
    (
        "mia",
        ALL,
        r#"{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:user/team/mia"},"Action":"s3:*","Resource":"*"}"#,
        GET,
        KEY,
        "denied by resource",
    ),
    (
        "mia",
        ALL,
        r#"{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}"#,
        GET,
        KEY,
        "denied by resource",
    ),
    (
        "root",
        "",
        r#"{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}"#,
        GET,
        KEY,
        "root",
    ),
    (
        "anonymous",
        "",
        r#"{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}"#,
        GET,
        KEY,
        "denied by resource",
    ),
];

#[test]
fn the_sentence_is_the_one_aws_writes() {
    let principal = principal("mia");
    let request = AccessRequest {
        principal: &principal,
        action: "cloudtrail:StopLogging",
        resource: "arn:aws:cloudtrail:us-east-1:111122223333:trail/main",
        resource_account: "111122223333".parse().unwrap(),
        context: Context::default(),
    };
    let start = "User: arn:aws:iam::111122223333:user/team/mia is not authorized to perform: \
                 cloudtrail:StopLogging on resource: arn:aws:cloudtrail:us-east-1:111122223333:trail/main ";
    let sentence = |statement: Option<&str>| {
        let policies: Vec<Policy> = statement
            .map(|statement| {
                Policy::parse(PolicyKind::Identity, &format!(r#"{{"Statement":{statement}}}"#)).unwrap()
            })
            .into_iter()
            .collect();
        evaluate(&Policies { identity: &policies, ..Policies::default() }, &request).message()
    };
    assert_eq!(
        sentence(None),
        Some(format!("{start}because no identity-based policy allows the cloudtrail:StopLogging action"))
    );
    assert_eq!(
        sentence(Some(r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#)),
        Some(format!("{start}with an explicit deny in an identity-based policy"))
    );
    assert_eq!(sentence(Some(ALL)), None);
}
