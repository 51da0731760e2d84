//! What an insight was about: its events, whoever gets them, and the counts before, in and after it.

use cairn_anomaly::{Direction, Minute, Sensitivity};
use cairn_catalog::Snapshot;
use cairn_event::EventView;
use cairn_insights::store::{Gap, PlaceFilter, Record, StoreError, StoredRecord};
use cairn_insights::{State, Watched};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::insights::{DAY_MINUTES, broken, instant, may_be_told};
use crate::{Caller, Control, Refusal};

/// How many minutes before an insight are shown: those that its baseline is of.
const BEFORE_MINUTES: u32 = 7 * DAY_MINUTES;

/// How many minutes after its end are shown.
const AFTER_MINUTES: u32 = 60;

/// The most minutes that are shown from the start of an insight on. It ends after a day at the latest.
const MINUTES_MAX: u32 = 2 * DAY_MINUTES;

/// What an insight was about. Members are as they are sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InsightExplanation {
    /// What both its events share.
    pub shared_event_id: String,
    /// `surge` or `silence`.
    pub direction: &'static str,
    /// At which sensitivity it is unusual.
    pub sensitivity: &'static str,
    /// The ARN of the trail that selects the data events.
    pub trail: Option<String>,
    /// The event of its beginning.
    pub start: Box<RawValue>,
    /// That of its end, unless it goes on.
    pub end: Option<Box<RawValue>>,
    /// Whether it was found in imported logs.
    pub imported: bool,
    /// ARNs of the trails that it would be given to now; what was found in imported logs goes to none.
    pub trails: Vec<String>,
    /// What was counted.
    pub series: CountedSeries,
}

/// Calls, or errors, by the minute.
#[derive(Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct CountedSeries {
    /// The first minute.
    pub from: String,
    /// How many minutes there are.
    pub minutes: u32,
    /// Minutes, counted from the first, with their calls; those without any are left out.
    pub calls: Vec<(u32, u32)>,
    /// Minutes between which no server watched and of which no log file tells, the second no longer among them.
    pub unobserved: Vec<(u32, u32)>,
}

/// Both ends of an insight, the second unless it goes on.
struct Ends {
    start: Record,
    end: Option<Record>,
}

impl Control {
    /// Explains an insight of the caller's account in the endpoint's Region, by an `eventID` of it or its
    /// `sharedEventID`.
    ///
    /// # Errors
    /// The text is no id; there is no such insight; it is for the owner of a trail alone.
    pub async fn explain_insight(&self, caller: &Caller, id: &str) -> Result<InsightExplanation, Refusal> {
        if !is_id(id) {
            return Err(Refusal::InsightsParameterInvalid(
                "An insight is named by the id of an event.".to_owned(),
            ));
        }
        let unknown = || Refusal::InsightUnknown {
            id: id.to_owned(),
            account: caller.account,
            region: caller.region.clone(),
        };
        let ends = self.ends_of(id).await.map_err(broken)?.ok_or_else(unknown)?;
        let place = &ends.start.insight.metric.place;
        if place.account != caller.account || place.region != caller.region {
            return Err(unknown());
        }
        let snapshot = self.catalog.current();
        if let Some(trail) = &place.trail {
            may_be_told(&snapshot, caller, trail)?;
        }
        let series = self.series_around(&ends).await.map_err(broken)?;
        let raw = |record: &Record| {
            serde_json::from_slice(&record.body).map_err(|error| Refusal::Internal(Box::new(error)))
        };
        Ok(InsightExplanation {
            shared_event_id: ends.start.shared_id.to_string(),
            direction: direction_word(ends.start.insight.direction),
            sensitivity: sensitivity_word(ends.start.insight.sensitivity),
            trail: place.trail.as_deref().map(str::to_owned),
            start: raw(&ends.start)?,
            end: ends.end.as_ref().map(raw).transpose()?,
            imported: ends.start.imported,
            trails: trails(&snapshot, &ends.start),
            series,
        })
    }

