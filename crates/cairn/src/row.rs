//! One event as a line for people.

use std::borrow::Cow;
use std::collections::BTreeSet;

use cairn_event::{Category, EventView, IdentityView, InsightView};
use cairn_history::LookupFields;

use crate::output::harmless;

/// What a person wants to see of an event at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// The account in whose history it is.
    pub(crate) account: String,
    /// UTC, `2026-01-31 10:00:00`.
    pub(crate) time: String,
    pub(crate) user: String,
    pub(crate) event: String,
    /// The service, without `.amazonaws.com`.
    pub(crate) source: String,
    pub(crate) resource: String,
    pub(crate) region: String,
    pub(crate) address: String,
    /// The error code; empty when the call succeeded.
    pub(crate) error: String,
}

impl Row {
    /// Reads an event; what is no event is shown as such.
    pub(crate) fn of(event: &[u8]) -> Self {
        match EventView::parse(event) {
            Ok(view) => match view.insight().filter(|_| view.category() == Category::Insight) {
                Some(insight) => Self::of_insight(&insight, Self::of_view(&view, event)),
                None => Self::of_view(&view, event),
            },
            Err(_) => Self { event: "(not an event)".to_owned(), ..Self::empty() },
        }
    }

    fn of_view(view: &EventView<'_>, event: &[u8]) -> Self {
        let time = view.event_time.to_string().replace('T', " ");
        Self {
            account: harmless(view.recipient_account_id.as_deref().unwrap_or_default()),
            time: time.trim_end_matches('Z').to_owned(),
            user: harmless(&user(&view.user_identity)),
            event: harmless(&view.event_name),
            source: harmless(view.event_source.trim_end_matches(".amazonaws.com")),
            resource: harmless(&resource(view, event)),
            region: harmless(&view.aws_region),
            address: harmless(view.source_ip_address.as_deref().unwrap_or_default()),
            error: harmless(view.error_code.as_deref().unwrap_or_default()),
        }
    }

    /// Tells what is unusual where calls tell what they called, and how much of it where they tell about what.
    fn of_insight(insight: &InsightView<'_>, envelope: Self) -> Self {
        let rates = insight.context().map(|context| {
            let statistics = context.statistics;
            format!(
                "{} a minute, usually {}",
                rate(statistics.insight.average),
                rate(statistics.baseline.average)
            )
        });
        Self {
            user: harmless(&format!("(insight {})", insight.state.to_lowercase())),
            event: harmless(&insight.event_name),
            source: harmless(insight.event_source.trim_end_matches(".amazonaws.com")),
            resource: rates.unwrap_or_default(),
            error: harmless(insight.error_code.as_deref().unwrap_or_default()),
            ..envelope
        }
    }

    fn empty() -> Self {
        let nothing = String::new;
        Self {
            account: nothing(),
            time: nothing(),
            user: nothing(),
            event: nothing(),
            source: nothing(),
            resource: nothing(),
            region: nothing(),
            address: nothing(),
            error: nothing(),
        }
    }
}

/// Names the caller as LookupEvents does, and somehow where LookupEvents names nobody.
fn user(identity: &IdentityView<'_>) -> String {
    let session = |principal: &Cow<'_, str>| principal.split_once(':').map(|(_, name)| name.to_owned());
    let owned = |text: &Option<Cow<'_, str>>| text.as_ref().map(|text| text.clone().into_owned());
    let named = match identity.kind.as_deref() {
        Some("Root") => Some("root".to_owned()),
        Some("AssumedRole" | "AWSAccount" | "FederatedUser" | "Role") => {
            identity.principal_id.as_ref().and_then(session)
        }
        Some("AWSService") | None => owned(&identity.invoked_by),
        Some(_) => None,
    };
    named
        .or_else(|| owned(&identity.user_name))
        .or_else(|| owned(&identity.access_key_id))
        .or_else(|| owned(&identity.kind))
        .unwrap_or_default()
}

