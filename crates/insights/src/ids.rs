//! The ids of Insights events, derived from what they are about: making an event again gives the same ones.

use aws_lc_rs::digest::{Context, SHA256};
use cairn_anomaly::{Minute, Sensitivity};
use cairn_event::derived_id;

use crate::insight::State;
use crate::metric::{Kind, Metric};

/// Returns the `eventID` of one end of something unusual.
pub fn event_id(metric: &Metric, sensitivity: Sensitivity, start: Minute, state: State) -> String {
    let state = match state {
        State::Start => "Start",
        State::End => "End",
    };
    id(metric, sensitivity, start, state)
}

/// Returns the `sharedEventID` of both ends.
pub fn shared_event_id(metric: &Metric, sensitivity: Sensitivity, start: Minute) -> String {
    id(metric, sensitivity, start, "")
}

fn id(metric: &Metric, sensitivity: Sensitivity, start: Minute, state: &str) -> String {
    let mut hash = Context::new(&SHA256);
    // Each part goes in behind its length, so that no two metrics run together.
    let mut part = |text: &str| {
        hash.update(&(text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    };
    let (kind, code) = match &metric.kind {
        Kind::Calls => ("calls", ""),
        Kind::Errors(code) => ("errors", code.as_ref()),
    };
    part("cairn insight 1");
    part(metric.place.account.as_str());
    part(metric.place.region.as_str());
    part(metric.place.trail.as_deref().unwrap_or_default());
    part(&metric.source);
    part(&metric.name);
    part(kind);
    part(code);
    part(match sensitivity {
        Sensitivity::Low => "low",
        Sensitivity::Medium => "medium",
        Sensitivity::High => "high",
    });
    part(&start.number().to_string());
    part(state);
    derived_id(hash.finish().as_ref())
}

/// Returns an id of a text.
pub(crate) fn digest(text: &str) -> String {
    let mut hash = Context::new(&SHA256);
    hash.update(text.as_bytes());
    derived_id(hash.finish().as_ref())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::metric::Place;

    fn metric(source: &str, name: &str, kind: Kind, trail: Option<&str>) -> Metric {
        let place = Place {
            account: "111122223333".parse().unwrap(),
            region: "us-east-1".parse().unwrap(),
            trail: trail.map(Arc::from),
        };
        Metric { place, source: source.into(), name: name.into(), kind }
    }

    #[test]
    fn what_differs_in_anything_has_another_id() {
        let all = [
            metric("ec2", "CreateTags", Kind::Calls, None),
            metric("ec2C", "reateTags", Kind::Calls, None),
            metric("ec2", "CreateTags", Kind::Errors("".into()), None),
            metric("ec2", "CreateTags", Kind::Errors("AccessDenied".into()), None),
            metric("ec2", "CreateTags", Kind::Calls, Some("arn")),
        ];
        let mut ids = Vec::new();
        for metric in &all {
            for sensitivity in Sensitivity::ALL {
                for start in [Minute::new(1), Minute::new(2)] {
                    ids.push(shared_event_id(metric, sensitivity, start));
                    ids.push(event_id(metric, sensitivity, start, State::Start));
                    ids.push(event_id(metric, sensitivity, start, State::End));
                }
            }
        }
        let made = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), made);
    }

    #[test]
    fn ids_stay_what_they_are() {
        // A changed id would tell again what was told before.
        let metric = metric("ec2.amazonaws.com", "CreateTags", Kind::Calls, None);
        let start = Minute::new(29_540_404);
        let ids = [
            shared_event_id(&metric, Sensitivity::Medium, start),
            event_id(&metric, Sensitivity::Medium, start, State::Start),
            event_id(&metric, Sensitivity::Medium, start, State::End),
        ];
        let expected = [
            "9b99ed03-12c1-8576-b24a-a3b14495e995",
            "efad6c55-de55-8fdc-9201-6da42719d363",
            "adb3bfec-36e7-8840-9286-7b390c1e31aa",
        ];
        assert_eq!(ids, expected);
    }
}
