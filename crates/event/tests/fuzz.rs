//! Events and journal entries from mutated bytes: read or refused, never a panic, never something else.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use cairn_event::{Entry, EventView, Origin};

#[path = "fuzz/mutator.rs"]
mod mutator;

use mutator::{Dice, iterations};

const EVENT: &str = r#"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"p","arn":"a",
"accountId":"1","accessKeyId":"k","userName":"u","invokedBy":"i","sessionContext":{"attributes":{}}},
"eventTime":"2026-03-02T08:14:55Z","eventSource":"s","eventName":"n","awsRegion":"r","sourceIPAddress":"ip",
"userAgent":"a\u00e9","errorCode":"c","errorMessage":"m","requestParameters":{"a":[1]},"responseElements":null,
"additionalEventData":{},"requestID":"q","eventID":"e","readOnly":true,
"resources":[{"accountId":"1","type":"t","ARN":"a"},{"ARNPrefix":"p"}],"eventType":"AwsApiCall",
"managementEvent":false,"recipientAccountId":"1","vpcEndpointId":"v","eventCategory":"Data",
"sessionCredentialFromConsole":"true"}"#;
const INSIGHT: &str = r#"{"eventTime":"2026-03-02T12:04:00Z","eventCategory":"Insight","insightDetails":{"state":"Start",
"eventSource":"s","eventName":"n","insightType":"ApiErrorRateInsight","errorCode":"c","sourceEventCategory":"Data",
"insightContext":{"statistics":{"baseline":{"average":0.42},"insight":{"average":31},"insightDuration":1,
"baselineDuration":10173},"attributions":[{"attribute":"userAgent","insight":[{"value":"a","average":28}],
"baseline":[]}]},"insightSource":"t","sensitivity":"high"}}"#;
const PIECES: &[&str] = &[
    "\"eventTime\":\"2026-03-02T08:14:55Z\",",
    "\"eventCategory\":\"Insight\",",
    "\"resources\":[",
    "2026-02-30T",
    "\"readOnly\":",
    "\"userIdentity\":",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    "null",
    "\\ud800",
    "1e999",
    "\u{e9}",
];

#[test]
fn fuzz_events() {
    let small = b"{\"eventTime\":\"2026-03-02T08:14:55Z\"}".to_vec();
    let (mut dice, seeds) = (Dice::new(), [EVENT.as_bytes().to_vec(), small, INSIGHT.as_bytes().to_vec()]);
    let (mut insights, mut contexts) = (0, 0);
    let (mut read, mut compared, mut refused) = (0, 0, 0);
    for _ in 0..iterations(20_000) {
        let bytes = dice.mutant(&seeds, PIECES);
        let Ok(view) = EventView::parse(&bytes) else {
            refused += 1;
            continue;
        };
        let _category = view.category();
        if let Some(insight) = view.insight() {
            insights += 1;
            let _sensitivity = insight.sensitivity();
            contexts += usize::from(insight.context().is_some());
        }
        read += 1;
        // What stays uninterpreted is a part of the whole. Half of a surrogate pair and a number beyond all
        // bounds are JSON, and nothing that could be compared: such an event is kept as it is.
        let Ok(whole) = serde_json::from_slice::<serde_json::Value>(&bytes) else { continue };
        compared += 1;
        assert_eq!(whole["eventTime"].as_str().unwrap().parse(), Ok(view.event_time));
        for (member, raw) in [
            ("requestParameters", view.request_parameters),
            ("responseElements", view.response_elements),
            ("additionalEventData", view.additional_event_data),
        ] {
            let Some(raw) = raw else { continue };
            assert_eq!(serde_json::from_str::<serde_json::Value>(raw.get()).unwrap(), whole[member]);
        }
    }
    println!("mutated events: {read} read, {compared} of them compared, {refused} refused");
    println!("of them {insights} tell of an insight, {contexts} with its figures");
    assert!(compared > read / 2 && refused > 0 && contexts > 0 && contexts < insights);
}

#[test]
fn fuzz_journal_entries() {
    let entry = Entry {
        revision: 7,
        received_ms: 1_772_438_400_000,
        account: "123456789012".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        origin: Origin::Call,
        event: EVENT.as_bytes().to_vec(),
    };
    let (mut dice, seeds) = (Dice::new(), [entry.encode()]);
    let (mut read, mut refused) = (0, 0);
    for _ in 0..iterations(20_000) {
        let bytes = dice.mutant(&seeds, PIECES);
        match Entry::decode(&bytes) {
            Ok(decoded) => {
                assert_eq!(decoded.encode(), bytes, "one entry has one form");
                read += 1;
            }
            Err(_) => refused += 1,
        }
    }
    println!("mutated entries: {read} read, {refused} refused");
    assert!(read > 0 && refused > 0);
}
