//! Whether anybody gets an insight.

use cairn_anomaly::Sensitivity;
use cairn_catalog::Snapshot;
use cairn_event::{EventView, InsightSensitivity, Origin};

use crate::insight::Insight;
use crate::metric::Metric;
use crate::record::render;

/// Says whether some trail would get insights of a metric at a sensitivity, mutes aside: asked before anything is
/// gathered about them.
pub fn listened_to(snapshot: &Snapshot, metric: &Metric, sensitivity: Sensitivity) -> bool {
    let _ = (snapshot, metric, sensitivity);
    true
}

/// Says whether some trail gets this insight, as [`Snapshot::route`] gives it out.
pub fn wanted(snapshot: &Snapshot, insight: &Insight) -> bool {
    let record = render(insight);
    let Ok(event) = EventView::parse(&record) else { return false };
    let place = &insight.metric.place;
    snapshot.route(&event, place.account, &place.region, Origin::Call).next().is_some()
}

/// Returns the name that trails and records have for a sensitivity.
pub(crate) fn sensitivity(of: Sensitivity) -> InsightSensitivity {
    match of {
        Sensitivity::Low => InsightSensitivity::Low,
        Sensitivity::Medium => InsightSensitivity::Medium,
        Sensitivity::High => InsightSensitivity::High,
    }
}
