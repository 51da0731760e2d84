use serde_json::{Value, json};

use super::*;
use crate::network_sources::NETWORK_SOURCES;
use crate::resource_types::RESOURCE_TYPES;

fn compile(given: Value) -> Result<Selectors, String> {
    let given = serde_json::from_value(given).unwrap();
    Selectors::for_trail(given).map_err(|refused| refused.to_string())
}

fn basic(selectors: Value) -> Result<Selectors, String> {
    compile(json!({"EventSelectors": selectors}))
}

fn advanced(selectors: Value) -> Result<Selectors, String> {
    compile(json!({"AdvancedEventSelectors": selectors}))
}

/// One advanced selector with these fields.
fn fields(fields: Value) -> Result<Selectors, String> {
    advanced(json!([{"FieldSelectors": fields}]))
}

fn refused(result: Result<Selectors, String>, message: &str) {
    assert_eq!(result.map(|selectors| selectors.given().clone()), Err(message.to_owned()));
}

fn accepted(result: Result<Selectors, String>) {
    result.unwrap();
}

fn data(kind: &str, values: &[String]) -> Value {
    json!([{"DataResources": [{"Type": kind, "Values": values}]}])
}

#[test]
fn tables_are_sorted_and_complete() {
    assert!(RESOURCE_TYPES.is_sorted_by(|a, b| a < b));
    assert_eq!(RESOURCE_TYPES.len(), 175);
    assert!(NETWORK_SOURCES.is_sorted_by(|a, b| a < b));
    assert_eq!(NETWORK_SOURCES.len(), 76);
}

#[test]
fn one_to_five_basic_selectors_are_accepted() {
    let selectors = |count: usize| basic(json!(vec![json!({}); count]));
    refused(selectors(0), "At least one event selector or advanced event selector must be specified.");
    accepted(selectors(1));
    accepted(selectors(5));
    refused(selectors(6), "A trail can have at most 5 event selectors; 6 were specified.");
}

#[test]
fn two_hundred_fifty_data_resources_are_accepted_over_all_selectors() {
    let objects =
        |count: usize| -> Vec<String> { (0..count).map(|n| format!("arn:aws:s3:::bucket-{n}/")).collect() };
    let too_many =
        "A trail can have at most 250 data resources across all event selectors; 251 were specified.";
    for count in [0, 1, 249, 250] {
        accepted(basic(data("AWS::S3::Object", &objects(count))));
    }
    refused(basic(data("AWS::S3::Object", &objects(251))), too_many);
    let split = |first, second| {
        json!([
            {"DataResources": [{"Type": "AWS::S3::Object", "Values": objects(first)}]},
            {"DataResources": [{"Type": "AWS::S3::Object", "Values": objects(second)}]},
        ])
    };
    accepted(basic(split(125, 125)));
    refused(basic(split(125, 126)), too_many);
    let mut with_all = objects(250);
    with_all.push("arn:aws:s3".to_owned());
    accepted(basic(data("AWS::S3::Object", &with_all)));
}

#[test]
fn basic_values_must_be_of_their_type() {
    let good = [
        ("AWS::S3::Object", "arn:aws:s3"),
        ("AWS::S3::Object", "arn:aws:s3:::"),
        ("AWS::S3::Object", "arn:aws:s3:::bucket/"),
        ("AWS::S3::Object", "arn:aws:s3:::bucket/a/b"),
        ("AWS::S3::Object", "arn:aws-cn:s3:::bucket/"),
        ("AWS::Lambda::Function", "arn:aws:lambda"),
        ("AWS::Lambda::Function", "arn:aws:lambda:us-east-1:111122223333:function:thumb"),
        ("AWS::Lambda::Function", "arn:aws:lambda:us-east-1:111122223333:function:thumb:live"),
        ("AWS::DynamoDB::Table", "arn:aws:dynamodb"),
        ("AWS::DynamoDB::Table", "arn:aws:dynamodb:us-east-1:111122223333:table/orders"),
    ];
    for (kind, value) in good {
        accepted(basic(data(kind, &[value.to_owned()])));
    }
    let bad = [
        ("AWS::S3::Object", ""),
        ("AWS::S3::Object", "bucket/"),
        ("AWS::S3::Object", "arn:aws:s3:::bucket"),
        ("AWS::S3::Object", "arn:aws:s3:::/key"),
        ("AWS::S3::Object", "arn:aws:s3:::*"),
        ("AWS::S3::Object", "arn:aws:s3:::*/*"),
        ("AWS::S3::Object", "arn:aws:s3:::bucket/*"),
        ("AWS::S3::Object", "arn:aws:lambda"),
        ("AWS::S3::Object", "arn::s3"),
        ("AWS::Lambda::Function", "arn:aws:lambda:*"),
        ("AWS::Lambda::Function", "arn:aws:lambda:us-east-1:111122223333:function:*"),
        ("AWS::Lambda::Function", "arn:aws:lambda:us-east-1:111122223333:function:"),
        ("AWS::Lambda::Function", "arn:aws:lambda:us-east-1:111122223333:function:a:b:c"),
        ("AWS::Lambda::Function", "arn:aws:lambda:us-east-1:111122223333:layer:a"),
        ("AWS::Lambda::Function", "arn:aws:lambda:::function:a"),
        ("AWS::Lambda::Function", "arn:aws:s3"),
        ("AWS::DynamoDB::Table", "arn:aws:dynamodb:us-east-1:111122223333:table/orders/index/i"),
        ("AWS::DynamoDB::Table", "arn:aws:dynamodb:us-east-1:111122223333:table/*"),
        ("AWS::DynamoDB::Table", "arn:aws:dynamodb:us-east-1:111122223333:table/"),
    ];
    for (kind, value) in bad {
        let message = format!("Value {value} for DataResources.Values is invalid.");
        refused(basic(data(kind, &[value.to_owned()])), &message);
    }
    for kind in ["AWS::SNS::Topic", "AWS::S3::Bucket", ""] {
        let message = format!("Value {kind} for DataResources.Type is invalid.");
        refused(basic(data(kind, &["arn:aws:sns".to_owned()])), &message);
        refused(basic(data(kind, &[])), &message);
    }
}

