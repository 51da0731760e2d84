//! Published cases with the results of EventBridge's own matcher.

use std::path::{Path, PathBuf};

use cairn_pattern::Pattern;
use serde_json::Value;

/// Returns where the cases lie; they are no part of the project.
#[expect(clippy::print_stdout, reason = "tests that did not run say so")]
fn directory() -> Option<PathBuf> {
    let shared = std::env::var_os("CAIRN_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let directory = shared.join("fixtures/eventbridge");
    if directory.is_dir() {
        return Some(directory);
    }
    println!("SKIPPED: no published cases at {}", directory.display());
    None
}

fn read(name: &str) -> Option<String> {
    directory().map(|directory| std::fs::read_to_string(directory.join(name)).expect("a file"))
}

fn values(name: &str) -> Vec<Value> {
    read(name).map(|text| serde_json::from_str(&text).expect("an array")).unwrap_or_default()
}

fn matches(pattern: &Value, event: &Value) -> bool {
    let pattern = Pattern::parse(&pattern.to_string()).expect("a pattern");
    pattern.matches(event.to_string().as_bytes()).expect("an event")
}

#[test]
fn correctness_cases() {
    let cases = values("correctness-cases.json");
    for case in &cases {
        assert_eq!(matches(&case["rule"], &case["event"]), case["expected"] == true, "{case}");
    }
    println!("{} cases agree", cases.len());
    assert!(directory().is_none() || cases.len() >= 26);
}

#[test]
fn arrays() {
    if directory().is_none() {
        return;
    }
    let json = |name: &str| serde_json::from_str::<Value>(&read(name).unwrap()).unwrap();
    for (rule, event, expected) in [
        (1, 1, true),
        (2, 1, true),
        (1, 2, false),
        (2, 2, false),
        (3, 3, false),
        (4, 3, true),
        (3, 4, true),
        (4, 4, true),
    ] {
        let (rule, event) =
            (json(&format!("arrayRule{rule}.json")), json(&format!("arrayEvent{event}.json")));
        assert_eq!(matches(&rule, &event), expected, "{rule}\n{event}");
    }
    let change =
        |action: &str, kind: &str| serde_json::json!({"action": action, "resourceRecordSet": {"type": kind}});
    let event = |changes: Vec<Value>| {
        serde_json::json!({"source": "aws.route53", "detail": {
            "eventName": "ChangeResourceRecordSets", "eventSource": "route53.amazonaws.com",
            "requestParameters": {"hostedZoneId": "", "changeBatch": {"changes": changes}},
        }})
    };
    let rule = json("bigEventRule.json");
    assert!(matches(&rule, &event(vec![change("X", "A"), change("UPSERT", "AAAA")])));
    assert!(!matches(&rule, &event(vec![change("X", "A"), change("UPSERT", "MX")])));
}

#[test]
fn or_relationships() {
    for wrong in values("wrongOrRelationshipRules.json") {
        assert!(Pattern::parse(&wrong.to_string()).is_err(), "{wrong}");
    }
    let normal = values("normalRulesWithOrWording.json");
    let events = [
        serde_json::json!({"$or": "10.0.0.9"}),
        serde_json::json!({"source": "aws.cloudwatch", "$or": {"metricType": "MetricType", "namespace": "AWS/ES"}}),
        serde_json::json!({"time": "2017-10-02T00:00:00Z", "detail": {"$or": 3}}),
        serde_json::json!({"detail": {"$or": 11}}),
    ];
    for (pattern, event) in normal.iter().zip(&events) {
        assert!(matches(pattern, event), "{pattern}\n{event}");
        assert!(!matches(pattern, &serde_json::json!({"metricType": "MetricType"})), "{pattern}");
    }
    let alternatives = values("orRelationshipRules.json");
    let events = [
        (serde_json::json!({"namespace": "AWS/ES"}), serde_json::json!({"namespace": "x"})),
        (
            serde_json::json!({"metricName": "ReadLatency", "detail": {"source": "aws.cloudwatch"}}),
            serde_json::json!({"metricName": "ReadLatency", "detail": {"source": "x"}}),
        ),
        (
            serde_json::json!({"source": "aws.cloudwatch", "metricType": "MetricType", "namespace": "AWS/EC2"}),
            serde_json::json!({"source": "aws.cloudwatch", "metricType": "MetricType"}),
        ),
        (
            serde_json::json!({"source": "aws.cloudwatch", "metricType": "MetricType", "namespace": "AWS/EC2", "spaceId": 1000}),
            serde_json::json!({"source": "aws.cloudwatch", "metricType": "MetricType", "namespace": "AWS/EC2"}),
        ),
        (
            serde_json::json!({"source": "aws.cloudwatch", "detail": {"state": {"value": "ALARM"}},
                "withoutConfiguration": {"metric": {"name": "AWS/Default"}}}),
            serde_json::json!({"source": "aws.cloudwatch", "detail": {"state": {"value": "OK"}},
                "withoutConfiguration": {"metric": {"name": "AWS/Default"}}}),
        ),
    ];
    for (pattern, (yes, no)) in alternatives.iter().zip(&events) {
        assert!(matches(pattern, yes), "{pattern}\n{yes}");
        assert!(!matches(pattern, no), "{pattern}\n{no}");
    }
    println!("{} rules with $or agree", normal.len() + alternatives.len());
}

#[test]
fn published_cloudtrail_patterns() {
    let Some(text) = read("cloudtrail-patterns.ndjson") else { return };
    for line in text.lines() {
        let pattern = serde_json::from_str::<Value>(line).unwrap()["pattern"].take();
        let detail = &pattern["detail"];
        let event = serde_json::json!({"source": pattern["source"][0], "detail": {
            "eventSource": detail["eventSource"][0], "eventName": detail["eventName"][0],
            "eventType": detail["eventType"][0], "userIdentity": {"type": detail["userIdentity"]["type"][0]},
        }});
        assert!(matches(&pattern, &event), "{pattern}");
        let other = serde_json::json!({"source": "aws.x", "detail": {"eventName": "DescribeRegions"}});
        assert!(!matches(&pattern, &other), "{pattern}");
    }
    assert_eq!(text.lines().count(), 12);
}
