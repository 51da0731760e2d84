//! Who is told of unusual activity.

use std::borrow::Cow;

use cairn_event::{EventTime, EventView, InsightSensitivity, InsightView};

use super::LiveTrail;
use crate::{InsightType, SourceEventCategory};

/// What an Insights event is about, as far as it decides which trails get it.
#[derive(Debug, Clone)]
pub struct Unusual<'a> {
    /// The service whose calls are unusual.
    pub source: Cow<'a, str>,
    /// The API action.
    pub name: Cow<'a, str>,
    /// Whether calls are, or errors.
    pub kind: InsightType,
    /// The ARN of the trail whose data events they are; `None` for management events.
    pub data_of: Option<Cow<'a, str>>,
    /// At which sensitivity they are.
    pub sensitivity: InsightSensitivity,
}

impl<'a> Unusual<'a> {
    /// Reads it from an event; `None` when it tells nothing that a trail could look for.
    pub(super) fn of(insight: &InsightView<'a>) -> Option<Self> {
        let kind = match insight.insight_type.as_ref() {
            "ApiCallRateInsight" => InsightType::ApiCallRateInsight,
            "ApiErrorRateInsight" => InsightType::ApiErrorRateInsight,
            _ => return None,
        };
        let data_of = match insight.source_event_category.as_deref() {
            None | Some("Management") => None,
            Some("Data") => Some(insight.insight_source.clone()?),
            Some(_) => return None,
        };
        let (source, name) = (insight.event_source.clone(), insight.event_name.clone());
        Some(Self { source, name, kind, data_of, sensitivity: insight.sensitivity()? })
    }

    /// Says whether a trail looks for it, mutes aside: it asks for such insights, at this sensitivity, and records such
    /// calls.
    pub(super) fn is_looked_for_by(&self, trail: &LiveTrail) -> bool {
        trail.insight_tags().sensitivity == self.sensitivity
            && match self.data_of.as_deref() {
                Some(arn) => {
                    trail.arn == arn
                        && trail.looks_for(self.kind, SourceEventCategory::Data)
                        && trail.selectors().may_select_data()
                }
                None => {
                    trail.looks_for(self.kind, SourceEventCategory::Management) && self.is_recorded_by(trail)
                }
            }
    }

    /// Says whether the trail's selectors take management calls of this action, of those that the insight counts: writes
    /// when it is about calls, all when it is about errors. Which resources and callers a data event's selectors want
    /// is in no Insights event; its metric has counted only what they took.
    fn is_recorded_by(&self, trail: &LiveTrail) -> bool {
        let takes = |read_only| {
            let named = (Cow::Borrowed(self.source.as_ref()), Cow::Borrowed(self.name.as_ref()));
            let call = EventView::of_management_call(EventTime::from_epoch_seconds(0), named, read_only);
            trail.selectors().matches(&call)
        };
        takes(false) || (self.kind == InsightType::ApiErrorRateInsight && takes(true))
    }
}

#[cfg(test)]
mod tests;