#[test]
fn only_two_sources_can_be_excluded() {
    accepted(basic(json!([{"ExcludeManagementEventSources": []}])));
    accepted(basic(
        json!([{"ExcludeManagementEventSources": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}]),
    ));
    refused(
        basic(json!([{"ExcludeManagementEventSources": ["kms.amazonaws.com", "s3.amazonaws.com"]}])),
        "Value s3.amazonaws.com for ExcludeManagementEventSources is invalid.",
    );
}

#[test]
fn selectors_that_select_nothing_are_accepted() {
    accepted(basic(json!([{"IncludeManagementEvents": false, "DataResources": []}])));
    accepted(basic(data("AWS::S3::Object", &[])));
}

#[test]
fn five_hundred_advanced_values_are_accepted_over_all_conditions() {
    // Two values per selector are its category and type.
    let selector = |values: usize| {
        json!({"FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "eventName", "NotEquals": vec!["GetObject"; values]},
        ]})
    };
    let too_many = "A trail can have at most 500 values across all conditions of its advanced event selectors; \
                    501 were specified.";
    accepted(advanced(json!([selector(497)])));
    accepted(advanced(json!([selector(498)])));
    refused(advanced(json!([selector(499)])), too_many);
    accepted(advanced(json!([selector(248), selector(248)])));
    refused(advanced(json!([selector(248), selector(249)])), too_many);
    let small = json!({"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]});
    accepted(advanced(json!(vec![small.clone(); 500])));
    refused(advanced(json!(vec![small; 501])), too_many);
    refused(advanced(json!([])), "At least one event selector or advanced event selector must be specified.");
}

#[test]
fn names_and_values_have_their_lengths() {
    let named = |name: String| {
        advanced(json!([{"Name": name, "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Management"]}]}]))
    };
    accepted(named(String::new()));
    accepted(named("é".repeat(1000)));
    refused(
        named("n".repeat(1001)),
        "Advanced event selector 1 is invalid: Name can have at most 1000 characters.",
    );
    let value = |value: String| {
        fields(json!([
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "eventName", "Equals": [value]},
        ]))
    };
    accepted(value("v".to_owned()));
    accepted(value("v".repeat(2048)));
    accepted(value("é".repeat(2048)));
    for wrong in ["", &"v".repeat(2049)] {
        refused(
            value(wrong.to_owned()),
            "Advanced event selector 1 is invalid: Values of field eventName must have 1 to 2048 characters.",
        );
    }
}

/// The fields of a valid selector of the category, with one more or another one.
fn of(category: &str, more: &Value) -> Result<Selectors, String> {
    let mut list = vec![json!({"Field": "eventCategory", "Equals": [category]})];
    let required = match category {
        "Data" => Some(json!({"Field": "resources.type", "Equals": ["AWS::S3::Object"]})),
        "NetworkActivity" => Some(json!({"Field": "eventSource", "Equals": ["kms.amazonaws.com"]})),
        _ => None,
    };
    list.extend(required.filter(|required| required["Field"] != more["Field"]));
    list.push(more.clone());
    fields(Value::Array(list))
}

