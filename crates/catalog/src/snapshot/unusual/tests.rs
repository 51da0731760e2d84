use cairn_event::{AccountId, Origin};
use serde_json::{Value, json};

use super::*;
use crate::contract::sample::{ORGANIZATION, account, account_id, member, organization, region, trail};
use crate::snapshot::Snapshot;
use crate::snapshot::tests::{routed, single, with};
use crate::{Change, Tag, Trail};

/// A trail that looks for unusual calls and errors in management events.
fn looking(name: &str) -> Trail {
    let insights = json!([{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}]);
    Trail { insights: serde_json::from_value(insights).unwrap(), ..trail(name) }
}

fn selecting(trail: Trail, selectors: Value) -> Trail {
    Trail { selectors: Some(serde_json::from_value(selectors).unwrap()), ..trail }
}

fn tagged(mut trail: Trail, key: &str, value: &str) -> Trail {
    trail.tags.push(Tag { key: key.to_owned(), value: Some(value.to_owned()) });
    trail
}

fn insight(details: &Value) -> Vec<u8> {
    let mut all = json!({"state": "Start", "eventSource": "ec2.amazonaws.com", "eventName": "CreateTags",
        "insightType": "ApiCallRateInsight", "sourceEventCategory": "Management"});
    for (key, value) in details.as_object().unwrap() {
        all[key] = value.clone();
    }
    let event = json!({"eventTime": "2026-03-02T12:04:00Z", "eventCategory": "Insight",
        "eventType": "AwsCloudTrailInsight", "insightDetails": all});
    serde_json::to_vec(&event).unwrap()
}

fn check(snapshot: &Snapshot, details: Value, expected: &[&str]) {
    let names = routed(snapshot, &insight(&details), "eu-west-1", Origin::Call);
    assert_eq!(names, expected, "{details}");
    assert!(routed(snapshot, &insight(&details), "eu-west-1", Origin::Import).is_empty());
}

const ERRORS: &str = "ApiErrorRateInsight";

#[test]
fn an_insight_goes_to_the_trails_that_look_for_it() {
    let mut calls = looking("calls");
    calls.insights.truncate(1);
    let errors = Trail { insights: looking("errors").insights.split_off(1), ..trail("errors") };
    let stopped = Trail { logging: false, ..looking("stopped") };
    let elsewhere = Trail { insights: looking("x").insights, ..single("elsewhere", "us-west-2") };
    let snapshot = with(vec![calls, errors, stopped, elsewhere, trail("plain")]);
    check(&snapshot, json!({}), &["calls"]);
    check(&snapshot, json!({"sourceEventCategory": null}), &["calls"]);
    check(&snapshot, json!({"insightType": ERRORS, "errorCode": "AccessDenied"}), &["errors"]);
    for unknown in [
        json!({"insightType": "Other"}),
        json!({"sourceEventCategory": "Other"}),
        json!({"sensitivity": "some"}),
        json!({"sourceEventCategory": "Data"}),
        json!({"state": 7}),
    ] {
        check(&snapshot, unknown, &[]);
    }
    let bytes = br#"{"eventTime": "2026-03-02T12:04:00Z", "eventCategory": "Insight"}"#;
    assert!(routed(&snapshot, bytes, "eu-west-1", Origin::Call).is_empty());
    assert_eq!(routed(&snapshot, &insight(&json!({})), "us-west-2", Origin::Call), ["calls", "elsewhere"]);
}

#[test]
fn a_trail_is_told_of_calls_that_it_would_record() {
    let reads = json!({"EventSelectors": [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": true}]});
    let no_kms = json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true,
        "ExcludeManagementEventSources": ["kms.amazonaws.com"]}]});
    let writes = json!({"AdvancedEventSelectors": [{"FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": ["false"]}]}]});
    let snapshot = with(vec![
        selecting(looking("no-kms"), no_kms),
        selecting(looking("reads"), reads),
        selecting(looking("writes"), writes),
    ]);
    check(&snapshot, json!({}), &["no-kms", "writes"]);
    check(&snapshot, json!({"insightType": ERRORS}), &["no-kms", "reads", "writes"]);
    check(&snapshot, json!({"eventSource": "kms.amazonaws.com"}), &["writes"]);
}

