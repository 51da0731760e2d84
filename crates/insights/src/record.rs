//! The records of Insights events, as CloudTrail writes them.
//!
//! One thing is Cairn's own: `insightDetails.sensitivity`, on records of another sensitivity than medium. Those of
//! medium sensitivity, which trails get that ask for nothing else, have CloudTrail's members and no others.

use cairn_event::EventTime;
use serde::Serialize;

use crate::attribution::{Attribute, Share};
use crate::average::Average;
use crate::ids;
use crate::insight::{Insight, State};
use crate::metric::Kind;
use crate::wanted::sensitivity_of;

/// The most values of an attribute that a record names, on each side.
const VALUES_MAX: usize = 5;

/// Returns the record of an Insights event. The same insight gives the same bytes.
pub fn render(insight: &Insight) -> Vec<u8> {
    let metric = &insight.metric;
    let (kind, code) = match &metric.kind {
        Kind::Calls => ("ApiCallRateInsight", None),
        Kind::Errors(code) => ("ApiErrorRateInsight", Some(code.as_ref())),
    };
    let (state, time) = match insight.state {
        State::Start => ("Start", insight.start),
        State::End => ("End", insight.start.plus(insight.minutes)),
    };
    let (sensitivity, start) = (sensitivity_of(insight.sensitivity), insight.start);
    let record = Record {
        event_version: "1.09",
        event_time: EventTime::from_epoch_seconds(time.epoch_seconds()),
        aws_region: metric.place.region.as_str(),
        event_id: ids::event_id(metric, insight.sensitivity, start, insight.state),
        event_type: "AwsCloudTrailInsight",
        recipient_account_id: metric.place.account.as_str(),
        shared_event_id: ids::shared_event_id(metric, insight.sensitivity, start),
        insight_details: Details {
            state,
            event_source: &metric.source,
            event_name: &metric.name,
            insight_type: kind,
            error_code: code,
            source_event_category: if metric.place.trail.is_some() { "Data" } else { "Management" },
            insight_context: Context::of(insight),
            insight_source: metric.place.trail.as_deref(),
            sensitivity: (sensitivity != cairn_event::InsightSensitivity::Medium)
                .then_some(sensitivity.as_str()),
        },
        event_category: "Insight",
    };
    serde_json::to_vec(&record).expect("texts and numbers can be written")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    event_version: &'static str,
    event_time: EventTime,
    aws_region: &'a str,
    #[serde(rename = "eventID")]
    event_id: String,
    event_type: &'static str,
    recipient_account_id: &'a str,
    #[serde(rename = "sharedEventID")]
    shared_event_id: String,
    insight_details: Details<'a>,
    event_category: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details<'a> {
    state: &'static str,
    event_source: &'a str,
    event_name: &'a str,
    insight_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    source_event_category: &'static str,
    insight_context: Context<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    insight_source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sensitivity: Option<&'static str>,
}

#[derive(Serialize)]
struct Context<'a> {
    statistics: Statistics,
    attributions: Vec<Attribution<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Statistics {
    baseline: Of,
    insight: Of,
    insight_duration: u32,
    baseline_duration: u32,
}

#[derive(Serialize)]
struct Of {
    average: Average,
}

#[derive(Serialize)]
struct Attribution<'a> {
    attribute: &'static str,
    insight: Vec<Attributed<'a>>,
    baseline: Vec<Attributed<'a>>,
}

#[derive(Serialize)]
struct Attributed<'a> {
    value: &'a str,
    average: Average,
}

impl<'a> Context<'a> {
    fn of(insight: &'a Insight) -> Self {
        let statistics = Statistics {
            baseline: Of { average: Average::of(insight.baseline_calls, insight.baseline_minutes) },
            insight: Of { average: Average::of(insight.calls, insight.minutes) },
            insight_duration: insight.minutes,
            baseline_duration: insight.baseline_minutes,
        };
        // What all errors of one code have in common need not be told.
        let told: &[Attribute] = match insight.metric.kind {
            Kind::Calls => &[Attribute::UserIdentityArn, Attribute::UserAgent, Attribute::ErrorCode],
            Kind::Errors(_) => &[Attribute::UserIdentityArn, Attribute::UserAgent],
        };
        let attributions = told.iter().map(|attribute| Attribution {
            attribute: attribute.as_str(),
            insight: top(&insight.shares, *attribute, insight.minutes),
            baseline: top(&insight.baseline_shares, *attribute, insight.baseline_minutes),
        });
        Self { statistics, attributions: attributions.collect() }
    }
}

/// Returns the values that most calls had, the most first; among equals in their own order.
fn top(shares: &[Share], attribute: Attribute, minutes: u32) -> Vec<Attributed<'_>> {
    let mut found: Vec<&Share> =
        shares.iter().filter(|share| share.attribute == attribute && share.calls > 0).collect();
    found.sort_unstable_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.value.cmp(&b.value)));
    found.truncate(VALUES_MAX);
    let told = |share: &'_ Share| Average::of(share.calls, minutes);
    found.into_iter().map(|share| Attributed { value: &share.value, average: told(share) }).collect()
}

#[cfg(test)]
mod tests;
