//! The envelope in which EventBridge carries an event (reference §4.8).

use cairn_event::{AccountId, Category, EventTime, EventView, Region};
use serde::Serialize;
use serde_json::value::RawValue;

/// What begins a source on AWS.
pub const AWS_SOURCE_PREFIX: &str = "aws.";

/// An event in its envelope, members in AWS's order.
#[derive(Debug, Serialize)]
pub struct Envelope<'a> {
    version: &'static str,
    id: &'a str,
    #[serde(rename = "detail-type")]
    detail_type: &'static str,
    source: String,
    account: AccountId,
    time: EventTime,
    region: &'a Region,
    resources: [&'a str; 0],
    detail: &'a RawValue,
}

impl<'a> Envelope<'a> {
    /// Puts an event into its envelope. `event` is a view of `detail`, whose bytes are carried as they are.
    ///
    /// # Errors
    /// `detail` is not one JSON value; an event that was read is one.
    pub fn new(
        id: &'a str,
        (account, region): (AccountId, &'a Region),
        event: &EventView<'_>,
        detail: &'a [u8],
    ) -> Result<Self, serde_json::Error> {
        Ok(Self {
            version: "0",
            id,
            detail_type: detail_type(event),
            source: source(AWS_SOURCE_PREFIX, event),
            account,
            time: event.event_time,
            region,
            resources: [],
            detail: serde_json::from_slice(detail)?,
        })
    }
}

/// Returns the detail type that rules match.
pub fn detail_type(event: &EventView<'_>) -> &'static str {
    match (event.category(), event.event_type.as_ref()) {
        (Category::Insight, _) => "AWS Insight via CloudTrail",
        (Category::NetworkActivity, _) => "AWS Network Activity Event via CloudTrail",
        (_, "AwsConsoleSignIn") => "AWS Console Sign In via CloudTrail",
        (_, "AwsConsoleAction") => "AWS Console Action via CloudTrail",
        (_, "AwsServiceEvent") => "AWS Service Event via CloudTrail",
        (_, _) => "AWS API Call via CloudTrail",
    }
}

/// Returns the source that rules match: `prefix` and the service's name, `aws.s3` for `s3.amazonaws.com`.
pub fn source(prefix: &str, event: &EventView<'_>) -> String {
    let service = match event.category() {
        Category::Insight => "cloudtrail",
        _ => event.event_source.split('.').next().unwrap_or_default(),
    };
    format!("{prefix}{service}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(event: &str, source_and_type: (&str, &str)) {
        let event = format!(r#"{{"eventTime": "2026-03-02T08:14:55Z", {event}}}"#);
        let event = EventView::parse(event.as_bytes()).unwrap();
        assert_eq!((source("aws.", &event).as_str(), detail_type(&event)), source_and_type);
    }

    #[test]
    fn source_and_type_follow_the_table() {
        check(
            r#""eventSource": "s3.amazonaws.com", "eventType": "AwsApiCall", "eventCategory": "Data""#,
            ("aws.s3", "AWS API Call via CloudTrail"),
        );
        check(
            r#""eventSource": "signin.amazonaws.com", "eventType": "AwsConsoleSignIn""#,
            ("aws.signin", "AWS Console Sign In via CloudTrail"),
        );
        check(
            r#""eventSource": "iam.amazonaws.com", "eventType": "AwsConsoleAction""#,
            ("aws.iam", "AWS Console Action via CloudTrail"),
        );
        check(
            r#""eventSource": "kms.amazonaws.com", "eventType": "AwsServiceEvent""#,
            ("aws.kms", "AWS Service Event via CloudTrail"),
        );
        check(
            r#""eventType": "AwsCloudTrailInsight", "eventCategory": "Insight""#,
            ("aws.cloudtrail", "AWS Insight via CloudTrail"),
        );
        check(
            r#""eventSource": "ec2.amazonaws.com", "eventType": "AwsVpceEvent", "eventCategory": "NetworkActivity""#,
            ("aws.ec2", "AWS Network Activity Event via CloudTrail"),
        );
    }

    #[test]
    fn the_envelope_carries_the_event_as_it_is() {
        let detail = br#"{"eventTime":"2026-03-02T08:14:55Z",  "eventSource":"s3.amazonaws.com","eventType":"AwsApiCall","x":[1.0]}"#;
        let event = EventView::parse(detail).unwrap();
        let (account, region) = ("123456789012".parse().unwrap(), "eu-west-1".parse().unwrap());
        let envelope = Envelope::new("some-id", (account, &region), &event, detail).unwrap();
        assert_eq!(
            serde_json::to_string(&envelope).unwrap(),
            concat!(
                r#"{"version":"0","id":"some-id","detail-type":"AWS API Call via CloudTrail","#,
                r#""source":"aws.s3","account":"123456789012","time":"2026-03-02T08:14:55Z","#,
                r#""region":"eu-west-1","resources":[],"detail":{"eventTime":"2026-03-02T08:14:55Z",  "#,
                r#""eventSource":"s3.amazonaws.com","eventType":"AwsApiCall","x":[1.0]}}"#,
            )
        );
    }
}
