//! Something unusual of the past, as the server's page tells it and as it is found here.

use cairn_anomaly::{Direction, Minute, Sensitivity};
use cairn_event::{EventTime, InsightSensitivity};
use cairn_insights::{Finding, Kind};
use serde::{Deserialize, Serialize};

/// Something unusual of the past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Found {
    /// Told of log files alone: they may hold those of many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) aws_region: Option<String>,
    pub(super) direction: String,
    pub(super) sensitivity: InsightSensitivity,
    pub(super) insight_type: String,
    pub(super) event_source: String,
    pub(super) event_name: String,
    #[serde(default)]
    pub(super) error_code: Option<String>,
    pub(super) start: String,
    #[serde(default)]
    pub(super) end: Option<String>,
    pub(super) opening: Calls,
    pub(super) calls: u64,
    pub(super) baseline: Calls,
    /// The event that told of it.
    #[serde(default)]
    pub(super) event_id: Option<String>,
}

/// Calls in so many minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Calls {
    pub(super) minutes: u32,
    pub(super) calls: u64,
}

impl Found {
    /// Tells what was found here.
    pub(super) fn here(finding: &Finding) -> Self {
        let metric = &finding.metric;
        let (insight_type, error_code) = match &metric.kind {
            Kind::Calls => ("ApiCallRateInsight", None),
            Kind::Errors(code) => ("ApiErrorRateInsight", Some(code.to_string())),
        };
        let direction = match finding.direction() {
            Direction::Surge => "surge",
            Direction::Silence => "silence",
        };
        let opening = finding.opening;
        Self {
            account_id: Some(metric.place.account.to_string()),
            aws_region: Some(metric.place.region.to_string()),
            direction: direction.to_owned(),
            sensitivity: sensitivity(opening.sensitivity),
            insight_type: insight_type.to_owned(),
            event_source: metric.source.to_string(),
            event_name: metric.name.to_string(),
            error_code,
            start: written(opening.start),
            end: finding.closing.map(|closing| written(closing.end)),
            opening: Calls { minutes: opening.minutes, calls: opening.calls },
            calls: finding.calls,
            baseline: Calls { minutes: finding.baseline_minutes, calls: finding.baseline_calls },
            event_id: None,
        }
    }

    /// Returns when it began, seconds since 1970.
    pub(super) fn began(&self) -> i64 {
        seconds(&self.start)
    }

    /// Returns how long it lasted, minutes; none where it went on.
    pub(super) fn lasted(&self) -> Option<i64> {
        self.end.as_deref().map(|end| (seconds(end) - self.began()) / 60)
    }
}

impl Calls {
    /// Returns the calls a minute.
    #[expect(clippy::cast_precision_loss, reason = "it is shown with three digits")]
    pub(super) fn rate(self) -> f64 {
        if self.minutes == 0 { 0.0 } else { self.calls as f64 / f64::from(self.minutes) }
    }
}

fn sensitivity(of: Sensitivity) -> InsightSensitivity {
    match of {
        Sensitivity::Low => InsightSensitivity::Low,
        Sensitivity::Medium => InsightSensitivity::Medium,
        Sensitivity::High => InsightSensitivity::High,
    }
}

fn written(minute: Minute) -> String {
    EventTime::from_epoch_seconds(minute.epoch_seconds()).to_string()
}

fn seconds(instant: &str) -> i64 {
    instant.parse().map_or(0, EventTime::epoch_seconds)
}
