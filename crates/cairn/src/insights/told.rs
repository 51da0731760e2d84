//! Insights events as they were recorded, and the two of one insight together.

use cairn_event::{EventTime, InsightSensitivity, InsightStatistics, InsightView};
use serde::Deserialize;

/// What a person wants to know of one Insights event.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) event_id: String,
    pub(super) shared_event_id: String,
    pub(super) is_end: bool,
    /// At the start the first unusual minute, at the end the first usual one; seconds since 1970.
    pub(super) at: i64,
    pub(super) account: String,
    pub(super) region: String,
    /// `<service>.amazonaws.com`.
    pub(super) source: String,
    pub(super) name: String,
    /// Which errors; none where calls are counted.
    pub(super) error_code: Option<String>,
    pub(super) sensitivity: InsightSensitivity,
    /// The trail whose data events they are.
    pub(super) trail: Option<String>,
    pub(super) statistics: InsightStatistics,
    pub(super) attributions: Vec<Attribution>,
    /// The record itself.
    pub(super) record: String,
}

/// Whom calls are put down to, by one attribute; each value with its calls a minute, the most first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Attribution {
    pub(super) attribute: String,
    pub(super) insight: Vec<(String, f64)>,
    pub(super) baseline: Vec<(String, f64)>,
}

/// One insight: its start, its end, or both.
#[derive(Debug, Clone)]
pub(super) struct Episode {
    pub(super) start: Option<Told>,
    pub(super) end: Option<Told>,
}

/// Which way something is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Way {
    Surge,
    Silence,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    event_time: String,
    #[serde(default)]
    aws_region: String,
    #[serde(rename = "eventID")]
    event_id: String,
    #[serde(default)]
    recipient_account_id: String,
    #[serde(rename = "sharedEventID", default)]
    shared_event_id: Option<String>,
    #[serde(borrow)]
    insight_details: InsightView<'a>,
}

impl Told {
    /// Reads an Insights event; none where it is something else.
    pub(super) fn parse(record: &str) -> Option<Self> {
        let written: Written<'_> = serde_json::from_str(record).ok()?;
        let details = &written.insight_details;
        let context = details.context()?;
        let at: EventTime = written.event_time.parse().ok()?;
        let attributions = context.attributions.iter().map(|told| {
            let pairs = |values: &[cairn_event::AttributedView<'_>]| {
                values.iter().map(|told| (told.value.clone().into_owned(), told.average)).collect()
            };
            let attribute = told.attribute.clone().into_owned();
            Attribution { attribute, insight: pairs(&told.insight), baseline: pairs(&told.baseline) }
        });
        Some(Self {
            shared_event_id: written.shared_event_id.unwrap_or_else(|| written.event_id.clone()),
            event_id: written.event_id,
            is_end: details.state == "End",
            at: at.epoch_seconds(),
            account: written.recipient_account_id,
            region: written.aws_region,
            source: details.event_source.clone().into_owned(),
            name: details.event_name.clone().into_owned(),
            error_code: details.error_code.clone().map(std::borrow::Cow::into_owned),
            sensitivity: details.sensitivity().unwrap_or_default(),
            trail: details.insight_source.clone().map(std::borrow::Cow::into_owned),
            statistics: context.statistics,
            attributions: attributions.collect(),
            record: record.to_owned(),
        })
    }

    /// Returns whom the calls are put down to, by this attribute.
    pub(super) fn attribution(&self, attribute: &str) -> Option<&Attribution> {
        self.attributions.iter().find(|told| told.attribute == attribute)
    }
}

impl Episode {
    /// Puts events of one insight together, each insight where its first event stands.
    pub(super) fn pair(events: Vec<Told>) -> Vec<Self> {
        let mut episodes: Vec<Self> = Vec::new();
        for told in events {
            let known =
                episodes.iter_mut().find(|known| known.last().shared_event_id == told.shared_event_id);
            let is_end = told.is_end;
            match (known, is_end) {
                (Some(known), true) => known.end = Some(told),
                (Some(known), false) => known.start = Some(told),
                (None, true) => episodes.push(Self { start: None, end: Some(told) }),
                (None, false) => episodes.push(Self { start: Some(told), end: None }),
            }
        }
        episodes
    }

    /// Returns the event that knows most: the end where there is one.
    #[expect(clippy::expect_used, reason = "an episode is made with one of its events")]
    pub(super) fn last(&self) -> &Told {
        self.end.as_ref().or(self.start.as_ref()).expect("an episode has an event")
    }

    /// Returns when it began, seconds since 1970.
    pub(super) fn began(&self) -> i64 {
        match (&self.start, self.last()) {
            (Some(start), _) => start.at,
            (None, end) => end.at - i64::from(end.statistics.insight_duration) * 60,
        }
    }

    /// Tells which way it is unusual.
    pub(super) fn way(&self) -> Way {
        let statistics = self.start.as_ref().unwrap_or(self.last()).statistics;
        if statistics.insight.average < statistics.baseline.average { Way::Silence } else { Way::Surge }
    }
}

impl Way {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Surge => "surge",
            Self::Silence => "silence",
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The example of the reference.
    pub(in crate::insights) fn record(state: &str, at: &str) -> String {
        let (average, fleet, minutes) =
            if state == "Start" { (31.0, 28.0, 1) } else { (26.714_286, 23.714_286, 7) };
        format!(
            r#"{{"eventVersion":"1.09","eventTime":"{at}","awsRegion":"us-east-1","eventID":"{state}-id",
            "eventType":"AwsCloudTrailInsight","recipientAccountId":"111122223333","sharedEventID":"c9d1",
            "insightDetails":{{"state":"{state}","eventSource":"ec2.amazonaws.com","eventName":"CreateTags",
            "insightType":"ApiCallRateInsight","sourceEventCategory":"Management","insightContext":{{
            "statistics":{{"baseline":{{"average":0.42}},"insight":{{"average":{average}}},
            "insightDuration":{minutes},"baselineDuration":10080}},"attributions":[
            {{"attribute":"userIdentityArn","insight":[
            {{"value":"arn:aws:sts::111122223333:assumed-role/fleet","average":{fleet}}},
            {{"value":"arn:aws:sts::111122223333:assumed-role/ci","average":3}}],"baseline":[
            {{"value":"arn:aws:sts::111122223333:assumed-role/fleet","average":0.42}}]}},
            {{"attribute":"userAgent","insight":[{{"value":"aws-sdk-go/1.55","average":{average}}}],"baseline":[
            {{"value":"aws-sdk-go/1.55","average":0.42}}]}},
            {{"attribute":"errorCode","insight":[{{"value":"null","average":{average}}}],"baseline":[
            {{"value":"null","average":0.42}}]}}]}}}},"eventCategory":"Insight"}}"#
        )
    }

    #[test]
    fn records_are_read_and_other_events_are_not() {
        let told = Told::parse(&record("Start", "2026-03-02T12:04:00Z")).unwrap();
        assert_eq!(
            (told.is_end, told.name.as_str(), told.shared_event_id.as_str()),
            (false, "CreateTags", "c9d1")
        );
        let by = told.attribution("userIdentityArn").unwrap();
        assert_eq!(by.insight.len() + by.baseline.len(), 3);
        let episode = Episode { start: Some(told), end: None };
        assert_eq!(episode.way(), Way::Surge);
        for other in ["", "{}", r#"{"eventTime":"2026-03-02T12:04:00Z","eventID":"a"}"#] {
            assert!(Told::parse(other).is_none());
        }
    }
}
