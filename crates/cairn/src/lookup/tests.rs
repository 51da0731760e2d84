//! What is asked, what is checked here, and what is shown.

use clap::{CommandFactory as _, Parser as _};

use super::*;

#[derive(Debug, clap::Parser)]
struct Flags {
    #[command(flatten)]
    lookup: Lookup,
}

fn flags(text: &str) -> Result<Lookup, clap::Error> {
    Flags::try_parse_from(std::iter::once("lookup").chain(text.split_whitespace())).map(|flags| flags.lookup)
}

fn input(text: &str) -> Value {
    let lookup = flags(text).unwrap();
    lookup.input(&lookup.conditions(), usize::try_from(lookup.max).unwrap())
}

fn found(record: &str) -> Found {
    serde_json::from_str(record).unwrap()
}

#[test]
fn the_flags_are_sound() {
    Flags::command().debug_assert();
}

#[test]
fn the_most_particular_condition_is_asked() {
    let attribute = |key: &str, value: &str| json!([{ "AttributeKey": key, "AttributeValue": value }]);
    for (text, expected) in [
        ("", json!({ "MaxResults": 50 })),
        ("--max 7", json!({ "MaxResults": 7 })),
        ("--max 700", json!({ "MaxResults": 50 })),
        (
            "--event-source s3 --max 3",
            json!({ "MaxResults": 3, "LookupAttributes": attribute("EventSource", "s3.amazonaws.com") }),
        ),
        (
            "--read-only false --event-name PutObject --username alice --max 3",
            json!({ "MaxResults": 50, "LookupAttributes": attribute("Username", "alice") }),
        ),
        (
            "--from 1970-01-02 --to 1970-01-03T00:00:00+01:00",
            json!({ "MaxResults": 50, "StartTime": 86_400, "EndTime": 169_200 }),
        ),
    ] {
        assert_eq!(input(text), expected, "{text}");
    }
    let started = input("--since 2h")["StartTime"].as_i64().unwrap();
    assert!((7_200..7_260).contains(&(SystemClock.now().as_second() - started)));
}

#[test]
fn nonsense_is_refused() {
    for text in
        ["--since 2h --from 2026-01-01", "--max 0", "--read-only maybe", "--event-name=", "--region A"]
    {
        assert!(flags(text).is_err(), "{text}");
    }
}

#[test]
fn what_is_not_asked_is_checked_here() {
    let record = r#"{"EventId":"1","EventName":"CreateBucket","ReadOnly":"false","Username":"alice",
        "EventSource":"s3.amazonaws.com","CloudTrailEvent":"{}",
        "Resources":[{"ResourceType":"AWS::S3::Bucket","ResourceName":"logs"},{"ResourceName":"x"}]}"#;
    for (text, holds) in [
        // The first condition is CloudTrail's business.
        ("--event-id other", true),
        ("--event-id 1 --username alice --event-source s3 --read-only false", true),
        ("--event-id 1 --username alic", false),
        ("--event-id 1 --read-only true", false),
        ("--event-id 1 --resource-name x --resource-type AWS::S3::Bucket", true),
        ("--event-id 1 --resource-name AWS::S3::Bucket", false),
        ("--event-id 1 --access-key AKIA", false),
    ] {
        assert_eq!(flags(text).unwrap().conditions().hold(&found(record)), holds, "{text}");
    }
}

#[test]
fn a_table_leaves_the_region_out_that_was_asked() {
    let record = r#"{"eventTime":"2026-01-31T10:00:00Z","userIdentity":{"userName":"alice"},
        "eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"us-east-1"}"#;
    let found = Found { cloud_trail_event: record.to_owned(), ..Found::default() };
    let region = |asked: &str| Whose { region: &asked.parse().unwrap(), part: None }.row(&found).region;
    assert_eq!((region("us-east-1"), region("eu-west-1")), (String::new(), "us-east-1".to_owned()));
}

#[test]
fn the_account_is_told_where_an_organization_is_asked() {
    let record = r#"{"eventTime":"2026-01-31T10:00:00Z","recipientAccountId":"111111111111"}"#;
    let found = Found { cloud_trail_event: record.to_owned(), ..Found::default() };
    let (region, part) = ("us-east-1".parse().unwrap(), Ids::default());
    assert_eq!(Whose { region: &region, part: None }.row(&found).account, "");
    assert_eq!(Whose { region: &region, part: Some(&part) }.row(&found).account, "111111111111");
    assert!(
        flags("--organization --account shop --account play --unit ou-ab12-1").unwrap().scope.organization
    );
    for text in ["--account shop", "--unit ou-ab12-1"] {
        assert!(flags(text).is_err(), "{text}");
    }
}

#[test]
fn a_note_says_whether_there_is_more() {
    let region = "us-east-1".parse().unwrap();
    for (shown, more, expected) in [
        (0, false, "no event matches in us-east-1"),
        (1, false, "1 event in us-east-1"),
        (7, false, "7 events in us-east-1"),
        (7, true, "the newest 7 in us-east-1; there may be more: --max 70 shows them"),
    ] {
        assert_eq!(Whose { region: &region, part: None }.note(shown, more, 7), expected);
    }
}
