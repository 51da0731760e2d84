use cairn_wire::json11::{CONTENT_TYPE, Request};
use serde_json::json;

use super::*;

const HOME: (&str, &str) = ("123456789012", "us-east-1");

fn ask(selectors: &serde_json::Value, max_results: Option<i64>) -> Result<PreviewAsk, Refusal> {
    let mut body = selectors.clone();
    body["TrailName"] = json!("preview");
    let body = body.to_string();
    let request =
        Request::decode(cairn_wire::Operation::PutEventSelectors, Some(CONTENT_TYPE), body.as_bytes());
    let caller = Caller {
        account: HOME.0.parse().unwrap(),
        region: HOME.1.parse().unwrap(),
        by: cairn_access::Caller::Unsigned,
        facts: cairn_access::Context::default(),
    };
    PreviewAsk::new(caller, &request.unwrap().input().unwrap(), max_results)
}

fn entry(place: (&str, &str), origin: Origin, event: &serde_json::Value) -> Entry {
    let mut event = event.clone();
    event["eventTime"] = json!("2026-03-02T08:14:55Z");
    Entry {
        revision: 1,
        received_ms: 1_772_439_300_500,
        account: place.0.parse().unwrap(),
        region: place.1.parse().unwrap(),
        origin,
        event: event.to_string().into_bytes(),
    }
}

fn call(name: &str, category: &str, read_only: bool) -> serde_json::Value {
    json!({ "eventID": name, "eventName": name, "eventSource": "s3.amazonaws.com", "eventCategory": category,
        "managementEvent": category == "Management", "readOnly": read_only,
        "userIdentity": { "type": "IAMUser", "userName": "ana" },
        "resources": [{ "type": "AWS::S3::Object", "ARN": "arn:aws:s3:::shop/a" }] })
}

fn writes_and_objects() -> serde_json::Value {
    json!({ "EventSelectors": [{ "ReadWriteType": "WriteOnly", "IncludeManagementEvents": true,
        "DataResources": [{ "Type": "AWS::S3::Object", "Values": ["arn:aws:s3"] }] }] })
}

#[test]
fn events_of_the_caller_count_by_category() {
    let mut preview = Preview::new(ask(&writes_and_objects(), None).unwrap());
    let insight = json!({ "eventID": "i", "eventCategory": "Insight" });
    let network = call("NetworkCall", "NetworkActivity", false);
    for (position, place, origin, event) in [
        (9, HOME, Origin::Call, call("CreateBucket", "Management", false)),
        (8, HOME, Origin::Call, call("ListBuckets", "Management", true)),
        (7, HOME, Origin::Call, call("PutObject", "Data", false)),
        (6, HOME, Origin::Import, call("DeleteBucket", "Management", false)),
        (5, HOME, Origin::Delivery, call("PutObject", "Data", false)),
        (4, HOME, Origin::Call, insight),
        (3, HOME, Origin::Call, network),
        (2, (HOME.0, "eu-west-1"), Origin::Call, call("CreateBucket", "Management", false)),
        (1, ("111122223333", HOME.1), Origin::Call, call("CreateBucket", "Management", false)),
    ] {
        preview.look_at(position, &entry(place, origin, &event));
    }
    let answer = serde_json::to_value(preview.answer(jiff::Timestamp::UNIX_EPOCH)).unwrap();
    assert_eq!(answer["Scanned"], 5);
    assert_eq!(answer["ScannedSince"], "2026-03-02T08:15:00Z");
    assert_eq!(answer["Matched"], 3);
    assert_eq!(answer["ByCategory"], json!({ "Management": 2, "Data": 1, "NetworkActivity": 0 }));
    let names = |kind: &str| -> Vec<String> {
        let events = answer[kind].as_array().unwrap().iter();
        events.map(|event| event["EventName"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("Matching"), ["CreateBucket", "PutObject", "DeleteBucket"]);
    assert_eq!(names("NotMatching"), ["ListBuckets", "NetworkCall"]);
    let data = &answer["Matching"][1];
    assert_eq!((&data["ReadOnly"], &data["Username"]), (&json!("false"), &json!("ana")));
    assert_eq!(data["Resources"][0]["ResourceName"], "shop/a");
}

#[test]
fn as_many_events_are_shown_as_asked_for_and_counted_as_looked_at() {
    let mut preview = Preview::new(ask(&writes_and_objects(), Some(2)).unwrap());
    for position in (0..PREVIEW_EVENTS_MAX + 7).rev() {
        preview.look_at(position, &entry(HOME, Origin::Call, &call("CreateBucket", "Management", false)));
    }
    assert!(preview.is_full());
    let answer = preview.answer(jiff::Timestamp::UNIX_EPOCH);
    assert_eq!((answer.scanned, answer.matched, answer.matching.len()), (5_000, 5_000, 2));
}

#[test]
fn nothing_seen_is_told_as_of_now() {
    let preview = Preview::new(ask(&writes_and_objects(), Some(0)).unwrap());
    let answer = preview.answer(jiff::Timestamp::from_second(1_772_439_300).unwrap());
    assert_eq!((answer.scanned, answer.scanned_since.as_str()), (0, "2026-03-02T08:15:00Z"));
}

#[test]
fn selectors_are_refused_as_a_trail_refuses_them() {
    let both = json!({ "EventSelectors": [], "AdvancedEventSelectors": [] });
    let unknown = json!({ "AdvancedEventSelectors": [{ "FieldSelectors": [
        { "Field": "eventCategory", "Equals": ["Management"] }, { "Field": "colour", "Equals": ["red"] }] }] });
    for (selectors, max_results, code) in [
        (json!({}), None, "InvalidEventSelectorsException"),
        (both, None, "InvalidEventSelectorsException"),
        (unknown, None, "InvalidEventSelectorsException"),
        (writes_and_objects(), Some(51), "InvalidMaxResultsException"),
        (writes_and_objects(), Some(-1), "InvalidMaxResultsException"),
    ] {
        let refusal = ask(&selectors, max_results).map(|_taken| ()).unwrap_err();
        assert_eq!(refusal.code().to_string(), code, "{selectors}");
    }
}
