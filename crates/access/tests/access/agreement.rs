//! The evaluator and the naive one agree on generated policies and requests.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::fuzz::iterations;
use crate::{case, naive, people};

/// Named as a fuzz test, so that the long run gives it more cases.
#[test]
fn fuzz_two_evaluators_agree() {
    let cases = iterations(3_000);
    let config =
        ProptestConfig { cases: cases.try_into().unwrap(), failure_persistence: None, ..Default::default() };
    let mut runner = TestRunner::new(config);
    let agreed = runner.run(&generated(), |case| {
        prop_assert_eq!(case::words(case::decide(&case).outcome), naive::decide(&case), "{}", case);
        Ok(())
    });
    agreed.unwrap();
    println!("two evaluators agree on {cases} generated cases");
}

/// The generator reaches every outcome, so that agreement means something.
#[test]
fn generated_cases_reach_every_outcome() {
    let mut runner = TestRunner::deterministic();
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    for _ in 0..3_000 {
        let case = generated().new_tree(&mut runner).unwrap().current();
        *counts.entry(case::words(case::decide(&case).outcome)).or_default() += 1;
    }
    println!("{counts:#?}");
    assert_eq!(counts.len(), 4 + 6 * 2, "{counts:#?}");
}

fn generated() -> impl Strategy<Value = Value> {
    let policies = (
        prop::option::weighted(0.9, statements(false)),
        prop::option::weighted(0.3, statements(false)),
        prop::option::weighted(0.3, prop::collection::vec(statements(false), 0..3)),
        prop::option::weighted(
            0.4,
            prop::collection::vec(prop::collection::vec(statements(false), 1..3), 1..3),
        ),
        prop::option::weighted(0.6, statements(true)),
    );
    let request =
        (select(people::NAMES.to_vec()), select(ACTIONS), select(RESOURCES), select(OWNERS), facts());
    (policies, request, select(vec!["2012-10-17", "2012-10-17", "2008-10-17"]), 0..20_u8).prop_map(
        |((identity, boundary, session, organization, resource), request, version, odd)| {
            let (who, action, arn, owner, facts) = request;
            let mut case = json!({
                "who": who, "action": action, "resource": arn, "owner": owner, "facts": facts, "version": version,
            });
            let members = [
                ("identity", identity.map(Value::from)),
                ("boundary", boundary.map(Value::from)),
                ("session", session.map(Value::from)),
                ("organization", organization.map(Value::from)),
            ];
            for (member, value) in members {
                if let Some(value) = value {
                    case[member] = value;
                }
            }
            if let Some(statements) = resource {
                // One in four is a trust policy, which names no resource.
                let trust = odd % 4 == 0;
                case[if trust { "trust_policy" } else { "resource_policy" }] =
                    statements.into_iter().map(|statement| of_kind(statement, trust)).collect();
            }
            // Without variables this is no ARN.
            if case.to_string().contains("\"${aws:PrincipalArn}\"") {
                case["version"] = json!("2012-10-17");
            }
            if odd == 1 {
                case["management"] = json!(true);
            }
            case
        },
    )
}

fn of_kind(mut statement: Value, trust: bool) -> Value {
    if trust {
        let members = statement.as_object_mut().unwrap();
        members.remove("Resource");
        members.remove("NotResource");
    }
    statement
}

fn statements(with_principal: bool) -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(statement(with_principal), 1..4)
}

fn statement(with_principal: bool) -> impl Strategy<Value = Value> {
    let effect = select(vec!["Allow", "Allow", "Allow", "Deny"]);
    let scopes = (scope("Action", ACTION_PATTERNS), scope("Resource", RESOURCE_PATTERNS));
    let conditions =
        prop_oneof![3 => Just(json!({})), 2 => condition(), 1 => (condition(), condition()).prop_map(both)];
    (effect, scopes, conditions, names(), prop::bool::weighted(0.3)).prop_map(
        move |(effect, ((action, actions), (resource, resources)), conditions, names, spares)| {
            let mut statement =
                json!({"Effect": effect, action: actions, resource: resources, "Condition": conditions});
            if with_principal {
                let member = if spares && effect == "Deny" { "NotPrincipal" } else { "Principal" };
                statement[member] = names;
            }
            statement
        },
    )
}

fn both((mut one, other): (Value, Value)) -> Value {
    for (operator, keys) in other.as_object().unwrap() {
        one[operator] = keys.clone();
    }
    one
}

