//! Generated events and valid selectors over one small vocabulary, so that they meet often.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

const OBJECTS: [&str; 8] = [
    "arn:aws:s3:::a/",
    "arn:aws:s3:::a/k",
    "arn:aws:s3:::a/k/l",
    "arn:aws:s3:::a/kl",
    "arn:aws:s3:::ab/",
    "arn:aws:s3:::ab/k",
    "arn:aws:s3:::b/k.log",
    "arn:aws:s3:::b/é.log",
];
const FUNCTIONS: [&str; 4] = [
    "arn:aws:lambda:us-east-1:111122223333:function:f",
    "arn:aws:lambda:us-east-1:111122223333:function:f:live",
    "arn:aws:lambda:us-east-1:111122223333:function:f:7",
    "arn:aws:lambda:us-east-1:111122223333:function:fg",
];
const TABLES: [&str; 2] =
    ["arn:aws:dynamodb:us-east-1:111122223333:table/t", "arn:aws:dynamodb:us-east-1:111122223333:table/tu"];
const KINDS: [(&str, &[&str], &[&str]); 3] = [
    ("AWS::S3::Object", &OBJECTS, &["arn:aws:s3", "arn:aws:s3:::"]),
    ("AWS::Lambda::Function", &FUNCTIONS, &["arn:aws:lambda"]),
    ("AWS::DynamoDB::Table", &TABLES, &["arn:aws:dynamodb"]),
];
const NAMES: [&str; 6] = ["Get", "GetObject", "PutObject", "Put", "Object", "Decrypt"];
const SOURCES: [&str; 4] =
    ["kms.amazonaws.com", "rdsdata.amazonaws.com", "s3.amazonaws.com", "lambda.amazonaws.com"];
const TYPES: [&str; 3] = ["AwsApiCall", "AwsServiceEvent", "AwsVpceEvent"];
const CALLERS: [&str; 3] = [
    "arn:aws:iam::111122223333:user/a",
    "arn:aws:iam::111122223333:user/ab",
    "arn:aws:sts::111122223333:assumed-role/r/a",
];
const ENDPOINTS: [&str; 2] = ["vpce-1", "vpce-12"];
const ERRORS: [&str; 2] = ["VpceAccessDenied", "AccessDenied"];

/// An event of any category; each member that a selector may ask for can be absent.
pub(crate) fn event() -> impl Strategy<Value = Value> {
    let category = prop_oneof![
        4 => Just(Some("Management")),
        6 => Just(Some("Data")),
        4 => Just(Some("NetworkActivity")),
        1 => Just(Some("Insight")),
        2 => Just(None),
    ];
    let whole = (
        category,
        option::of(any::<bool>()),
        option::of(any::<bool>()),
        option::of(select(SOURCES.as_slice())),
        option::of(select(NAMES.as_slice())),
        option::of(select(TYPES.as_slice())),
        option::of(select(CALLERS.as_slice())),
        option::of(select(ENDPOINTS.as_slice())),
        option::of(select(ERRORS.as_slice())),
        option::of(Just("true")),
        vec(resource(), 0..4),
    );
    whole.prop_map(
        |(category, read_only, management, source, name, kind, caller, vpce, error, console, touched)| {
            let mut event = Map::new();
            let mut put = |name: &str, value: Value| {
                if !value.is_null() {
                    event.insert(name.to_owned(), value);
                }
            };
            put("eventTime", json!("2026-03-02T08:14:55Z"));
            put("eventCategory", json!(category));
            put("readOnly", json!(read_only));
            put("managementEvent", json!(management));
            put("eventSource", json!(source));
            put("eventName", json!(name));
            put("eventType", json!(kind.filter(|_| category.is_some())));
            put("userIdentity", json!({"arn": caller}));
            put("vpcEndpointId", json!(vpce));
            put("errorCode", json!(error));
            put("sessionCredentialFromConsole", json!(console));
            put("resources", json!(touched));
            Value::Object(event)
        },
    )
}

fn resource() -> impl Strategy<Value = Value> {
    let typed = select(KINDS.as_slice()).prop_flat_map(|(kind, arns, _)| {
        (Just(kind), select(arns), select(vec!["ARN", "ARN", "ARN", "ARNPrefix"]))
            .prop_map(|(kind, arn, member)| json!({"type": kind, member: arn}))
    });
    prop_oneof![
        8 => typed,
        1 => Just(json!({"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::a"})),
        1 => Just(json!({"ARN": "arn:aws:s3:::a/k"})),
        1 => Just(json!({"type": "AWS::S3::Object"})),
    ]
}

