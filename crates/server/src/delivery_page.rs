//! `GET /_cairn/delivery`: how the trails fare that the caller sees in a Region.
//!
//! Signed for service `cloudtrail`, permitted as DescribeTrails is, and recorded as `GetDeliveryHealth`. A trail is
//! told of if GetTrailStatus is permitted on it. Told are the deliveries of the caller's account in the endpoint's
//! Region, as GetTrailStatus does; how far a trail is behind is one figure of all that it covers. Of an organization's
//! trail a member sees what concerns its own account.

mod day;

use std::sync::Arc;

use cairn_catalog::{Catalog, DONE, DeliveryStatus, LiveTrail, ReceiptQuery, StoreError, TrailId};
use cairn_control::{Caller, trails_here};
use cairn_delivery::{DigestCountError, cursor_name, digests_by_hour};
use cairn_tlog::{LogSummary, Tlog};
use cairn_wire::{Operation, json11};
use hyper::body::Incoming;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use self::day::{Day, HOURS};
use crate::answer::Answered;
use crate::page::{Asked, Page, Refused};
use crate::serve::{Arrival, Front};

/// The page's path.
pub(crate) const HEALTH: &str = "/_cairn/delivery";

const PAGE: Page = Page::bodiless("GetDeliveryHealth");

/// The most receipts that are read of a trail. More files a day are counted up to here.
const RECEIPTS_MAX: usize = 100_000;

/// How many receipts too many may be read, looking for the first of a day.
const NEAR: u64 = 500;

/// Members are as they are sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TrailHealth {
    #[serde(rename = "TrailARN")]
    trail_arn: String,
    name: String,
    is_logging: bool,
    lag_seconds: i64,
    behind: u64,
    window_seconds: u64,
    last_day: Day,
    destinations: Vec<Place>,
}

/// A place that a trail tells.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Place {
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_success: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_attempt: Option<String>,
}

/// What delivery did can't be told.
#[derive(Debug, thiserror::Error)]
enum HealthError {
    #[error("read what was delivered: {0}")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Digests(#[from] DigestCountError),
    #[error("read the transparency logs: {0}")]
    Tlog(#[from] cairn_tlog::StateError),
}

impl Front {
    /// Tells how the caller's trails fare.
    pub(crate) async fn tell_delivery(&self, arrival: &Arrival, body: Incoming) -> Answered {
        self.page(&PAGE, (arrival, body), async |asked| self.delivery_health(asked).await).await
    }

    async fn delivery_health(&self, asked: &Asked<'_>) -> Result<Vec<u8>, Refused> {
        let caller = self.caller_of_cloudtrail(asked.arrival, &asked.who);
        self.allow(Operation::DescribeTrails.name(), &Value::Null, &caller)?;
        let mut trails = Vec::new();
        for trail in trails_here(&asked.snapshot, &caller) {
            if self.allow(Operation::GetTrailStatus.name(), &json!({ "Name": trail.arn }), &caller).is_err() {
                continue;
            }
            let told = self.health(trail, &caller, asked.at).await;
            trails.push(told.map_err(|error| {
                tracing::error!(trail = %trail.arn, error = &error as &dyn std::error::Error, "delivery not told");
                Refused::internal()
            })?);
        }
        Ok(json11::success_body(&json!({ "Trails": trails })))
    }

