use std::collections::BTreeSet;

use cairn_event::EventView;
use cairn_select::Selectors;
use serde_json::{Map, Value, json};

use super::*;
use crate::services::{dynamodb, lambda, ses, sqs};

fn place() -> Place {
    Place {
        region: "eu-west-1".to_owned(),
        account: "111122223333".to_owned(),
        path: "/999900001111/by-path".to_owned(),
    }
}

fn decoded(request: &Value, answer: &Value) -> Decoded {
    let members = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let mut decoded = Decoded::default();
    (decoded.request, decoded.answer) = (members(request), members(answer));
    decoded
}

fn check(template: &str, request: &Value, expected: &[&str]) {
    let answer = json!({"SnapshotId": "snap-9"});
    assert_eq!(template::expand(template, &place(), &decoded(request, &answer)), expected, "{template}");
}

#[test]
fn templates_make_arns_of_what_was_asked_and_answered() {
    let table = "arn:aws:dynamodb:$region:$account:table/{TableName}";
    let eu = "arn:aws:dynamodb:eu-west-1:111122223333:table/t";
    check(table, &json!({"TableName": "t"}), &[eu]);
    check(
        table,
        &json!({"TableName": "arn:aws:dynamodb:us-east-1:1:table/u"}),
        &["arn:aws:dynamodb:us-east-1:1:table/u"],
    );
    check(table, &json!({"TableName": ""}), &[]);
    check(table, &json!({"TableName": 5}), &[]);
    check(table, &json!({}), &[]);
    check("arn:aws:d:::{R.#}", &json!({"R": {"b": 1, "a": []}}), &["arn:aws:d:::a", "arn:aws:d:::b"]);
    let items = json!({"T": [{"Put": {"N": "a"}}, {"Get": {"N": "b"}}, 7]});
    check("arn:aws:d:::{T.*.*.N}", &items, &["arn:aws:d:::a", "arn:aws:d:::b"]);
    check(
        "{A}|arn:aws:ec2:$region::snapshot/{>SnapshotId}",
        &json!({}),
        &["arn:aws:ec2:eu-west-1::snapshot/snap-9"],
    );
    check("{A}|arn:aws:x:::{B}", &json!({"A": "arn:aws:y:::a", "B": "b"}), &["arn:aws:y:::a"]);
    check("{A}|arn:aws:x:::{B}", &json!({"A": "no-arn", "B": "b"}), &["arn:aws:x:::b"]);
    check("arn:aws:x:::{A~alias/}", &json!({"A": "alias/k"}), &["arn:aws:x:::alias/k"]);
    check("arn:aws:x:::key/{A!alias/}", &json!({"A": "alias/k"}), &[]);
    check("arn:aws:x:::{A}/{B}", &json!({"A": "a", "B": "b"}), &["arn:aws:x:::a/b"]);
    check("arn:aws:x:::{A}/{B}", &json!({"A": "a"}), &[]);
    check("arn:aws:x:::{A", &json!({"A": "a"}), &[]);
}

#[test]
fn rules_make_arns_of_what_templates_cannot() {
    let of = |rule: fn(&Place, &Decoded) -> Vec<String>, request: Value| {
        rule(&place(), &decoded(&request, &Value::Null))
    };
    let function = "arn:aws:lambda:eu-west-1:111122223333:function:f";
    for given in
        ["f", "f:prod", "111122223333:function:f", "111122223333:function:f:2", "function:f", function]
    {
        assert_eq!(of(lambda::arns, json!({ "FunctionName": given })), [function], "{given}");
    }
    let other = "arn:aws-cn:lambda:cn-north-1:9:function:g:$LATEST";
    assert_eq!(
        of(lambda::arns, json!({ "FunctionName": other })),
        ["arn:aws-cn:lambda:cn-north-1:9:function:g"]
    );
    assert_eq!(of(lambda::arns, json!({})), Vec::<String>::new());

    let queue = json!({"QueueUrl": "http://127.0.0.1:5000/123456789012/q"});
    assert_eq!(of(sqs::arns, queue), ["arn:aws:sqs:eu-west-1:123456789012:q"]);
    assert_eq!(
        of(sqs::arns, json!({"QueueUrl": "http://h/queue/q"})),
        ["arn:aws:sqs:eu-west-1:111122223333:q"]
    );
    assert_eq!(of(sqs::arns, json!({})), ["arn:aws:sqs:eu-west-1:999900001111:by-path"]);

    let from = json!({"FromEmailAddress": "Ann <ann@shop.example>"});
    assert_eq!(of(ses::identities, from), ["arn:aws:ses:eu-west-1:111122223333:identity/ann@shop.example"]);
    assert_eq!(of(ses::identities, json!({"Source": "a@b", "SourceArn": "arn:x"})), ["arn:x"]);

    let statements =
        json!({"Statements": [{"Statement": "SELECT * FROM \"t\""}, {"Statement": "UPDATE u SET a=1"}]});
    let table = "arn:aws:dynamodb:eu-west-1:111122223333:table";
    assert_eq!(of(dynamodb::arns_of_statements, statements), [format!("{table}/t"), format!("{table}/u")]);
}

