//! Real events under several selectors: parse, validate, select, count.

use std::time::Instant;

use cairn_event::{Category, EventView};
use cairn_select::{EventSelectors, Selectors, caused_by_delivery};
use serde_json::{Value, json};

#[path = "../../event/tests/corpus/reader.rs"]
mod reader;

/// What is expected of one event, looked up in its plain JSON.
type Expected = fn(&Value) -> bool;

fn is_management(event: &Value) -> bool {
    match event["eventCategory"].as_str() {
        Some(category) => category == "Management",
        None => event["eventType"] != "AwsCloudTrailInsight" && event["managementEvent"] != false,
    }
}

fn object_arns(event: &Value) -> Vec<&str> {
    let resources = event["resources"].as_array().map_or(&[][..], Vec::as_slice);
    let objects = resources.iter().filter(|resource| resource["type"] == "AWS::S3::Object");
    objects.filter_map(|object| object["ARN"].as_str().or(object["ARNPrefix"].as_str())).collect()
}

/// Name, selectors, and an independent statement of what they select.
fn cases() -> Vec<(&'static str, Value, Expected)> {
    vec![
        ("default", json!({"EventSelectors": [{}]}), is_management),
        (
            "writes without KMS",
            json!({"EventSelectors": [{
                "ReadWriteType": "WriteOnly",
                "ExcludeManagementEventSources": ["kms.amazonaws.com"],
            }]}),
            |event| {
                is_management(event)
                    && event["readOnly"] == false
                    && event["eventSource"] != "kms.amazonaws.com"
            },
        ),
        ("nothing", json!({"EventSelectors": [{"IncludeManagementEvents": false}]}), |_| false),
        (
            "all S3 objects",
            json!({"EventSelectors": [{
                "IncludeManagementEvents": false,
                "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}],
            }]}),
            |event| event["eventCategory"] == "Data" && !object_arns(event).is_empty(),
        ),
        (
            "reads of all but two services",
            json!({"AdvancedEventSelectors": [{"FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Management"]},
                {"Field": "readOnly", "Equals": ["true"]},
                {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]},
            ]}]}),
            |event| {
                is_management(event)
                    && event["readOnly"] == true
                    && event["eventSource"] != "kms.amazonaws.com"
                    && event["eventSource"] != "rdsdata.amazonaws.com"
            },
        ),
        (
            "object calls that are no reads, outside one bucket",
            json!({"AdvancedEventSelectors": [{"FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Data"]},
                {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                {"Field": "eventName", "NotStartsWith": ["Get", "Head", "List"]},
                {"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::nowhere/"]},
            ]}]}),
            |event| {
                let name = event["eventName"].as_str().unwrap_or_default();
                event["eventCategory"] == "Data"
                    && !["Get", "Head", "List"].iter().any(|begin| name.starts_with(begin))
                    && object_arns(event).iter().any(|arn| !arn.starts_with("arn:aws:s3:::nowhere/"))
            },
        ),
    ]
}

#[test]
fn every_event_is_selected_as_stated() {
    let Some(samples) = reader::samples().unwrap() else { return };
    for (name, given, expected) in cases() {
        let given: EventSelectors = serde_json::from_value(given).unwrap();
        let selectors = Selectors::for_trail(given).unwrap();
        let (mut asked, mut selected) = (0, 0);
        for sample in &samples {
            let Ok(view) = EventView::parse(&sample.bytes) else { continue };
            let event: Value = serde_json::from_slice(&sample.bytes).unwrap();
            assert_eq!(selectors.matches(&view), expected(&event), "{name}: {}: {event}", sample.file);
            asked += 1;
            selected += usize::from(selectors.matches(&view));
        }
        assert_eq!(asked, 1618);
        println!("{name}: {selected} of {asked} events selected");
    }
}

#[test]
fn deliveries_are_told_apart() {
    let Some(samples) = reader::samples().unwrap() else { return };
    let views = samples.iter().filter_map(|sample| EventView::parse(&sample.bytes).ok());
    let deliveries = views.filter(caused_by_delivery);
    println!("caused by delivery: {}", deliveries.count());
}

/// Prints what matching costs; meaningful with
/// `cargo test --release -p cairn-select --test corpus -- --nocapture`.
#[test]
fn matching_is_measured() {
    let Some(samples) = reader::samples().unwrap() else { return };
    let views: Vec<EventView<'_>> =
        samples.iter().filter_map(|sample| EventView::parse(&sample.bytes).ok()).collect();
    let objects: Vec<String> = (0..495).map(|n| format!("arn:aws:s3:::bucket-{n}/")).collect();
    let largest = json!({"AdvancedEventSelectors": [{"FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "resources.ARN", "StartsWith": objects},
    ]}]});
    let largest = ("495 prefixes", largest, (|_| false) as Expected);
    let data = views.iter().filter(|view| view.category() == Category::Data).count();
    for (name, given, _) in cases().into_iter().chain([largest]) {
        let given: EventSelectors = serde_json::from_value(given).unwrap();
        let selectors = Selectors::for_trail(given).unwrap();
        let rounds = if cfg!(debug_assertions) { 1 } else { 200 };
        // The fastest round is the one that other work on the machine disturbed least.
        let mut fastest = u128::MAX;
        for _ in 0..rounds {
            let started = Instant::now();
            let selected = views.iter().filter(|view| selectors.matches(view)).count();
            fastest = fastest.min(started.elapsed().as_nanos());
            assert!(selected <= views.len());
        }
        let tenths = fastest * 10 / views.len() as u128;
        println!("{name}: {}.{} ns per event", tenths / 10, tenths % 10);
    }
    println!("of {} events, {data} are data events", views.len());
}
