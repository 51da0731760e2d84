//! The aggregated event as it is written: a schema of its own, version 1.0, with `eventId` and `accountId`
//! where other events have `eventID` and `recipientAccountId`.

use std::collections::BTreeMap;
use std::io;

use aws_lc_rs::digest::{Context, SHA256};
use cairn_catalog::TrailId;
use cairn_event::derived_id;
use jiff::Timestamp;
use serde::Serialize;

use crate::aggregate::{Group, GroupKey};
use crate::dimension::Dimension;

/// The most bytes of names that one detail lists; five details stay within an event's 256 KB.
const DETAIL_BYTES_MAX: usize = 40_000;

/// What names beyond a detail's room are counted under together.
const REST: &str = "(other)";

/// A stretch of received time, milliseconds since the epoch; the end is not part of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AggregatedEvent<'a> {
    event_version: &'static str,
    account_id: &'a str,
    event_id: String,
    event_category: &'static str,
    event_type: &'static str,
    aws_region: &'a str,
    event_source: &'a str,
    time_window: TimeWindow,
    summary: Summary<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TimeWindow {
    window_start: String,
    window_end: String,
    window_size: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
    primary_dimension: Counts<'a>,
    details: Vec<Counts<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts<'a> {
    dimension: &'static str,
    statistics: Vec<Statistic<'a>>,
    aggregation_type: &'static str,
}

#[derive(Serialize)]
struct Statistic<'a> {
    name: &'a str,
    value: u64,
}

/// Renders one aggregated event on one line.
///
/// # Errors
/// None that a group can cause.
pub(crate) fn render(trail: &TrailId, window: Window, key: &GroupKey, group: &Group) -> io::Result<Vec<u8>> {
    let primary = vec![Statistic { name: &key.primary, value: group.count }];
    let event = AggregatedEvent {
        event_version: "1.0",
        account_id: key.account.as_str(),
        event_id: event_id(trail, window, key, group),
        event_category: "Aggregated",
        event_type: "AwsAggregatedEvent",
        aws_region: key.region.as_str(),
        event_source: &key.event_source,
        time_window: TimeWindow {
            window_start: instant(window.start_ms),
            window_end: instant(window.end_ms),
            window_size: duration(window.end_ms - window.start_ms),
        },
        summary: Summary {
            primary_dimension: counts(Dimension::primary(key.template), primary),
            details: group.details.iter().map(|(detail, names)| counts(*detail, most(names))).collect(),
        },
    };
    serde_json::to_vec(&event).map_err(io::Error::other)
}

fn counts(dimension: Dimension, statistics: Vec<Statistic<'_>>) -> Counts<'_> {
    Counts { dimension: dimension.as_str(), statistics, aggregation_type: "Count" }
}

/// Lists names by their counts, the greatest first; those without room are added up.
fn most(names: &BTreeMap<String, u64>) -> Vec<Statistic<'_>> {
    let mut all: Vec<(&String, &u64)> = names.iter().collect();
    all.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let mut bytes = 0;
    let (mut listed, mut rest) = (Vec::new(), 0);
    for (name, value) in all {
        bytes += name.len() + STATISTIC_BYTES;
        if bytes <= DETAIL_BYTES_MAX {
            listed.push(Statistic { name, value: *value });
        } else {
            rest += value;
        }
    }
    if rest > 0 {
        listed.push(Statistic { name: REST, value: rest });
    }
    listed
}

/// What a statistic takes beside its name: `{"name":"","value":18446744073709551615},`.
const STATISTIC_BYTES: usize = 42;

/// Derives the id from what the event is about, so that writing it again gives the same one.
fn event_id(trail: &TrailId, window: Window, key: &GroupKey, group: &Group) -> String {
    let mut hash = Context::new(&SHA256);
    let (created, end, first) =
        (trail.created.to_string(), window.end_ms.to_string(), group.positions.0.to_string());
    let template = Dimension::primary(key.template).as_str();
    let (account, region) = (key.account.as_str(), key.region.as_str());
    for part in [
        &trail.arn,
        created.as_str(),
        &end,
        &first,
        account,
        region,
        template,
        &key.event_source,
        &key.primary,
    ] {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    derived_id(hash.finish().as_ref())
}

fn instant(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX).to_string()
}

/// Renders a length as ISO 8601 does: `PT5M`, `PT90S`.
fn duration(ms: i64) -> String {
    match (ms % 60_000, ms % 1_000) {
        (0, _) => format!("PT{}M", ms / 60_000),
        (_, 0) => format!("PT{}S", ms / 1_000),
        (_, rest) => format!("PT{}.{rest:03}S", ms / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_told_in_iso_8601() {
        for (ms, text) in [(300_000, "PT5M"), (3_600_000, "PT60M"), (90_000, "PT90S"), (1_500, "PT1.500S")] {
            assert_eq!(duration(ms), text);
        }
        assert_eq!(instant(1_772_439_000_000), "2026-03-02T08:10:00Z");
    }

    #[test]
    fn a_detail_lists_the_greatest_and_adds_the_rest_up() {
        let names: BTreeMap<String, u64> = (0..500_u64).map(|at| (format!("{at:0>100}"), at + 1)).collect();
        let listed = most(&names);
        assert_eq!(listed.iter().map(|one| one.value).sum::<u64>(), names.values().sum::<u64>());
        assert_eq!((listed[0].value, listed.last().map(|last| last.name)), (500, Some(REST)));
        let text = serde_json::to_string(&listed).unwrap();
        assert!((30_000..DETAIL_BYTES_MAX + 100).contains(&text.len()), "{}", text.len());
    }
}