#[test]
fn a_resource_belongs_to_the_account_in_its_arn() {
    let own = resource(&place(), "AWS::SQS::Queue", Some("arn:aws:sqs:eu-west-1:999900001111:q".to_owned()));
    assert_eq!(own.account_id.as_deref(), Some("999900001111"));
    let without =
        resource(&place(), "AWS::EC2::Snapshot", Some("arn:aws:ec2:eu-west-1::snapshot/s".to_owned()));
    assert_eq!(without.account_id.as_deref(), Some("111122223333"));
}

#[test]
fn paths_end_where_values_do() {
    let given: Map<String, Value> = serde_json::from_value(json!({"a": {"b": [1, "x"]}, "c": "y"})).unwrap();
    assert_eq!(path::texts(&given, "a.b.*"), ["x"]);
    assert_eq!(path::texts(&given, "*"), ["y"]);
    assert_eq!(path::texts(&given, "c.d"), Vec::<String>::new());
    assert_eq!(path::texts(&given, ""), Vec::<String>::new());
}

/// Puts a value where a path of a template leads.
fn put(into: &mut Map<String, Value>, path: &str, value: &str) {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let name = if first == "*" { "any" } else { first };
    match rest {
        None => {
            into.insert(name.to_owned(), Value::from(value));
        }
        Some("#") => {
            into.insert(name.to_owned(), json!({ value: {} }));
        }
        Some(rest) => {
            let below = into.entry(name).or_insert_with(|| json!({}));
            put(below.as_object_mut().unwrap(), rest, value);
        }
    }
}

/// Makes what is asked and answered where one alternative of a template is filled; nothing where a value must be
/// an ARN of its own.
fn filled(alternative: &str) -> Decoded {
    let mut decoded = Decoded::default();
    for place in alternative.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
        let (path, filter) = place.find(['~', '!']).map_or((place, ""), |at| place.split_at(at));
        let value = match filter {
            "~arn:" => "arn:aws:sms-voice:eu-west-1:111122223333:phone-number/x".to_owned(),
            filter => format!("{}x", filter.strip_prefix('~').unwrap_or_default()),
        };
        match path.strip_prefix('>') {
            Some(path) => put(&mut decoded.answer, path, &value),
            None => put(&mut decoded.request, path, &value),
        }
    }
    decoded
}

fn selects(kind: &str, arn: &[Value], event: &Value) -> bool {
    let mut fields = vec![
        json!({"Field": "eventCategory", "Equals": ["Data"]}),
        json!({"Field": "resources.type", "Equals": [kind]}),
    ];
    if !arn.is_empty() {
        fields.push(json!({"Field": "resources.ARN", "Equals": arn}));
    }
    let given = json!({ "AdvancedEventSelectors": [{ "FieldSelectors": fields }] });
    let selectors = Selectors::for_trail(serde_json::from_value(given).unwrap());
    let bytes = serde_json::to_vec(event).unwrap();
    selectors
        .unwrap_or_else(|error| panic!("{kind} {arn:?}: {error}"))
        .matches(&EventView::parse(&bytes).unwrap())
}

#[test]
fn selectors_select_resources_of_every_type() {
    let (mut kinds, mut arns) = (BTreeSet::new(), 0);
    for row in table::all() {
        kinds.insert(row.resource_type);
        let event = |resource: &Resource| {
            json!({
                "eventTime": "2026-03-02T08:14:55Z", "eventCategory": "Data",
                "resources": [serde_json::to_value(resource).unwrap()],
            })
        };
        let unnamed = event(&super::resource(&place(), row.resource_type, None));
        assert!(selects(row.resource_type, &[], &unnamed), "{}", row.resource_type);
        let Arns::Template(template) = row.arns else { continue };
        for alternative in template.split('|') {
            for arn in template::expand(alternative, &place(), &filled(alternative)) {
                let event = event(&super::resource(&place(), row.resource_type, Some(arn.clone())));
                assert!(selects(row.resource_type, &[Value::from(arn.as_str())], &event), "{arn}");
                assert!(!selects(row.resource_type, &[Value::from(format!("{arn}y"))], &event), "{arn}");
                arns += 1;
            }
        }
    }
    println!("{} types, {arns} ARNs", kinds.len());
    assert!(kinds.len() > 80 && arns > 70, "{} types, {arns} ARNs", kinds.len());
}
