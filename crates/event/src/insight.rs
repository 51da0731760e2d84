//! What an Insights event tells: `insightDetails`, read lazily.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{EventView, text};

/// How much has to happen before it is called unusual: what a trail asks for, and what an event tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InsightSensitivity {
    /// Only what can't be chance.
    Low,
    /// What fits CloudTrail's own examples. Events that don't tell a sensitivity are of this one.
    #[default]
    Medium,
    /// Also what might be chance once in a while.
    High,
}

/// The text is no sensitivity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read a sensitivity: low, medium or high is needed")]
pub struct InsightSensitivityError;

/// `insightDetails`, borrowed from the event's own bytes.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InsightView<'a> {
    /// `Start` or `End`.
    #[serde(borrow, default, deserialize_with = "text::or_empty")]
    pub state: Cow<'a, str>,
    /// The service whose calls are unusual.
    #[serde(borrow, default, deserialize_with = "text::or_empty")]
    pub event_source: Cow<'a, str>,
    /// The API action.
    #[serde(borrow, default, deserialize_with = "text::or_empty")]
    pub event_name: Cow<'a, str>,
    /// `ApiCallRateInsight` or `ApiErrorRateInsight`.
    #[serde(borrow, default, deserialize_with = "text::or_empty")]
    pub insight_type: Cow<'a, str>,
    /// Which errors; present on error rates alone.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub error_code: Option<Cow<'a, str>>,
    /// `Management` or `Data`; absent on older events, which are about management events.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub source_event_category: Option<Cow<'a, str>>,
    /// The ARN of the trail whose data events they are; absent for management events.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    pub insight_source: Option<Cow<'a, str>>,
    /// The sensitivity as written: Cairn's own member, absent on events of medium sensitivity.
    #[serde(borrow, default, deserialize_with = "text::optional")]
    sensitivity: Option<Cow<'a, str>>,
    /// The figures, uninterpreted. Use [`InsightView::context`].
    #[serde(borrow, default)]
    insight_context: Option<&'a RawValue>,
}

/// The figures of an Insights event.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InsightContextView<'a> {
    /// How many.
    pub statistics: InsightStatistics,
    /// Whose.
    #[serde(borrow, default)]
    pub attributions: Vec<AttributionView<'a>>,
}

/// How many calls or errors there were.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InsightStatistics {
    /// Those that were usual.
    pub baseline: InsightAverage,
    /// Those that were not.
    pub insight: InsightAverage,
    /// The unusual minutes.
    #[serde(default)]
    pub insight_duration: u32,
    /// The usual minutes.
    #[serde(default)]
    pub baseline_duration: u32,
}

/// A number of calls a minute.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct InsightAverage {
    /// The number.
    pub average: f64,
}

/// Whom calls are put down to, by one attribute.
#[derive(Debug, Clone, Deserialize)]
pub struct AttributionView<'a> {
    /// `userIdentityArn`, `userAgent` or `errorCode`.
    #[serde(borrow, deserialize_with = "text::or_empty")]
    pub attribute: Cow<'a, str>,
    /// The unusual calls, the most first.
    #[serde(borrow, default)]
    pub insight: Vec<AttributedView<'a>>,
    /// The usual calls, the most first.
    #[serde(borrow, default)]
    pub baseline: Vec<AttributedView<'a>>,
}

/// How many calls had a value.
#[derive(Debug, Clone, Deserialize)]
pub struct AttributedView<'a> {
    /// The value.
    #[serde(borrow, deserialize_with = "text::or_empty")]
    pub value: Cow<'a, str>,
    /// The calls a minute.
    pub average: f64,
}

impl<'a> EventView<'a> {
    /// Reads what an Insights event tells; `None` on other events, and where `insightDetails` can't be read.
    pub fn insight(&self) -> Option<InsightView<'a>> {
        serde_json::from_str(self.insight_details?.get()).ok()
    }
}

impl<'a> InsightView<'a> {
    /// Says whether it is about data events, and thereby of one trail.
    pub fn is_of_data(&self) -> bool {
        self.source_event_category.as_deref() == Some("Data")
    }

    /// Says whether it is about errors.
    pub fn is_of_errors(&self) -> bool {
        self.insight_type == "ApiErrorRateInsight"
    }

    /// Returns the sensitivity at which it is unusual; `None` when it is written and unknown.
    pub fn sensitivity(&self) -> Option<InsightSensitivity> {
        match self.sensitivity.as_deref() {
            None => Some(InsightSensitivity::Medium),
            Some(written) => written.parse().ok(),
        }
    }

    /// Reads the figures; `None` when they are absent or can't be read.
    pub fn context(&self) -> Option<InsightContextView<'a>> {
        serde_json::from_str(self.insight_context?.get()).ok()
    }
}

impl InsightSensitivity {
    /// All of them, the lowest first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// Returns its name: `low`, `medium`, `high`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl FromStr for InsightSensitivity {
    type Err = InsightSensitivityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or(InsightSensitivityError)
    }
}

impl fmt::Display for InsightSensitivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests;