#[test]
fn insights_about_global_services_go_where_their_calls_go() {
    let without = Trail { include_global_service_events: false, ..single("without", "us-east-1") };
    let without = Trail { insights: looking("x").insights, ..without };
    let snapshot = with(vec![looking("everywhere"), without]);
    for (source, expected) in
        [("iam.amazonaws.com", vec!["everywhere"]), ("ec2.amazonaws.com", vec!["everywhere", "without"])]
    {
        let insight = insight(&json!({"eventSource": source}));
        assert_eq!(routed(&snapshot, &insight, "us-east-1", Origin::Call), expected, "{source}");
    }
}

#[test]
fn insights_about_data_events_go_to_the_trail_that_they_name() {
    let objects = json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true,
        "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]});
    let data = |name: &str| {
        let insights = json!([{"InsightType": "ApiCallRateInsight", "EventCategories": ["Data"]}]);
        let looking = Trail { insights: serde_json::from_value(insights).unwrap(), ..trail(name) };
        selecting(looking, objects.clone())
    };
    let management = Trail { insights: looking("x").insights, ..data("management") };
    let blind = Trail { selectors: None, ..data("blind") };
    let snapshot = with(vec![blind, data("one"), data("other"), management]);
    let of = |name: &str| {
        json!({"sourceEventCategory": "Data", "eventSource": "s3.amazonaws.com", "eventName": "GetObject",
            "insightSource": trail(name).arn})
    };
    check(&snapshot, of("one"), &["one"]);
    check(&snapshot, of("management"), &[]);
    check(&snapshot, of("blind"), &[]);
    check(&snapshot, of("gone"), &[]);
    check(&snapshot, json!({}), &["management"]);
}

#[test]
fn trails_are_told_at_their_sensitivity_and_not_what_they_mute() {
    let snapshot = with(vec![
        tagged(looking("high"), "cairn:insights-sensitivity", "high"),
        looking("medium"),
        tagged(looking("muted"), "cairn:insights-mute:tags", "source=ec2 name=CreateTags"),
        tagged(looking("night"), "cairn:insights-mute:night", "window=22:00-06:00"),
        tagged(looking("old"), "cairn:insights-sensitivity", "whatever it meant before"),
    ]);
    check(&snapshot, json!({}), &["medium", "night", "old"]);
    check(&snapshot, json!({"eventName": "RunInstances"}), &["medium", "muted", "night", "old"]);
    check(&snapshot, json!({"sensitivity": "high"}), &["high"]);
    check(&snapshot, json!({"sensitivity": "low"}), &[]);
    check(&snapshot, json!({"sensitivity": "medium"}), &["medium", "night", "old"]);
}

#[test]
fn members_of_an_organization_are_watched_for_its_trail() {
    let guest: AccountId = "210987654321".parse().unwrap();
    let everyone = Trail { organization: Some(ORGANIZATION.to_owned()), ..looking("everyone") };
    let changes = vec![
        Change::PutAccount(account()),
        Change::PutAccount(crate::Account { id: guest, alias: None, ..account() }),
        Change::PutOrganization(Box::new(organization())),
        Change::PutMember(Box::new(member(account_id()))),
        Change::PutMember(Box::new(member(guest))),
        Change::PutTrail(Box::new(everyone)),
    ];
    let snapshot = Snapshot::empty(0).apply(changes).unwrap().0;
    let insight = insight(&json!({}));
    let event = EventView::parse(&insight).unwrap();
    let at = region("eu-west-1");
    for (owner, expected) in [(account_id(), 1), (guest, 1), ("999999999999".parse().unwrap(), 0)] {
        assert_eq!(snapshot.route(&event, owner, &at, Origin::Call).count(), expected, "{owner}");
        let unusual = Unusual::of(&event.insight().unwrap()).unwrap();
        assert_eq!(snapshot.has_listener(owner, &at, &unusual), expected == 1, "{owner}");
    }
}
