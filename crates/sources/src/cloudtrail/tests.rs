use cairn_event::{EventView, Origin};
use proptest::prelude::*;

use super::*;

const EVENT: &str = r#"{"eventVersion":"1.08","userIdentity":{"type":"Root"},"eventTime":"2023-07-10T12:07:59Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1","eventID":"8a2ac1f6-0d1c-4a4f-9c3b-0a4f8b1c2d3e","recipientAccountId":"111122223333","unknownMember":{"b":1,"a":2}}"#;

fn home() -> Home {
    let regions = ["eu-north-1", "eu-west-1", "us-east-1", "us-east-2"].map(|name| name.parse().unwrap());
    Home {
        account: "123456789012".parse().unwrap(),
        region: "eu-north-1".parse().unwrap(),
        regions: regions.into(),
        actors: crate::Actors::LeftOut,
    }
}

#[test]
fn an_event_is_taken_byte_for_byte_in_every_form() {
    let quoted = serde_json::to_string(EVENT).unwrap();
    for text in [
        EVENT.to_owned(),
        format!(" {EVENT}\n"),
        format!(r#"{{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":{EVENT}}}"#),
        format!(r#"{{"EventId":"x","EventName":"CreateUser","CloudTrailEvent":{quoted}}}"#),
    ] {
        let told = event(&text, &home()).unwrap();
        assert_eq!(String::from_utf8(told.draft.event).unwrap(), EVENT, "{text}");
        assert_eq!(told.draft.origin, Origin::Import);
        assert_eq!(told.draft.region.as_str(), "us-east-1", "its own");
        assert_eq!(told.draft.account, home().account, "the account that imports");
        assert_eq!(told.taken, event(EVENT, &home()).unwrap().taken);
    }
}

#[test]
fn an_indented_event_becomes_one_line() {
    let told = event("{\n \"eventVersion\": \"1.08\",\r\n \"eventTime\": \"2023-07-10T12:07:59Z\",\n \"awsRegion\": \"us-east-1\", \"eventID\": \"a\"\n}", &home()).unwrap();
    let expected = "{ \"eventVersion\": \"1.08\", \"eventTime\": \"2023-07-10T12:07:59Z\", \"awsRegion\": \"us-east-1\", \"eventID\": \"a\"}";
    assert_eq!(String::from_utf8(told.draft.event).unwrap(), expected);
}

#[test]
fn documents_are_split_into_their_events() {
    for (document, expected) in [
        (r#"{"Records":[{"a":1},{"b":2}]}"#, vec![r#"{"a":1}"#, r#"{"b":2}"#]),
        (r#"{"Events":[{"CloudTrailEvent":"{}"}],"NextToken":"x"}"#, vec![r#"{"CloudTrailEvent":"{}"}"#]),
        (r#"[{"a":1}]"#, vec![r#"{"a":1}"#]),
        (r#"{"Records":[]}"#, vec![]),
        (EVENT, vec![EVENT]),
    ] {
        assert_eq!(split(document).unwrap(), expected, "{document}");
    }
    assert!(split("{").is_err());
}

#[test]
fn what_is_no_event_is_said_to_be_none() {
    let said = |text: &str| event(text, &home()).unwrap_err().to_string();
    assert_eq!(said(&EVENT.replace("8a2ac1f6-0d1c-4a4f-9c3b-0a4f8b1c2d3e", "")), "it has no eventID");
    assert_eq!(said(&EVENT.replace("us-east-1", "")), "it has no awsRegion");
    assert_eq!(said(&EVENT.replace("us-east-1", "<x>")), "it has no readable awsRegion");
    assert!(said(&EVENT.replace("2023-07-10T12:07:59Z", "yesterday")).starts_with("it is no event"));
    assert!(said("42").starts_with("it is no event"));
    let long = format!(r#"{{"eventID":"{}"}}"#, "x".repeat(RECORD_BYTES_MAX));
    assert_eq!(said(&long), format!("it is longer than {RECORD_BYTES_MAX} bytes"));
}

proptest! {
    #[test]
    fn foreign_text_is_refused_or_an_event(at in any::<prop::sample::Index>(), piece in ".{0,8}", cut in 0_usize..8) {
        let mut text: Vec<char> = EVENT.chars().collect();
        let at = at.index(text.len());
        let end = (at + cut).min(text.len());
        text.splice(at..end, piece.chars());
        let text: String = text.into_iter().collect();
        prop_assert!(split(&text).is_ok() || event(&text, &home()).is_err());
        if let Ok(told) = event(&text, &home()) {
            prop_assert!(EventView::parse(&told.draft.event).is_ok());
        }
    }
}
