//! ListInsightsMetricData: how many calls or errors there were, as insights count them.

use std::sync::Arc;

use cairn_anomaly::Minute;
use cairn_catalog::Snapshot;
use cairn_insights::store::{MetricDataQuery, PlaceFilter};
use cairn_insights::{Kind, Metric, Place};
use cairn_wire::Timestamp;
use cairn_wire::cloudtrail::{
    InsightType, InsightsMetricDataType, ListInsightsMetricDataRequest, ListInsightsMetricDataResponse,
};

use crate::control::Done;
use crate::insights::{
    DAY_MINUTES, DAYS, broken, instant, invalid, minute_from, selecting_trail, token_invalid,
};
use crate::page_token::Continued;
use crate::{Caller, Control, Refusal};

/// The most data points on a page, and how many there are when the caller does not say.
const PAGE_POINTS_MAX: u32 = 21_600;

/// The length of time that a data point sums up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Period {
    Minute,
    FiveMinutes,
    Hour,
}

/// Data points that are wanted: those that begin in these minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Points {
    period: Period,
    /// The first.
    from: Minute,
    /// They begin before this minute.
    until: Minute,
}

impl Control {
    /// Lists how many calls or errors of an action there were in each period: of the caller's account in the
    /// endpoint's Region, or of those data events of theirs that a trail selects.
    ///
    /// # Errors
    /// `InvalidParameterException` for whatever is wrong with the request; trails that can't be found, and those
    /// of an organization for its members.
    pub async fn list_insights_metric_data(
        &self,
        caller: &Caller,
        request: &ListInsightsMetricDataRequest,
    ) -> Result<Done<ListInsightsMetricDataResponse>, Refusal> {
        let metric = metric(&self.catalog.current(), caller, request)?;
        let page_points_max = page_points_max(request)?;
        let unpaged = ListInsightsMetricDataRequest { next_token: None, ..request.clone() };
        let continued = Continued::new(caller, "ListInsightsMetricData", &unpaged);
        let counted = self.insights.store().position().await.map_err(broken)?;
        let wanted = Points::of(request, self.clock.now())?.closed(counted.map(|counted| counted.closed));
        let wanted = wanted.since(self.first_of(&metric.place).await?);
        let wanted = match &request.next_token {
            None => wanted,
            Some(token) => {
                let place = self.tokens.read(&continued, token).ok();
                place.and_then(|place| wanted.rest(&place)).ok_or_else(token_invalid)?
            }
        };
        let counted = self.counted(&metric, wanted, page_points_max).await?;
        let fill = request.data_type == Some(InsightsMetricDataType::FillWithZeros);
        let points = if fill { wanted.filled(counted, page_points_max + 1) } else { counted };
        let (page, next) = page(points, page_points_max);
        let next_token = next.map(|from| self.tokens.make(&continued, &Points { from, ..wanted }.place()));
        Ok(Done::now(answer(request, &metric, page, next_token)))
    }

    /// Returns the minute of a place's first event.
    async fn first_of(&self, place: &Place) -> Result<Option<Minute>, Refusal> {
        let places = self.insights.store().places(&PlaceFilter::only(place)).await.map_err(broken)?;
        Ok(places.first().map(|(_, watched)| watched.first()))
    }

    /// Asks for what was counted; for one point more than the page has, to know whether there is another page.
    async fn counted(
        &self,
        metric: &Metric,
        wanted: Points,
        page_points_max: usize,
    ) -> Result<Vec<(Minute, u64)>, Refusal> {
        let store = self.insights.store();
        let Some(metric) = store.metric_id(metric).await.map_err(broken)? else { return Ok(Vec::new()) };
        let asked = MetricDataQuery {
            metric,
            from: wanted.from,
            to: wanted.ends(),
            period: wanted.period.minutes(),
            limit: u32::try_from(page_points_max + 1).unwrap_or(u32::MAX),
        };
        store.metric_data(&asked).await.map_err(broken)
    }
}

impl Period {
    fn of(seconds: Option<i32>) -> Result<Self, Refusal> {
        match seconds {
            Some(60) => Ok(Self::Minute),
            Some(300) => Ok(Self::FiveMinutes),
            None | Some(3_600) => Ok(Self::Hour),
            Some(_) => Err(invalid("Period must be 60, 300 or 3600 seconds.")),
        }
    }

    fn minutes(self) -> u32 {
        match self {
            Self::Minute => 1,
            Self::FiveMinutes => 5,
            Self::Hour => 60,
        }
    }

    /// How long its data points can be had.
    fn days(self) -> u32 {
        match self {
            Self::Minute => 15,
            Self::FiveMinutes => 63,
            Self::Hour => 90,
        }
    }
}

impl Points {
    /// Understands the times of a request: what is no longer to be had is left out, and what is yet to come.
    fn of(request: &ListInsightsMetricDataRequest, now: jiff::Timestamp) -> Result<Self, Refusal> {
        let period = Period::of(request.period)?;
        let time = |given: Option<Timestamp>| given.map(jiff::Timestamp::from);
        let (start, end) = (time(request.start_time), time(request.end_time));
        if let (Some(start), Some(end)) = (start, end)
            && start > end
        {
            return Err(invalid("The start time must not be later than the end time."));
        }
        let present = minute_from(now);
        let kept = |days| present.minus(days * DAY_MINUTES);
        let start = start.map_or(kept(DAYS), minute_from).max(kept(period.days()));
        let until = end.map_or(present, minute_from).min(present);
        let from = Minute::new(start.number().next_multiple_of(period.minutes()));
        Ok(Self { period, from, until })
    }