/// Valid basic selectors, one to five.
pub(crate) fn basic() -> impl Strategy<Value = Value> {
    let access = option::of(select(vec!["ReadOnly", "WriteOnly", "All"]));
    let excluded = option::of(subsequence(vec!["kms.amazonaws.com", "rdsdata.amazonaws.com"], 0..=2));
    let data = select(KINDS.as_slice()).prop_flat_map(|(kind, arns, all)| {
        let all = prop_oneof![5 => Just(Vec::new()), 1 => select(all).prop_map(|all| vec![all])];
        (Just(kind), vec(select(arns), 0..4), all)
            .prop_map(|(kind, some, all)| json!({"Type": kind, "Values": ([some, all].concat())}))
    });
    let selector = (access, option::of(any::<bool>()), excluded, vec(data, 0..4)).prop_map(
        |(access, management, excluded, data)| {
            let mut selector = json!({"DataResources": data});
            if let Some(access) = access {
                selector["ReadWriteType"] = json!(access);
            }
            if let Some(management) = management {
                selector["IncludeManagementEvents"] = json!(management);
            }
            if let Some(excluded) = excluded {
                selector["ExcludeManagementEventSources"] = json!(excluded);
            }
            selector
        },
    );
    vec(selector, 1..=5).prop_map(|selectors| json!({"EventSelectors": selectors}))
}

/// Valid advanced selectors, one to three.
pub(crate) fn advanced() -> impl Strategy<Value = Value> {
    let selector = prop_oneof![1 => management(), 3 => data(), 2 => network()];
    let named = (selector, option::of("[a-z]{0,5}")).prop_map(|(fields, name)| {
        let mut selector = json!({"FieldSelectors": fields});
        if let Some(name) = name {
            selector["Name"] = json!(name);
        }
        selector
    });
    vec(named, 1..=3).prop_map(|selectors| json!({"AdvancedEventSelectors": selectors}))
}

fn management() -> BoxedStrategy<Vec<Value>> {
    let source = subsequence(vec!["kms.amazonaws.com", "rdsdata.amazonaws.com"], 1..=2)
        .prop_map(|sources| json!({"Field": "eventSource", "NotEquals": sources}));
    fields(vec![Just(equals("eventCategory", "Management")).boxed()], vec![read_only(), source.boxed()])
}

fn data() -> BoxedStrategy<Vec<Value>> {
    select(KINDS.as_slice())
        .prop_flat_map(|(kind, arns, _)| {
            let console = select(vec!["Equals", "NotEquals"])
                .prop_map(|operator| json!({"Field": "sessionCredentialFromConsole", operator: ["true"]}));
            fields(
                vec![
                    Just(equals("eventCategory", "Data")).boxed(),
                    Just(equals("resources.type", kind)).boxed(),
                ],
                vec![
                    read_only(),
                    any_operator("resources.ARN", arns),
                    any_operator("eventName", &NAMES),
                    any_operator("eventSource", &SOURCES),
                    any_operator("eventType", &TYPES),
                    any_operator("userIdentity.arn", &CALLERS),
                    console.boxed(),
                ],
            )
        })
        .boxed()
}

fn network() -> BoxedStrategy<Vec<Value>> {
    let source = select(vec!["kms.amazonaws.com", "s3.amazonaws.com", "lambda.amazonaws.com"])
        .prop_map(|source| equals("eventSource", source));
    fields(
        vec![Just(equals("eventCategory", "NetworkActivity")).boxed(), source.boxed()],
        vec![
            any_operator("eventName", &NAMES),
            any_operator("vpcEndpointId", &ENDPOINTS),
            any_operator("userIdentity.arn", &CALLERS),
            Just(equals("errorCode", "VpceAccessDenied")).boxed(),
        ],
    )
}

/// All of the required fields and up to two of the others, in any order.
fn fields(
    required: Vec<BoxedStrategy<Value>>,
    others: Vec<BoxedStrategy<Value>>,
) -> BoxedStrategy<Vec<Value>> {
    subsequence(others, 0..=2)
        .prop_flat_map(move |chosen| [required.clone(), chosen].concat())
        .prop_shuffle()
        .boxed()
}

fn equals(field: &str, value: &str) -> Value {
    json!({"Field": field, "Equals": [value]})
}

fn read_only() -> BoxedStrategy<Value> {
    select(vec!["true", "false"]).prop_map(|value| equals("readOnly", value)).boxed()
}

/// One to three operators with whole values of the vocabulary, or their beginnings and ends.
fn any_operator(field: &'static str, vocabulary: &'static [&'static str]) -> BoxedStrategy<Value> {
    let operator =
        select(vec!["Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith"]);
    let values = vec((select(vocabulary), 0_usize..4), 1..4);
    vec((operator, values), 1..=3)
        .prop_map(move |operators| {
            let mut selector = json!({"Field": field});
            for (operator, values) in operators {
                let part = |(value, cut): (&str, usize)| {
                    let count = value.chars().count();
                    let kept = count.saturating_sub(cut).max(1);
                    match operator {
                        "StartsWith" | "NotStartsWith" => value.chars().take(kept).collect::<String>(),
                        "EndsWith" | "NotEndsWith" => value.chars().skip(count - kept).collect(),
                        _ => value.to_owned(),
                    }
                };
                selector[operator] = values.into_iter().map(part).collect();
            }
            selector
        })
        .boxed()
}