const OPERATORS: [&str; 6] =
    ["Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith"];

/// Category, field, a value that the field accepts, the operators that it accepts.
const ACCEPTED: [(&str, &str, &str, &[&str]); 18] = [
    ("Management", "readOnly", "true", &["Equals"]),
    ("Management", "eventSource", "kms.amazonaws.com", &["NotEquals"]),
    ("Data", "readOnly", "false", &["Equals"]),
    ("Data", "eventName", "GetObject", &OPERATORS),
    ("Data", "eventSource", "s3.amazonaws.com", &OPERATORS),
    ("Data", "eventType", "AwsServiceEvent", &OPERATORS),
    ("Data", "resources.ARN", "arn:aws:s3:::bucket/key", &OPERATORS),
    ("Data", "userIdentity.arn", "arn:aws:iam::111122223333:user/maya", &OPERATORS),
    ("Data", "sessionCredentialFromConsole", "true", &["Equals", "NotEquals"]),
    ("Data", "resources.type", "AWS::S3::Object", &["Equals"]),
    ("NetworkActivity", "eventSource", "kms.amazonaws.com", &["Equals"]),
    ("NetworkActivity", "eventName", "Decrypt", &OPERATORS),
    ("NetworkActivity", "vpcEndpointId", "vpce-1", &OPERATORS),
    ("NetworkActivity", "errorCode", "VpceAccessDenied", &["Equals"]),
    ("NetworkActivity", "userIdentity.arn", "arn:aws:iam::111122223333:user/maya", &OPERATORS),
    ("Management", "eventCategory", "Management", &[]),
    ("Data", "eventCategory", "Data", &[]),
    ("NetworkActivity", "eventCategory", "NetworkActivity", &[]),
];

#[test]
fn each_field_accepts_its_operators_in_its_categories_and_no_others() {
    let names = [
        "eventCategory",
        "readOnly",
        "eventSource",
        "eventName",
        "eventType",
        "resources.type",
        "resources.ARN",
        "userIdentity.arn",
        "sessionCredentialFromConsole",
        "vpcEndpointId",
        "errorCode",
    ];
    for category in ["Management", "Data", "NetworkActivity"] {
        for name in names {
            let known = ACCEPTED.iter().find(|(of, field, ..)| (*of, *field) == (category, name));
            for operator in OPERATORS {
                let value = known.map_or("x", |(_, _, value, _)| value);
                let result = of(category, &json!({"Field": name, operator: [value]}));
                let begin = "Advanced event selector 1 is invalid:";
                match known {
                    _ if name == "eventCategory" => {
                        refused(result, &format!("{begin} Field eventCategory is specified more than once."))
                    }
                    None => refused(
                        result,
                        &format!("{begin} Field {name} is not valid for eventCategory {category}."),
                    ),
                    Some((.., operators)) if operators.contains(&operator) => accepted(result),
                    Some(_) => refused(
                        result,
                        &format!(
                            "{begin} Operator {operator} is not valid for field {name} of eventCategory \
                             {category}."
                        ),
                    ),
                }
            }
        }
    }
}

#[test]
fn fields_with_a_closed_set_of_values_refuse_others() {
    let cases = [
        ("Management", "readOnly", "Equals", "True"),
        ("Management", "eventSource", "NotEquals", "s3.amazonaws.com"),
        ("Data", "readOnly", "Equals", "yes"),
        ("Data", "sessionCredentialFromConsole", "NotEquals", "false"),
        ("Data", "resources.type", "Equals", "AWS::S3::Bucket"),
        ("Data", "resources.ARN", "Equals", "arn:aws:s3:::bucket"),
        ("Data", "resources.ARN", "Equals", "arn:aws:sns:us-east-1:111122223333:topic"),
        ("Data", "resources.ARN", "NotEquals", "bucket/key"),
        ("NetworkActivity", "eventSource", "Equals", "iam.amazonaws.com"),
        ("NetworkActivity", "errorCode", "Equals", "AccessDenied"),
    ];
    for (category, field, operator, value) in cases {
        let message =
            format!("Advanced event selector 1 is invalid: Value {value} for field {field} is invalid.");
        refused(of(category, &json!({"Field": field, operator: [value]})), &message);
    }
    accepted(of("Data", &json!({"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::bucket"]})));
    accepted(of("Management", &json!({"Field": "readOnly", "Equals": ["true", "false"]})));
}

