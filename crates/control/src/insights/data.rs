//! ListInsightsData: the Insights events of the data events that a trail selects.

use std::sync::Arc;

use cairn_anomaly::Minute;
use cairn_catalog::{LiveTrail, Snapshot};
use cairn_insights::store::{Record, RecordQuery};
use cairn_wire::Timestamp;
use cairn_wire::cloudtrail::{
    Event as Shape, ListInsightsDataDimensionKey, ListInsightsDataRequest, ListInsightsDataResponse,
};

use crate::control::Done;
use crate::insights::{
    DAY_MINUTES, DAYS, broken, instant, invalid, minute_from, selecting_trail, token_invalid,
};
use crate::page_token::Continued;
use crate::{Caller, Control, Refusal};

/// The most events on a page, and how many there are when the caller does not say.
const PAGE_EVENTS_MAX: usize = 50;

/// What insights are narrowed to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    by: Option<(ListInsightsDataDimensionKey, String)>,
    /// The first and the last minute, both included.
    from: Minute,
    to: Minute,
    page_events_max: usize,
}

/// Where a page ends: the time and the number of its last event.
struct Place(Minute, u64);

impl Control {
    /// Lists the Insights events of those data events of the caller's account and the endpoint's Region that a trail
    /// selects, newest first.
    ///
    /// # Errors
    /// `InvalidParameterException` for whatever is wrong with the request; trails that can't be found, and those
    /// of an organization for its members.
    pub async fn list_insights_data(
        &self,
        caller: &Caller,
        request: &ListInsightsDataRequest,
    ) -> Result<Done<ListInsightsDataResponse>, Refusal> {
        let snapshot = self.catalog.current();
        let trail = source(&snapshot, caller, &request.insight_source)?;
        let wanted = Wanted::of(request, self.clock.now())?;
        let unpaged = ListInsightsDataRequest { next_token: None, ..request.clone() };
        let continued = Continued::new(caller, "ListInsightsData", &unpaged);
        let after = match &request.next_token {
            None => None,
            Some(token) => {
                let place = self.tokens.read(&continued, token).ok().and_then(|place| Place::read(&place));
                Some(place.ok_or_else(token_invalid)?)
            }
        };
        let asked = wanted.query(caller, &trail.arn, after);
        let found = self.insights.store().data_records(&asked).await;
        let mut found = found.map_err(broken)?;
        let more = found.len() > wanted.page_events_max;
        found.truncate(wanted.page_events_max);
        let last = found.last().filter(|_| more).map(|last| Place(last.record.at(), last.sequence));
        Ok(Done::now(ListInsightsDataResponse {
            events: Some(found.iter().map(|found| shape(&found.record)).collect()),
            next_token: last.map(|last| self.tokens.make(&continued, &last.write())),
        }))
    }
}

impl Wanted {
    fn of(request: &ListInsightsDataRequest, now: jiff::Timestamp) -> Result<Self, Refusal> {
        let time = |given: Option<Timestamp>| given.map(jiff::Timestamp::from);
        let (start, end) = (time(request.start_time), time(request.end_time));
        if let (Some(start), Some(end)) = (start, end)
            && start > end
        {
            return Err(invalid("The start time must not be later than the end time."));
        }
        let present = minute_from(now);
        let kept = present.minus(DAYS * DAY_MINUTES);
        let from = start.map_or(kept, minute_from).max(kept);
        let page_events_max = match request.max_results.map(usize::try_from) {
            None => PAGE_EVENTS_MAX,
            Some(Ok(events @ 1..=PAGE_EVENTS_MAX)) => events,
            Some(Ok(_) | Err(_)) => return Err(invalid("MaxResults must be between 1 and 50.")),
        };
        let mut dimensions = request.dimensions.iter().flatten();
        let by = dimensions.next().map(|(key, value)| (*key, value.clone()));
        if dimensions.next().is_some() {
            return Err(invalid("You can specify at most one dimension."));
        }
        // Event times are of whole minutes.
        let to = end.map_or(present, |end| Minute::of_epoch_seconds(end.as_second()));
        Ok(Self { by, from, to, page_events_max })
    }

    /// Asks for one event more than the page has, to know whether there is another page.
    fn query(&self, caller: &Caller, trail: &str, after: Option<Place>) -> RecordQuery {
        let by = |key| {
            let value = self.by.as_ref().filter(|(dimension, _)| *dimension == key);
            value.map(|(_, value)| Arc::from(value.as_str()))
        };
        RecordQuery {
            trail: Arc::from(trail),
            account: caller.account,
            region: caller.region.clone(),
            between: (self.from, self.to),
            id: by(ListInsightsDataDimensionKey::EventId),
            name: by(ListInsightsDataDimensionKey::EventName),
            source: by(ListInsightsDataDimensionKey::EventSource),
            after: after.map(|Place(minute, sequence)| (minute, sequence)),
            limit: u32::try_from(self.page_events_max + 1).unwrap_or(u32::MAX),
        }
    }
}

impl Place {
    fn write(&self) -> Vec<u8> {
        [self.0.number().to_le_bytes().as_slice(), &self.1.to_le_bytes()].concat()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (minute, sequence) = bytes.split_first_chunk()?;
        let sequence = u64::from_le_bytes(sequence.try_into().ok()?);
        Some(Self(Minute::new(u32::from_le_bytes(*minute)), sequence))
    }
}

/// Shows an Insights event as LookupEvents does.
fn shape(record: &Record) -> Shape {
    let metric = &record.insight.metric;
    Shape {
        event_id: Some(record.id.to_string()),
        event_name: Some(metric.name.to_string()),
        read_only: None,
        access_key_id: None,
        event_time: Some(Timestamp::from(instant(record.at()))),
        event_source: Some(metric.source.to_string()),
        username: None,
        resources: Some(Vec::new()),
        cloud_trail_event: Some(String::from_utf8_lossy(&record.body).into_owned()),
    }
}

/// Finds the trail whose insights are listed.
fn source<'s>(snapshot: &'s Snapshot, caller: &Caller, arn: &str) -> Result<&'s LiveTrail, Refusal> {
    let resource = cairn_event::Arn::parse(arn).map(|arn| arn.resource);
    match resource {
        Ok(resource) if resource.starts_with("eventdatastore/") => Err(Refusal::StoresUnavailable),
        Ok(_) => selecting_trail(snapshot, caller, arn),
        Err(_malformed) => Err(invalid("InsightSource must be the ARN of a trail.")),
    }
}
