//! The cases in `tests/cases`: the evaluator and the naive one both decide each as it says.

use serde_json::{Value, json};

use crate::{case, naive};

const FILES: [(&str, &str); 12] = [
    ("actions_and_resources", include_str!("../cases/actions_and_resources.json")),
    ("boundary", include_str!("../cases/boundary.json")),
    ("cross_account", include_str!("../cases/cross_account.json")),
    ("decisions", include_str!("../cases/decisions.json")),
    ("facts", include_str!("../cases/facts.json")),
    ("federated", include_str!("../cases/federated.json")),
    ("keys", include_str!("../cases/keys.json")),
    ("organization", include_str!("../cases/organization.json")),
    ("principals", include_str!("../cases/principals.json")),
    ("session", include_str!("../cases/session.json")),
    ("trust", include_str!("../cases/trust.json")),
    ("variables", include_str!("../cases/variables.json")),
];
const CONDITIONS: &str = include_str!("../cases/conditions.json");

#[test]
fn every_case_is_decided_as_it_says() {
    let cases = all();
    let mut failures = Vec::new();
    for (name, case) in &cases {
        let found = [("evaluator", case::words(case::decide(case).outcome)), ("naive", naive::decide(case))];
        for (by, words) in found {
            if words != case["expect"] {
                failures.push(format!("{name}: {by} says {words}, expected {}", case["expect"]));
            }
        }
    }
    println!("{} authorization cases", cases.len());
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n"));
    assert!(cases.len() >= 300);
}

/// Each outcome that there is occurs among the cases.
#[test]
fn every_reason_occurs() {
    let cases = all();
    let kinds = [
        "identity-based policy",
        "permissions boundary",
        "session policy",
        "service control policy",
        "resource-based policy",
        "role trust policy",
    ];
    let mut expected: Vec<String> = ["root", "both", "identity-based policy", "resource-based policy"]
        .map(|reason| format!("allow: {reason}"))
        .to_vec();
    for kind in kinds {
        expected.extend([format!("deny: no {kind}"), format!("deny: explicit in {kind}")]);
    }
    for reason in expected {
        let count = cases.iter().filter(|(_, case)| case["expect"] == *reason).count();
        println!("{count:4} {reason}");
        assert!(count > 0, "{reason}");
    }
}

fn all() -> Vec<(String, Value)> {
    let mut cases = Vec::new();
    for (file, text) in FILES {
        for case in list(text) {
            cases.push((format!("{file}: {}", case["name"]), case));
        }
    }
    for case in list(CONDITIONS) {
        let statement =
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": case["condition"]});
        let expect = if case["holds"] == true {
            "allow: identity-based policy"
        } else {
            "deny: no identity-based policy"
        };
        let full = json!({
            "who": "mia", "action": "s3:GetObject", "resource": "arn:aws:s3:::shop/a", "facts": case["facts"],
            "identity": [statement], "expect": expect,
        });
        cases.push((format!("conditions: {case}"), full));
    }
    cases
}

fn list(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}