    /// Leaves out what is not counted yet, `closed` being the last minute that is.
    fn closed(self, closed: Option<Minute>) -> Self {
        let counted = closed.map_or(Minute::new(0), |closed| closed.plus(1));
        Self { until: self.until.min(counted), ..self }
    }

    /// Leaves out what is before a place's `first` event: nobody counted then, and a zero would say that nothing
    /// happened.
    fn since(self, first: Option<Minute>) -> Self {
        let begins = first.map_or(self.until, |first| first.minus(first.number() % self.period.minutes()));
        Self { from: self.from.max(begins), ..self }
    }

    /// Returns the minute that follows the last data point.
    fn ends(self) -> Minute {
        if self.from >= self.until {
            return self.from;
        }
        Minute::new(self.until.number().next_multiple_of(self.period.minutes()))
    }

    /// Returns what is left of them behind a page.
    fn rest(self, place: &[u8]) -> Option<Self> {
        let (from, until) = place.split_first_chunk::<4>()?;
        let [from, until] =
            [*from, until.try_into().ok()?].map(|bytes| Minute::new(u32::from_le_bytes(bytes)));
        Some(Self { from, until, ..self })
    }

    /// Says where a page begins and where the last ends: what is counted meanwhile is for another request.
    fn place(self) -> Vec<u8> {
        [self.from, self.until].map(|minute| minute.number().to_le_bytes()).concat()
    }

    /// Puts a zero where nothing was counted; so many points at most.
    fn filled(self, counted: Vec<(Minute, u64)>, points_max: usize) -> Vec<(Minute, u64)> {
        let mut counted = counted.into_iter().peekable();
        let step = usize::try_from(self.period.minutes()).unwrap_or(1);
        let minutes = (self.from.number()..self.until.number()).step_by(step).map(Minute::new);
        let mut calls = |minute| counted.next_if(|(at, _)| *at == minute).map_or(0, |(_, calls)| calls);
        minutes.take(points_max).map(|minute| (minute, calls(minute))).collect()
    }
}

/// Tells which counts are asked for.
fn metric(
    snapshot: &Snapshot,
    caller: &Caller,
    request: &ListInsightsMetricDataRequest,
) -> Result<Metric, Refusal> {
    let kind = match (request.insight_type, request.error_code.as_deref()) {
        (InsightType::ApiCallRateInsight, None) => Kind::Calls,
        (InsightType::ApiErrorRateInsight, Some(code)) if !code.is_empty() => Kind::Errors(Arc::from(code)),
        (InsightType::ApiCallRateInsight, Some(_)) => {
            return Err(invalid("ErrorCode goes with ApiErrorRateInsight, not with ApiCallRateInsight."));
        }
        (InsightType::ApiErrorRateInsight, Some(_) | None) => {
            return Err(invalid("ApiErrorRateInsight needs an ErrorCode, such as AccessDenied."));
        }
    };
    let trail =
        request.trail_name.as_deref().map(|name| selecting_trail(snapshot, caller, name)).transpose()?;
    let trail = trail.map(|trail| Arc::from(trail.arn.as_str()));
    Ok(Metric {
        place: Place { account: caller.account, region: caller.region.clone(), trail },
        source: Arc::from(request.event_source.as_str()),
        name: Arc::from(request.event_name.as_str()),
        kind,
    })
}

fn page_points_max(request: &ListInsightsMetricDataRequest) -> Result<usize, Refusal> {
    let asked = request.max_results.map_or(Some(PAGE_POINTS_MAX), |asked| u32::try_from(asked).ok());
    let asked = asked.filter(|points| (1..=PAGE_POINTS_MAX).contains(points));
    let points = asked.ok_or_else(|| invalid("MaxResults must be between 1 and 21600."))?;
    Ok(usize::try_from(points).unwrap_or(usize::MAX))
}

/// Cuts a page off, and tells the minute that the next begins with.
fn page(mut points: Vec<(Minute, u64)>, points_max: usize) -> (Vec<(Minute, u64)>, Option<Minute>) {
    let next = points.get(points_max).map(|(minute, _)| *minute);
    points.truncate(points_max);
    (points, next)
}

#[expect(clippy::cast_precision_loss, reason = "the answer has floats; counts are far below 2^53")]
fn answer(
    request: &ListInsightsMetricDataRequest,
    metric: &Metric,
    page: Vec<(Minute, u64)>,
    next_token: Option<String>,
) -> ListInsightsMetricDataResponse {
    ListInsightsMetricDataResponse {
        trail_arn: metric.place.trail.as_deref().map(str::to_owned),
        event_source: Some(request.event_source.clone()),
        event_name: Some(request.event_name.clone()),
        insight_type: Some(request.insight_type),
        error_code: request.error_code.clone(),
        timestamps: Some(page.iter().map(|(minute, _)| Timestamp::from(instant(*minute))).collect()),
        values: Some(page.iter().map(|(_, calls)| *calls as f64).collect()),
        next_token,
    }
}

#[cfg(test)]
mod tests;
