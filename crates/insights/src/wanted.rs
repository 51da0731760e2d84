//! Whether anybody gets an insight.

use std::borrow::Cow;

use cairn_anomaly::Sensitivity;
use cairn_catalog::{InsightType, Snapshot, Unusual};
use cairn_event::{EventView, InsightSensitivity, Origin};

use crate::insight::Insight;
use crate::metric::{Kind, Metric};
use crate::record::render;

/// Says whether some trail would get insights of a metric at a sensitivity, mutes aside: asked before anything is
/// gathered about them.
pub fn listened_to(snapshot: &Snapshot, metric: &Metric, sensitivity: Sensitivity) -> bool {
    let unusual = Unusual {
        source: Cow::Borrowed(&metric.source),
        name: Cow::Borrowed(&metric.name),
        kind: match metric.kind {
            Kind::Calls => InsightType::ApiCallRateInsight,
            Kind::Errors(_) => InsightType::ApiErrorRateInsight,
        },
        data_of: metric.place.trail.as_deref().map(Cow::Borrowed),
        sensitivity: sensitivity_of(sensitivity),
    };
    snapshot.has_listener(metric.place.account, &metric.place.region, &unusual)
}

/// Says whether some trail gets this insight, as [`Snapshot::route`] gives it out.
pub fn wanted(snapshot: &Snapshot, insight: &Insight) -> bool {
    let record = render(insight);
    let Ok(event) = EventView::parse(&record) else { return false };
    let place = &insight.metric.place;
    snapshot.route(&event, place.account, &place.region, Origin::Call).next().is_some()
}

/// Returns the name that trails and records have for a sensitivity.
pub(crate) fn sensitivity_of(of: Sensitivity) -> InsightSensitivity {
    match of {
        Sensitivity::Low => InsightSensitivity::Low,
        Sensitivity::Medium => InsightSensitivity::Medium,
        Sensitivity::High => InsightSensitivity::High,
    }
}

#[cfg(test)]
mod tests;