#[test]
fn arns_that_are_compared_whole_must_be_of_the_resource_type() {
    let cases = [
        ("AWS::Lambda::Function", "arn:aws:lambda:us-east-1:111122223333:function:a", true),
        ("AWS::Lambda::Function", "arn:aws:lambda:us-east-1:111122223333:layer:a", false),
        ("AWS::DynamoDB::Table", "arn:aws:dynamodb:us-east-1:111122223333:table/a", true),
        ("AWS::DynamoDB::Table", "arn:aws:dynamodb:us-east-1:111122223333:table/", false),
        ("AWS::SNS::Topic", "arn:aws:sns:us-east-1:111122223333:topic", true),
        ("AWS::SNS::Topic", "arn:aws:sqs:us-east-1:111122223333:queue", false),
        ("AWS::XRay::Trace", "arn:aws:xray:us-east-1:111122223333:anything", true),
        ("AWS::XRay::Trace", "anything", false),
    ];
    for (kind, arn, valid) in cases {
        let result = fields(json!([
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": [kind]},
            {"Field": "resources.ARN", "Equals": [arn]},
        ]));
        assert_eq!(result.is_ok(), valid, "{kind} {arn}");
    }
}

#[test]
fn the_form_of_a_selector_is_checked() {
    let category = json!({"Field": "eventCategory", "Equals": ["Data"]});
    let kind = json!({"Field": "resources.type", "Equals": ["AWS::S3::Object"]});
    let cases = [
        (json!([]), "Field eventCategory is required."),
        (json!([kind]), "Field eventCategory is required."),
        (json!([{"Field": "eventCategory"}]), "Field eventCategory is required."),
        (json!([{"Field": "eventCategory", "StartsWith": ["Data"]}]), "Field eventCategory is required."),
        (json!([category]), "Field resources.type is required for eventCategory Data."),
        (
            json!([{"Field": "eventCategory", "Equals": ["NetworkActivity"]}]),
            "Field eventSource is required for eventCategory NetworkActivity.",
        ),
        (
            json!([{"Field": "eventCategory", "Equals": ["Insight"]}]),
            "Value Insight for field eventCategory is invalid; trails accept Management, Data and \
             NetworkActivity.",
        ),
        (
            json!([{"Field": "eventCategory", "Equals": ["Management", "Data"]}]),
            "Field eventCategory must have exactly one value.",
        ),
        (
            json!([category, {"Field": "resources.type", "Equals": ["AWS::S3::Object", "AWS::SNS::Topic"]}]),
            "Field resources.type must have exactly one value.",
        ),
        (json!([category, kind, kind]), "Field resources.type is specified more than once."),
        (json!([category, kind, {"Field": "bucket", "Equals": ["x"]}]), "Field bucket is not a valid field."),
        (json!([category, kind, {}]), "Field  is not a valid field."),
        (
            json!([category, kind, {"Field": "eventName"}]),
            "Field eventName must have at least one operator, and each operator at least one value.",
        ),
        (
            json!([category, kind, {"Field": "eventName", "Equals": ["a"], "EndsWith": []}]),
            "Field eventName must have at least one operator, and each operator at least one value.",
        ),
    ];
    for (given, message) in cases {
        refused(fields(given), &format!("Advanced event selector 1 is invalid: {message}"));
    }
    let second = advanced(json!([{"FieldSelectors": [category, kind]}, {"FieldSelectors": [category]}]));
    refused(
        second,
        "Advanced event selector 2 is invalid: Field resources.type is required for eventCategory Data.",
    );
}

#[test]
fn only_the_untouched_selectors_are_the_default() {
    assert!(Selectors::for_trail(EventSelectors::default_for_trail()).unwrap().is_default());
    assert!(basic(json!([{}])).unwrap().is_default());
    assert!(!basic(json!([{"ReadWriteType": "WriteOnly"}])).unwrap().is_default());
    assert!(!basic(json!([{}, {}])).unwrap().is_default());
    assert!(!fields(json!([{"Field": "eventCategory", "Equals": ["Management"]}])).unwrap().is_default());
}

#[test]
fn selectors_know_whether_they_select_data() {
    let category = |name: &str| json!([{"Field": "eventCategory", "Equals": [name]}]);
    let data_fields = json!([
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    ]);
    let both = json!([{"FieldSelectors": category("Management")}, {"FieldSelectors": data_fields.clone()}]);
    for (selectors, expected) in [
        (basic(json!([{}])), false),
        (basic(json!([{"DataResources": []}])), false),
        (basic(data("AWS::Lambda::Function", &["arn:aws:lambda".to_owned()])), true),
        (fields(category("Management")), false),
        (fields(data_fields), true),
        (advanced(both), true),
    ] {
        assert_eq!(selectors.unwrap().may_select_data(), expected);
    }
}
