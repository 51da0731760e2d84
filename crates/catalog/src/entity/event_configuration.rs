//! What a trail makes of its events beyond log files, in AWS's own JSON form.

use serde::{Deserialize, Serialize};

/// What unusual activity a trail looks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InsightSelector {
    /// The kind of insight.
    pub insight_type: InsightType,
    /// In which events; absent as it was given, which means management events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_categories: Option<Vec<SourceEventCategory>>,
}

/// A kind of insight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum InsightType {
    /// Unusual numbers of calls.
    ApiCallRateInsight,
    /// Unusual numbers of errors.
    ApiErrorRateInsight,
}

/// Which events insights are looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SourceEventCategory {
    /// Management events.
    Management,
    /// Data events.
    Data,
}

/// What a trail's data events are summed up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AggregationTemplate {
    /// By `eventName`.
    #[serde(rename = "API_ACTIVITY")]
    ApiActivity,
    /// By the ARN of the resource.
    #[serde(rename = "RESOURCE_ACCESS")]
    ResourceAccess,
    /// By who called.
    #[serde(rename = "USER_ACTIONS")]
    UserActions,
}

impl InsightSelector {
    /// Returns the categories that are meant: management events where none was given.
    pub fn categories(&self) -> &[SourceEventCategory] {
        match self.event_categories.as_deref() {
            None | Some([]) => &[SourceEventCategory::Management],
            Some(given) => given,
        }
    }
}
