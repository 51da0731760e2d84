//! What must hold for every policy and request.

use cairn_access::{
    AccessRequest, Context, Denial, Outcome, Policies, Policy, PolicyKind, Principal, evaluate,
};
use proptest::prelude::*;
use serde_json::{Value, json};

proptest! {
    /// A matching deny anywhere among the statements denies.
    #[test]
    fn deny_always_wins(mut statements in prop::collection::vec(statement(), 0..6), at in 0..6_usize, asked in request()) {
        let deny = json!({"Effect": "Deny", "Action": asked.0, "Resource": asked.1});
        statements.insert(at.min(statements.len()), deny);
        let outcome = decide(&statements, &asked);
        prop_assert_eq!(outcome, Outcome::Denied(Denial::Explicit(PolicyKind::Identity)));
    }

    /// One more deny never lets in who was kept out.
    #[test]
    fn a_deny_never_allows(statements in prop::collection::vec(statement(), 1..6), extra in statement(), asked in request()) {
        let before = decide(&statements, &asked);
        let mut more = statements;
        let mut extra = extra;
        extra["Effect"] = json!("Deny");
        more.push(extra);
        let after = decide(&more, &asked);
        prop_assert!(matches!(before, Outcome::Allowed(_)) || matches!(after, Outcome::Denied(_)));
    }

    /// The order of statements does not matter.
    #[test]
    fn order_does_not_matter(statements in prop::collection::vec(statement(), 1..6), asked in request()) {
        let mut reversed = statements.clone();
        reversed.reverse();
        prop_assert_eq!(decide(&statements, &asked), decide(&reversed, &asked));
    }

    /// Any text is read or refused.
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        prop_assert!(Policy::parse(PolicyKind::Resource, &text).is_err());
    }

    /// Any JSON in the place of any member is read or refused.
    #[test]
    fn any_json_is_read_or_refused(member in member(), value in value(), kind in prop::bool::ANY) {
        let mut statement = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
        statement[member] = value;
        let text = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
        let kind = if kind { PolicyKind::Identity } else { PolicyKind::Resource };
        if let Ok(policy) = Policy::parse(kind, &text) {
            prop_assert_eq!(policy.statement_count(), 1);
        }
    }

    /// A pattern made of a text by putting stars into it fits the text.
    #[test]
    fn stars_fit_anything(text in "[a-c/:]{0,20}", stars in prop::collection::vec(0..20_usize, 0..6)) {
        let mut letters: Vec<char> = text.chars().collect();
        for at in stars {
            let at = at.min(letters.len());
            match letters.get(at) {
                // A letter is replaced: a star stands for it as well as for nothing.
                Some(_) if at % 2 == 0 => letters[at] = '*',
                _ => letters.insert(at, '*'),
            }
        }
        let pattern: String = letters.into_iter().collect();
        let statement = json!({"Effect": "Allow", "Action": "*", "Resource": format!("arn:aws:s3:::{pattern}")});
        let asked = ("s3:GetObject".to_owned(), format!("arn:aws:s3:::{text}"));
        prop_assert!(matches!(decide(&[statement], &asked), Outcome::Allowed(_)), "{} {}", pattern, text);
    }
}

/// A pattern that would take an exponential matcher centuries.
#[test]
fn many_stars_are_matched_quickly() {
    let pattern = "*a".repeat(4_000);
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": format!("arn:aws:s3:::{pattern}b")});
    let asked = ("s3:GetObject".to_owned(), format!("arn:aws:s3:::{}", "a".repeat(4_000)));
    assert!(matches!(decide(&[statement], &asked), Outcome::Denied(_)));
}

fn decide(statements: &[Value], asked: &(String, String)) -> Outcome {
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let policy = Policy::parse(PolicyKind::Identity, &text).unwrap();
    let principal = Principal::User {
        account: "111122223333".parse().unwrap(),
        name: "mia".to_owned(),
        path: "/".to_owned(),
        id: "AIDAMIA".to_owned(),
    };
    let request = AccessRequest {
        principal: &principal,
        action: &asked.0,
        resource: &asked.1,
        resource_account: "111122223333".parse().unwrap(),
        context: Context::default().with("k", "a"),
    };
    evaluate(&Policies { identity: &[policy], ..Policies::default() }, &request).outcome
}

fn request() -> impl Strategy<Value = (String, String)> {
    let action = prop::sample::select(vec!["s3:GetObject", "s3:PutObject", "cloudtrail:StopLogging"]);
    let resource = "arn:aws:s3:::[ab]{1,3}/[ab]{0,3}";
    (action.prop_map(str::to_owned), resource)
}

fn statement() -> impl Strategy<Value = Value> {
    let effect = prop::sample::select(vec!["Allow", "Deny"]);
    let action = prop::sample::select(vec!["*", "s3:*", "s3:Get*", "cloudtrail:*"]);
    let resource =
        prop::sample::select(vec!["*", "arn:aws:s3:::a*", "arn:aws:s3:::*/b", "arn:aws:s3:::b?/*"]);
    let condition = prop::sample::select(vec![
        json!({}),
        json!({"StringEquals": {"k": "a"}}),
        json!({"StringNotEquals": {"k": "a"}}),
        json!({"Null": {"other": "true"}}),
    ]);
    (effect, action, resource, condition, prop::bool::ANY, prop::bool::ANY).prop_map(
        |(effect, action, resource, condition, not_action, not_resource)| {
            let action_name = if not_action { "NotAction" } else { "Action" };
            let resource_name = if not_resource { "NotResource" } else { "Resource" };
            json!({"Effect": effect, action_name: action, resource_name: resource, "Condition": condition})
        },
    )
}

fn member() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ])
}

fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        ".{0,20}".prop_map(Value::from),
        prop::sample::select(vec![
            "*",
            "${",
            "${a",
            "${a}",
            "${a,'b'}",
            "arn:aws:s3:::${a:b}",
            "AWS",
            "StringLike",
            "IpAddress",
            "1.2.3.4/5"
        ])
        .prop_map(Value::from),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(|n| json!(n)),
        text
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop_oneof![
            ".{0,8}",
            prop::sample::select(vec!["AWS", "Service", "StringLike", "DateEquals", "Bool", "Null"])
                .prop_map(str::to_owned),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