fn scope(member: &'static str, patterns: &'static [&'static str]) -> impl Strategy<Value = (String, Value)> {
    let listed = prop::collection::vec(select(patterns), 1..3).prop_map(Value::from);
    (listed, prop::bool::weighted(0.15))
        .prop_map(move |(listed, not)| (format!("{}{member}", if not { "Not" } else { "" }), listed))
}

fn names() -> impl Strategy<Value = Value> {
    let aws = prop::collection::vec(select(AWS_NAMES), 1..4).prop_map(|names| json!({"AWS": names}));
    let others = select(vec![
        json!("*"),
        json!({"Service": "cloudtrail.amazonaws.com"}),
        json!({"Service": ["lambda.amazonaws.com"], "AWS": "111122223333"}),
        json!({"Federated": "arn:aws:iam::111122223333:oidc-provider/id.example.com"}),
        json!({"Federated": "id.example.com"}),
    ]);
    prop_oneof![3 => aws, 2 => others]
}

fn condition() -> impl Strategy<Value = Value> {
    let kinds = select(vec![STRINGS, NUMBERS, DATES, BOOLEANS, ADDRESSES, ARNS]);
    let form = (select(vec!["", "", "ForAllValues:", "ForAnyValue:"]), select(vec!["", "", "IfExists"]));
    let compared = (kinds, form).prop_flat_map(|((operators, keys, values), (before, after))| {
        let values = prop::collection::vec(select(values), 1..3);
        (select(operators), select(keys), values).prop_map(
            move |(operator, key, values)| json!({format!("{before}{operator}{after}"): {key: values}}),
        )
    });
    let null = (select(vec!["k", "aws:username", "aws:PrincipalArn"]), select(vec!["true", "false"]));
    prop_oneof![6 => compared, 1 => null.prop_map(|(key, value)| json!({"Null": {key: value}}))]
}

fn facts() -> impl Strategy<Value = Value> {
    let values = prop::collection::vec(select(GIVEN), 1..3);
    prop::collection::btree_map(
        select(vec!["k", "aws:SourceIp", "aws:TagKeys", "aws:username"]),
        values,
        0..4,
    )
    .prop_map(|facts| json!(facts))
}

/// Operators, keys and values of one type.
type Typed = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);

const STRINGS: Typed = (
    &[
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
    ],
    &["k", "aws:TagKeys", "aws:username", "aws:PrincipalAccount", "aws:userid", "AWS:ResourceAccount"],
    &[
        "a",
        "A",
        "a*",
        "*",
        "?",
        "mia",
        "${aws:username}",
        "${k, 'a'}",
        "${*}",
        "111122223333",
        "AROADEPLOY:*",
        "1",
    ],
);
const NUMBERS: Typed = (
    &[
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericGreaterThanEquals",
        "NumericLessThanEquals",
    ],
    &["k", "aws:TagKeys"],
    &["1", "1.0", "-2", "10"],
);
const DATES: Typed = (
    &["DateEquals", "DateNotEquals", "DateLessThan", "DateGreaterThan", "DateGreaterThanEquals"],
    &["k", "aws:TagKeys"],
    &["2026-03-02", "2026-03-02T08:00:00Z", "1", "1772409600"],
);
const BOOLEANS: Typed = (&["Bool"], &["k", "aws:PrincipalIsAWSService"], &["true", "false"]);
const ADDRESSES: Typed = (
    &["IpAddress", "NotIpAddress"],
    &["k", "aws:SourceIp"],
    &["10.0.0.0/8", "10.1.0.0/17", "0.0.0.0/0", "2001:db8::/33", "::1"],
);
const ARNS: Typed = (
    &["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"],
    &["k", "aws:PrincipalArn"],
    &[
        "arn:aws:iam::*:role/*",
        "arn:aws:iam::111122223333:user/team/${aws:username}",
        "*",
        "${aws:PrincipalArn}",
    ],
);

/// Values that requests tell.
const GIVEN: &[&str] = &[
    "a",
    "A",
    "ab",
    "*",
    "",
    "1",
    "10",
    "true",
    "False",
    "2026-03-02T00:00:00Z",
    "10.1.2.3",
    "::ffff:10.1.200.3",
    "2001:db8::9",
    "arn:aws:iam::111122223333:role/ci/deploy",
    "arn:aws:iam::999988887777:user/eve",
];
const ACTIONS: &[&str] = &["s3:GetObject", "s3:PutObject", "s3:DeleteBucketPolicy", "cloudtrail:StopLogging"];
const ACTION_PATTERNS: &[&str] =
    &["*", "*", "s3:*", "S3:get*", "s3:??tObject", "cloudtrail:Stop*", "s3:PutObject"];
const RESOURCES: &[&str] = &["arn:aws:s3:::shop/a", "arn:aws:s3:::shop", "arn:aws:s3:::shop/mia/b:c", "*"];
const RESOURCE_PATTERNS: &[&str] = &[
    "*",
    "*",
    "arn:aws:s3:::shop*",
    "arn:aws:s3:::*/a",
    "arn:aws:s3:::shop/${aws:username}/*",
    "arn:aws:s3:::shop/${aws:username, 'a'}*",
    "arn:*:s3:::sh?p/*:?",
];
const OWNERS: &[&str] = &["111122223333", "111122223333", "111122223333", "999988887777"];
const AWS_NAMES: &[&str] = &[
    "*",
    "111122223333",
    "999988887777",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:user/team/mia",
    "arn:aws:iam::999988887777:user/eve",
    "arn:aws:iam::111122223333:role/ci/deploy",
    "arn:aws:sts::111122223333:assumed-role/deploy/run-7",
    "arn:aws:iam::999988887777:role/audit",
    "arn:aws:sts::999988887777:assumed-role/audit/check",
    "arn:aws:sts::111122223333:federated-user/fay",
    "AIDAMIA",
    "AROADEPLOY",
];
