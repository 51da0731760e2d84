//! What data events are counted by (reference §6.7).

use std::collections::{BTreeMap, BTreeSet};

use cairn_catalog::AggregationTemplate;
use cairn_event::EventView;

/// A property of an event that its counts are broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dimension {
    EventName,
    ResourceArn,
    UserIdentity,
    UserAgent,
    SourceIpAddress,
    ErrorCode,
}

impl Dimension {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::EventName => "eventName",
            Self::ResourceArn => "resourceARN",
            Self::UserIdentity => "userIdentity",
            Self::UserAgent => "userAgent",
            Self::SourceIpAddress => "sourceIpAddress",
            Self::ErrorCode => "errorCode",
        }
    }

    /// Returns what a template sums up by; the other dimensions are its details.
    pub(crate) fn primary(template: AggregationTemplate) -> Self {
        match template {
            AggregationTemplate::ApiActivity => Self::EventName,
            AggregationTemplate::ResourceAccess => Self::ResourceArn,
            AggregationTemplate::UserActions => Self::UserIdentity,
        }
    }
}

/// Returns the names under which an event counts, by dimension; a dimension that it lacks is absent.
pub(crate) fn names(event: &EventView<'_>) -> BTreeMap<Dimension, BTreeSet<String>> {
    let one = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned).into_iter();
    let mut names: BTreeMap<Dimension, BTreeSet<String>> = BTreeMap::new();
    let mut add = |dimension, found: BTreeSet<String>| {
        if !found.is_empty() {
            names.insert(dimension, found);
        }
    };
    add(Dimension::EventName, one(Some(&event.event_name)).collect());
    add(Dimension::ResourceArn, resources(event));
    add(Dimension::UserIdentity, one(identity(event).as_deref()).collect());
    add(Dimension::UserAgent, one(event.user_agent.as_deref()).collect());
    add(Dimension::SourceIpAddress, one(event.source_ip_address.as_deref()).collect());
    add(Dimension::ErrorCode, one(event.error_code.as_deref()).collect());
    names
}

/// Names the event's resources, each once. Objects of S3 count as their bucket: their number has no bound.
fn resources(event: &EventView<'_>) -> BTreeSet<String> {
    let arns = event.resources.iter().filter_map(|resource| {
        let arn = resource.arn.as_deref().or(resource.arn_prefix.as_deref())?;
        Some(match arn.strip_prefix("arn:aws:s3:::").and_then(|path| path.split_once('/')) {
            Some((bucket, _key)) => format!("arn:aws:s3:::{bucket}"),
            None => arn.to_owned(),
        })
    });
    arns.collect()
}

/// Names the caller: its ARN, or its type with its account or service where it has none.
fn identity(event: &EventView<'_>) -> Option<String> {
    let identity = &event.user_identity;
    let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
    if let Some(arn) = text(&identity.arn) {
        return Some(arn);
    }
    let who = text(&identity.invoked_by).or_else(|| text(&identity.account_id));
    match (text(&identity.kind), who) {
        (Some(kind), Some(who)) => Some(format!("{kind}:{who}")),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(event: &str, dimension: Dimension, expected: &[&str]) {
        let event = format!(r#"{{"eventTime":"2026-03-02T08:00:00Z",{event}}}"#);
        let names = names(&EventView::parse(event.as_bytes()).unwrap());
        let found: Vec<&str> = names.get(&dimension).into_iter().flatten().map(String::as_str).collect();
        assert_eq!(found, expected, "{event}");
    }

    #[test]
    fn objects_count_as_their_bucket_and_each_resource_once() {
        check(
            r#""resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::shop/a/b"},
                {"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::shop"}]"#,
            Dimension::ResourceArn,
            &["arn:aws:s3:::shop"],
        );
        check(
            r#""resources":[{"ARN":"arn:aws:s3:::from/k"},{"ARN":"arn:aws:s3:::to/k"},{"type":"x"}]"#,
            Dimension::ResourceArn,
            &["arn:aws:s3:::from", "arn:aws:s3:::to"],
        );
        let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
        check(&format!(r#""resources":[{{"ARN":"{function}"}}]"#), Dimension::ResourceArn, &[function]);
        let listed = r#""resources":[{"ARNPrefix":"arn:aws:s3:::shop/"}]"#;
        check(listed, Dimension::ResourceArn, &["arn:aws:s3:::shop"]);
        check(r#""eventName":"GetObject""#, Dimension::ResourceArn, &[]);
    }

    #[test]
    fn callers_are_named_by_arn_or_by_type() {
        for (identity, expected) in [
            (r#"{"type":"IAMUser","arn":"arn:aws:iam::1:user/u","accountId":"1"}"#, "arn:aws:iam::1:user/u"),
            (r#"{"type":"AWSAccount","accountId":"999988887777"}"#, "AWSAccount:999988887777"),
            (r#"{"type":"AWSService","invokedBy":"s3.amazonaws.com"}"#, "AWSService:s3.amazonaws.com"),
            (r#"{"type":"Unknown"}"#, "Unknown"),
        ] {
            check(&format!(r#""userIdentity":{identity}"#), Dimension::UserIdentity, &[expected]);
        }
        check(r#""userIdentity":{}"#, Dimension::UserIdentity, &[]);
    }
}
