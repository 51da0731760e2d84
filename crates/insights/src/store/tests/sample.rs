//! Metrics, records and closings to try the store with.

use std::sync::Arc;

use cairn_anomaly::{Direction, Minute, Sensitivity};
use tempfile::TempDir;

use crate::attribution::{Attribute, Share};
use crate::insight::{Insight, State};
use crate::metric::{Kind, Metric, MetricId, Place};
use crate::store::{Count, CountedShare, Position, Record, Store};

/// 03:00 of a day in 2026.
pub(super) const NOW: u32 = 29_554_740;

pub(super) const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/data";

pub(super) async fn store() -> (TempDir, Arc<Store>) {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&directory.path().join("insights.sqlite3")).await.unwrap();
    (directory, Arc::new(store))
}

pub(super) fn minute(number: u32) -> Minute {
    Minute::new(number)
}

pub(super) fn at(closed: u32, position: u64) -> Position {
    Position { closed: minute(closed), resume: position, counted: position }
}

pub(super) fn place(trail: Option<&str>) -> Place {
    Place {
        account: "111122223333".parse().unwrap(),
        region: "eu-west-1".parse().unwrap(),
        trail: trail.map(Arc::from),
    }
}

pub(super) fn calls_of(name: &str) -> Metric {
    Metric { place: place(None), source: "ec2.amazonaws.com".into(), name: name.into(), kind: Kind::Calls }
}

pub(super) fn errors_of(name: &str, code: &str) -> Metric {
    Metric { kind: Kind::Errors(code.into()), ..calls_of(name) }
}

pub(super) fn data_calls_of(name: &str) -> Metric {
    Metric { place: place(Some(TRAIL)), ..calls_of(name) }
}

/// Enters metrics whose first calls are in minute [`NOW`].
pub(super) async fn identify<const N: usize>(store: &Store, metrics: [Metric; N]) -> [MetricId; N] {
    let metrics = metrics.map(|metric| (metric, minute(NOW)));
    store.identify(&metrics).await.unwrap().try_into().unwrap()
}

pub(super) fn count(metric: MetricId, at: u32, calls: u32) -> Count {
    Count { metric, minute: minute(at), calls }
}

pub(super) fn counted(metric: MetricId, at: u32, agent: &str, calls: u32) -> CountedShare {
    CountedShare { metric, minute: minute(at), attribute: Attribute::UserAgent, value: agent.into(), calls }
}

pub(super) fn share(agent: &str, calls: u64) -> Share {
    Share { attribute: Attribute::UserAgent, value: agent.into(), calls }
}

/// A record whose id tells what it is of.
pub(super) fn record(metric: (MetricId, &Metric), start: u32, state: State) -> Record {
    let shared_id = format!("{}-{start}", metric.0.0);
    Record {
        id: format!("{shared_id}-{state:?}").into(),
        shared_id: shared_id.as_str().into(),
        metric: metric.0,
        insight: Insight {
            metric: metric.1.clone(),
            sensitivity: Sensitivity::High,
            direction: Direction::Silence,
            state,
            start: minute(start),
            minutes: 5,
            calls: 17,
            shares: vec![share("it's \"quoted\" \u{0} \u{1F600}", 17)],
            baseline_minutes: 10_080,
            baseline_calls: u64::from(u32::MAX) * 3,
            baseline_shares: vec![
                Share {
                    attribute: Attribute::UserIdentityArn,
                    value: "arn:aws:iam::1:root".into(),
                    calls: 2,
                },
                share("null", 1),
            ],
        },
        imported: start.is_multiple_of(2),
        body: format!("{{\"eventID\":\"{shared_id}\"}}").into_bytes().into(),
    }
}