    async fn health(
        &self,
        trail: &LiveTrail,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<TrailHealth, HealthError> {
        let (behind, waits_since) = self.lag(trail.id()).await?;
        let tlog = self.tlog.as_deref().filter(|_| trail.log_file_validation);
        Ok(TrailHealth {
            trail_arn: trail.arn.clone(),
            name: trail.name.clone(),
            is_logging: trail.logging,
            lag_seconds: waits_since.map_or(0, |since| (now.as_second() - since.as_second()).max(0)),
            behind,
            window_seconds: self.probes.delivery_window.as_secs(),
            last_day: last_day(&self.catalog, trail.id(), caller, now).await?,
            destinations: places(&*self.catalog, tlog, trail, caller).await?,
        })
    }

    /// Tells how many records of the journal are not read yet for a trail, and since when something waits.
    async fn lag(&self, trail: &TrailId) -> Result<(u64, Option<Timestamp>), StoreError> {
        let tail = self.source.tail();
        if let Some(lag) = self.probes.lags.of(trail) {
            let Some(owed_from) = lag.owed_from else {
                return Ok((tail.saturating_sub(lag.next), lag.waits_since));
            };
            let owed_since = self.received(owed_from).await;
            return Ok((tail.saturating_sub(lag.next.min(owed_from)), owed_since.or(lag.waits_since)));
        }
        // Delivery has not begun since the start, or cannot.
        let cursor = self.catalog.cursor(&cursor_name(trail)).await?;
        Ok((cursor.filter(|cursor| *cursor != DONE).map_or(0, |cursor| tail.saturating_sub(cursor)), None))
    }

    /// Says when an event of the journal was received; none where it is not there any more.
    async fn received(&self, position: u64) -> Option<Timestamp> {
        let batch = self.source.read(position, 1).await.inspect_err(|error| {
            tracing::debug!(error = error as &dyn std::error::Error, "an event that is owed was not read");
        });
        let first = batch.ok().flatten()?.first()?.entry.received_ms;
        Timestamp::from_millisecond(first).ok()
    }
}

/// Counts what was delivered of the caller's in the last hours.
async fn last_day(
    catalog: &Arc<dyn Catalog>,
    trail: &TrailId,
    caller: &Caller,
    now: Timestamp,
) -> Result<Day, HealthError> {
    let mut day = Day::until(now);
    let query = ReceiptQuery {
        account: Some(caller.account),
        region: Some(caller.region.clone()),
        delivered_from: Some(day.begins()),
        ..ReceiptQuery::of(trail.clone())
    };
    let mut after = older(&**catalog, &query, day.begins()).await?;
    for _page in 0..RECEIPTS_MAX.div_ceil(ReceiptQuery::PAGE_MAX as usize) {
        let page = catalog.receipts(&ReceiptQuery { after: Some(after), ..query.clone() }).await?;
        for delivered in &page {
            day.count_file(delivered.at, delivered.receipt.bytes, delivered.receipt.events);
        }
        match page.last() {
            Some(last) if page.len() == ReceiptQuery::PAGE_MAX as usize => after = last.number,
            Some(_) | None => break,
        }
    }
    let digests = digests_by_hour(&**catalog, trail, (caller.account, &caller.region)).await?;
    for (hour, digests) in digests {
        day.count_digests(hour, digests);
    }
    debug_assert_eq!(day.hours().len(), HOURS, "a day has its hours");
    Ok(day)
}

/// Finds a number of the ledger at or shortly before which receipts are older than an instant: numbers rise with
/// time, and a ledger of years must not be read for a day of it.
async fn older(catalog: &dyn Catalog, query: &ReceiptQuery, instant: Timestamp) -> Result<u64, StoreError> {
    let (mut older, mut newer) = (0, catalog.last_receipt().await?);
    while newer.saturating_sub(older) > NEAR {
        let middle = older + (newer - older) / 2;
        let asked = ReceiptQuery { after: Some(middle), delivered_from: None, limit: 1, ..query.clone() };
        match catalog.receipts(&asked).await?.first() {
            Some(found) if found.at < instant => older = found.number,
            Some(_) | None => newer = middle,
        }
    }
    Ok(older)
}

/// Lists the places that a trail tells, and how that goes.
async fn places(
    catalog: &dyn Catalog,
    tlog: Option<&Tlog>,
    trail: &LiveTrail,
    caller: &Caller,
) -> Result<Vec<Place>, HealthError> {
    let status = catalog.status(trail.id(), (caller.account, &caller.region)).await?;
    let bucket = match &trail.s3_prefix {
        Some(prefix) => format!("{}/{prefix}", trail.s3_bucket),
        None => trail.s3_bucket.clone(),
    };
    let digests = trail.log_file_validation.then(|| bucket.clone());
    let mut places: Vec<Place> = [
        ("S3", Some(bucket), status.log_files),
        ("Digest", digests, status.digests),
        ("SNS", trail.sns_topic_arn(), status.notifications),
        ("CloudWatchLogs", trail.cw_logs_group.clone(), status.cloudwatch_logs),
    ]
    .into_iter()
    .filter_map(|(kind, name, status)| Some(place(kind, name?, status)))
    .collect();
    if let Some(tlog) = tlog {
        places.extend(newest(tlog.logs(trail).await?));
    }
    Ok(places)
}

/// Tells the log that takes events now. One that another one follows is history, and so is one that ended because the
/// trail moved: the next begins with the next event.
fn newest(mut logs: Vec<LogSummary>) -> Option<Place> {
    let log = logs.pop()?;
    let error = log.ended.filter(|ended| *ended != cairn_tlog::Ended::Moved).map(why_ended);
    Some(Place { kind: "TransparencyLog", name: log.origin, error, ..Place::default() })
}

fn place(kind: &'static str, name: String, status: DeliveryStatus) -> Place {
    let [last_success, last_attempt] = [status.succeeded_at, status.attempted_at].map(|at| at.map(instant));
    Place { kind, name, last_success, error: status.error, last_attempt }
}

/// Writes an instant to the second.
fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Names the reason why a transparency log takes no more events.
fn why_ended(ended: cairn_tlog::Ended) -> String {
    match ended {
        cairn_tlog::Ended::Moved => "Moved",
        cairn_tlog::Ended::Interrupted => "Interrupted",
        cairn_tlog::Ended::Obstructed => "Obstructed",
        cairn_tlog::Ended::Forked => "Forked",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use cairn_tlog::Ended;

    use super::*;

    #[test]
    fn only_the_newest_log_is_told_and_a_move_needs_nobody() {
        let log = |origin: &str, ended| LogSummary {
            trail: String::new(),
            origin: origin.to_owned(),
            public_key: String::new(),
            bucket: String::new(),
            folder: String::new(),
            size: 1,
            checkpoint: None,
            ended,
        };
        for (logs, expected) in [
            (vec![], None),
            (vec![log("a", None)], Some(("a", None))),
            (vec![log("a", Some(Ended::Forked)), log("b", None)], Some(("b", None))),
            (vec![log("a", Some(Ended::Moved))], Some(("a", None))),
            (vec![log("a", Some(Ended::Forked))], Some(("a", Some("Forked")))),
        ] {
            let told = newest(logs);
            let told = told.as_ref().map(|place| (place.name.as_str(), place.error.as_deref()));
            assert_eq!(told, expected);
        }
    }
}