    async fn ends_of(&self, id: &str) -> Result<Option<Ends>, StoreError> {
        let store = self.insights.store();
        let mut found = store.records_sharing(id).await?;
        if found.is_empty()
            && let Some(one) = store.record(id).await?
        {
            found = store.records_sharing(&one.record.shared_id).await?;
        }
        let (mut start, mut end) = (None, None);
        for StoredRecord { record, .. } in found {
            match record.insight.state {
                State::Start => start = Some(record),
                State::End => end = Some(record),
            }
        }
        Ok(start.map(|start| Ends { start, end }))
    }

    async fn series_around(&self, ends: &Ends) -> Result<CountedSeries, StoreError> {
        let store = self.insights.store();
        let start = ends.start.insight.start;
        let closed = store.position().await?.map_or(start, |position| position.closed.plus(1));
        let end = ends.end.as_ref().map_or(closed, |end| end.at().plus(AFTER_MINUTES));
        let to = end.min(closed).min(start.plus(MINUTES_MAX)).max(start);
        let places = store.places(&PlaceFilter::only(&ends.start.insight.metric.place)).await?;
        let watched = places.first().map(|(_, watched)| watched);
        let since = watched.map_or(start, Watched::since);
        let from = start.minus(BEFORE_MINUTES).max(since).min(start);
        let points = store.points(ends.start.metric, from, to).await?;
        let mut gaps = store.gaps(from, to).await?;
        // Of what was before Cairn listened, only those minutes are known of which files tell.
        gaps.extend(watched.map_or_else(Vec::new, |watched| watched.gaps(watched.live)));
        gaps.retain(|gap| gap.from < to && from < gap.to);
        gaps.sort_unstable();
        Ok(CountedSeries::of((from, to), &points, &gaps))
    }
}

impl CountedSeries {
    fn of((from, to): (Minute, Minute), points: &[(Minute, u32)], gaps: &[Gap]) -> Self {
        let place = |minute: Minute| minute.clamp(from, to).since(from);
        Self {
            from: instant(from).to_string(),
            minutes: to.since(from),
            calls: points.iter().map(|(minute, calls)| (place(*minute), *calls)).collect(),
            unobserved: gaps.iter().map(|gap| (place(gap.from), place(gap.to))).collect(),
        }
    }
}

/// Lists the trails that an insight would be given to now.
fn trails(snapshot: &Snapshot, start: &Record) -> Vec<String> {
    let Ok(event) = EventView::parse(&start.body) else { return Vec::new() };
    let place = &start.insight.metric.place;
    let trails = snapshot.route(&event, place.account, &place.region, start.origin());
    trails.map(|trail| trail.arn.clone()).collect()
}

pub(super) fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Surge => "surge",
        Direction::Silence => "silence",
    }
}

pub(super) fn sensitivity_word(sensitivity: Sensitivity) -> &'static str {
    match sensitivity {
        Sensitivity::Low => "low",
        Sensitivity::Medium => "medium",
        Sensitivity::High => "high",
    }
}

/// Tells whether a text can be the id of an event: a UUID in lower case.
fn is_id(text: &str) -> bool {
    let digits = |part: &str, count: usize| {
        part.len() == count && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let mut parts = text.split('-');
    [8, 4, 4, 4, 12].into_iter().all(|count| parts.next().is_some_and(|part| digits(part, count)))
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_events() {
        assert!(is_id("c9d1f3a0-0000-4000-8000-000000000010"));
        for text in ["", "x", "C9D1F3A0-0000-4000-8000-000000000010", "c9d1f3a0-0000-4000-8000-000000000010-"]
        {
            assert!(!is_id(text), "{text}");
        }
    }

    #[test]
    fn a_series_counts_from_its_first_minute() {
        let minute = Minute::new;
        let gaps = [Gap { from: minute(90), to: minute(102) }, Gap { from: minute(108), to: minute(200) }];
        let series = CountedSeries::of((minute(100), minute(110)), &[(minute(103), 7)], &gaps);
        assert_eq!((series.from.as_str(), series.minutes), ("1970-01-01T01:40:00Z", 10));
        assert_eq!((series.calls, series.unobserved), (vec![(3, 7)], vec![(0, 2), (8, 10)]));
    }
}