/// Names the first resource, the most particular one where several contain each other, and counts the rest.
fn resource(view: &EventView<'_>, event: &[u8]) -> String {
    let found = LookupFields::parse(event).map(|fields| fields.resources).unwrap_or_default();
    let mut names: Vec<String> = found.into_iter().map(|resource| short(&resource.name).to_owned()).collect();
    if names.is_empty() {
        let arns = view
            .resources
            .iter()
            .filter_map(|resource| resource.arn.as_deref().or(resource.arn_prefix.as_deref()));
        names = arns.map(|arn| short(arn).to_owned()).collect();
    }
    let within = |name: &str, other: &str| {
        other.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'))
            || other.strip_suffix(name).is_some_and(|rest| rest.ends_with('/'))
    };
    let all = names.clone();
    let mut seen = BTreeSet::new();
    names.retain(|name| !all.iter().any(|other| within(name, other)) && seen.insert(name.clone()));
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} +{}", rest.len()),
    }
}

/// Says a number of calls a minute, to two decimals.
fn rate(average: f64) -> String {
    match average {
        some if some > 0.0 && some < 0.01 => "under 0.01".to_owned(),
        more => format!("{more:.2}").trim_end_matches('0').trim_end_matches('.').to_owned(),
    }
}

/// Leaves out the part of an ARN that the other columns tell.
fn short(name: &str) -> &str {
    match name.strip_prefix("arn:").and_then(|rest| rest.splitn(5, ':').nth(4)) {
        Some(resource) => resource,
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(event: &str) -> String {
        let row = Row::of(event.as_bytes());
        [row.time, row.user, row.event, row.source, row.resource, row.region, row.address, row.error]
            .join("|")
    }

    #[test]
    fn events_are_told_in_a_line() {
        for (event, expected) in [
            (
                r#"{"eventTime":"2026-01-31T10:00:00Z","userIdentity":{"type":"IAMUser","userName":"alice"},
                "eventSource":"s3.amazonaws.com","eventName":"CreateBucket","awsRegion":"us-east-1",
                "sourceIPAddress":"10.0.0.1","requestParameters":{"bucketName":"logs"},"eventCategory":"Management"}"#,
                "2026-01-31 10:00:00|alice|CreateBucket|s3|logs|us-east-1|10.0.0.1|",
            ),
            (
                r#"{"eventTime":"2026-01-31T10:00:00Z","userIdentity":{"type":"AssumedRole","principalId":"AROA:bob"},
                "eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","errorCode":"AccessDenied",
                "eventCategory":"Data","resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::logs/a.txt"},
                {"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::logs"}]}"#,
                "2026-01-31 10:00:00|bob|GetObject|s3|logs/a.txt|eu-west-1||AccessDenied",
            ),
            (
                r#"{"eventTime":"2026-01-31T10:00:00Z","userIdentity":{"type":"Unknown","accessKeyId":"AKIA\u001b[2J"},
                "eventSource":"sts.amazonaws.com","eventName":"GetCallerIdentity"}"#,
                "2026-01-31 10:00:00|AKIA\u{fffd}[2J|GetCallerIdentity|sts||||",
            ),
            (
                r#"{"eventTime":"2026-01-31T10:00:00Z","eventSource":"x.amazonaws.com","eventName":"Put","eventCategory":"Data",
                "resources":[{"ARN":"arn:aws:cloudtrail:us-east-1:123456789012:trail/main"},{"ARN":"main"},
                {"ARN":"arn:aws:s3:::logs"},{"ARN":"arn:aws:s3:::logs2/a"},{"ARN":"arn:aws:s3:::logs"}]}"#,
                "2026-01-31 10:00:00||Put|x|trail/main +2|||",
            ),
            (
                r#"{"eventTime":"2026-03-02T12:04:00Z","awsRegion":"us-east-1","eventCategory":"Insight","insightDetails":{
                "state":"Start","eventSource":"ec2.amazonaws.com","eventName":"CreateTags","insightContext":{"statistics":{
                "baseline":{"average":0.0000882145},"insight":{"average":100.5},"insightDuration":1,"baselineDuration":1}}}}"#,
                "2026-03-02 12:04:00|(insight start)|CreateTags|ec2|100.5 a minute, usually under 0.01|us-east-1||",
            ),
            ("{", "||(not an event)|||||"),
        ] {
            assert_eq!(row(event), expected);
        }
    }
}
