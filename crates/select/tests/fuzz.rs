//! Selectors from mutated JSON: refused or compiled, never a panic, and stable once accepted.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use cairn_event::EventView;
use cairn_select::{EventSelectors, Selectors};

#[path = "../../event/tests/fuzz/mutator.rs"]
mod mutator;

use mutator::{Dice, iterations};

const SEEDS: [&str; 4] = [
    r#"{"EventSelectors":[{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true,"DataResources":[
    {"Type":"AWS::S3::Object","Values":["arn:aws:s3:::b/","arn:aws:s3"]},{"Type":"AWS::Lambda::Function","Values":
    ["arn:aws:lambda:us-east-1:111122223333:function:f"]}],"ExcludeManagementEventSources":["kms.amazonaws.com"]}]}"#,
    r#"{"AdvancedEventSelectors":[{"Name":"n","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},
    {"Field":"readOnly","Equals":["true"]}]}]}"#,
    r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
    {"Field":"resources.type","Equals":["AWS::S3::Object"]},{"Field":"resources.ARN","StartsWith":["arn:aws:s3:::b/"],
    "NotEndsWith":[".tmp"]},{"Field":"eventName","NotEquals":["GetObject"]}]}]}"#,
    r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["NetworkActivity"]},
    {"Field":"eventSource","Equals":["kms.amazonaws.com"]},{"Field":"vpcEndpointId","StartsWith":["vpce-"]}]}]}"#,
];
const PIECES: &[&str] = &[
    "\"",
    ",",
    "[",
    "]",
    "{",
    "}",
    "null",
    "*",
    "\u{e9}",
    "\\u0000",
    "arn:aws:s3:::",
    "\"Equals\":[\"x\"],",
    "\"NotStartsWith\":[\"G\"],",
    "\"Field\":\"eventName\",",
    "{\"Field\":\"errorCode\",\"Equals\":[\"VpceAccessDenied\"]},",
    "Data",
    "Management",
    "\"EventSelectors\":[{}],",
    "[],",
];
const EVENTS: [&str; 3] = [
    r#"{"eventTime":"2026-03-02T08:14:55Z","eventCategory":"Data","eventName":"PutObject","eventSource":"s3.amazonaws.com","readOnly":false,"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"}]}"#,
    r#"{"eventTime":"2026-03-02T08:14:55Z","eventCategory":"Management","eventName":"GetUser","eventSource":"iam.amazonaws.com","readOnly":true}"#,
    r#"{"eventTime":"2026-03-02T08:14:55Z","eventCategory":"NetworkActivity","eventSource":"kms.amazonaws.com","vpcEndpointId":"vpce-1"}"#,
];

#[test]
fn fuzz_selectors() {
    let (mut dice, seeds) = (Dice::new(), SEEDS.map(|seed| seed.as_bytes().to_vec()));
    let events = EVENTS.map(|event| EventView::parse(event.as_bytes()).unwrap());
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..iterations(20_000) {
        let bytes = dice.mutant(&seeds, PIECES);
        let given = serde_json::from_slice::<EventSelectors>(&bytes).ok();
        let Some(selectors) = given.and_then(|given| Selectors::for_trail(given).ok()) else {
            refused += 1;
            continue;
        };
        let answered = serde_json::to_vec(selectors.given()).unwrap();
        let again = Selectors::for_trail(serde_json::from_slice(&answered).unwrap()).unwrap();
        assert_eq!(selectors.given(), again.given());
        for event in &events {
            assert_eq!(selectors.matches(event), again.matches(event), "{}", bytes.escape_ascii());
        }
        accepted += 1;
    }
    println!("mutated selectors: {accepted} accepted, {refused} refused");
    assert!(accepted > 0 && refused > 0);
}
