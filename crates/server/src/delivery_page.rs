//! `GET /_cairn/delivery`: how the trails fare that the caller sees in a Region.
//!
//! Signed for service `cloudtrail`, permitted as DescribeTrails is, and recorded as `GetDeliveryHealth`. A trail is
//! told of if GetTrailStatus is permitted on it. Told are the deliveries of the caller's account in the endpoint's
//! Region, as GetTrailStatus does; how far a trail is behind is one figure of all that it covers. Of an organization's
//! trail a member sees what concerns its own account. Beside them stand the destinations that belong to no trail.

mod address;
mod advice;
mod day;
mod live;
mod waits;

use std::sync::Arc;

use cairn_catalog::{Catalog, DONE, DeliveryStatus, LiveTrail, ReceiptQuery, StoreError, TrailId};
use cairn_control::{Caller, trails_here};
use cairn_delivery::{DigestCountError, UndeliveredError, cursor_name, digests_by_hour, notified_up_to};
use cairn_stream::{StreamHealth, StreamHealthError, log_group_cursor_name};
use cairn_tlog::LogSummary;
use cairn_wire::{ErrorCode, Operation, json11};
use hyper::body::Incoming;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use self::advice::advice;
use self::day::{Day, HOURS};
pub(crate) use self::live::LiveDestinations;
use self::live::{LastError, Letters, Sent};
use self::waits::Waits;
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
    /// What is due and in no file, for the bucket does not take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    undelivered: Option<Waits>,
    destinations: Vec<Place>,
}

/// A place that is told of events. What is not known of its kind is left out.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Place {
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_success: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_attempt: Option<String>,
    /// The code that holds it up.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// What helps against that, or against the last error.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<LastError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lag_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    behind: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_day: Option<Sent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dead_letters: Option<Letters>,
}

/// How far something is behind the journal.
#[derive(Debug, Clone, Copy, Default)]
struct Lag {
    /// How many entries were not read.
    behind: u64,
    /// Since when the oldest event waits.
    waits_since: Option<Timestamp>,
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
    #[error(transparent)]
    Undelivered(#[from] UndeliveredError),
    #[error(transparent)]
    Stream(#[from] StreamHealthError),
    #[error("read how far notifications got")]
    Notifications(#[source] Box<dyn std::error::Error + Send + Sync>),
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
            trails.push(told.map_err(|error| unknown(&trail.arn, &error))?);
        }
        let mut answer = json!({ "Trails": trails });
        if self.probes.destinations.are_told(caller.account) {
            match self.permit(asked, &["cloudtrail:GetTrailStatus"]) {
                Ok(()) => {
                    let told = self.destinations(&caller, asked.at).await;
                    let told = told.map_err(|error| unknown("", &error))?;
                    answer["Destinations"] = serde_json::to_value(told).unwrap_or_default();
                }
                Err(Refused::Told(ErrorCode::AccessDeniedException, message)) => {
                    answer["DestinationsDenied"] = message.into();
                }
                Err(refused) => return Err(refused),
            }
        }
        Ok(json11::success_body(&answer))
    }

    /// Tells of the destinations that belong to no trail.
    async fn destinations(&self, caller: &Caller, now: Timestamp) -> Result<Vec<Place>, HealthError> {
        let mut places = Vec::new();
        for (stream, place) in self.probes.destinations.told(caller) {
            let health = self.probes.destinations.health(&*self.catalog, &stream).await?;
            let lag = self.stream_lag(&health, &stream).await?;
            places.push(place.with_outcomes(&health).with_figures(&health, lag, now));
        }
        Ok(places)
    }

    /// Tells how far a stream is behind: from where it reads, or while it does not run, from its cursor.
    async fn stream_lag(&self, health: &StreamHealth, stream: &str) -> Result<Lag, StoreError> {
        let next = match health.next {
            Some(next) => Some(next),
            None => self.catalog.cursor(stream).await?.filter(|cursor| *cursor != DONE),
        };
        let behind = next.map_or(0, |next| self.source.tail().saturating_sub(next));
        let waits_since = match (health.waits_since, next) {
            (Some(since), _) => Some(since),
            (None, Some(next)) if behind > 0 => self.received(next).await,
            (None, _) => None,
        };
        Ok(Lag { behind, waits_since })
    }

    async fn health(
        &self,
        trail: &LiveTrail,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<TrailHealth, HealthError> {
        let (behind, waits_since) = self.lag(trail.id()).await?;
        Ok(TrailHealth {
            trail_arn: trail.arn.clone(),
            name: trail.name.clone(),
            is_logging: trail.logging,
            lag_seconds: waits_since.map_or(0, |since| (now.as_second() - since.as_second()).max(0)),
            behind,
            window_seconds: self.probes.delivery_interval.length().as_secs(),
            last_day: last_day(&self.catalog, trail.id(), caller, now).await?,
            undelivered: self.waits(trail, caller, now).await?,
            destinations: self.places(trail, caller, now).await?,
        })
    }

    /// Lists the places that a trail tells, and how that goes.
    async fn places(
        &self,
        trail: &LiveTrail,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Vec<Place>, HealthError> {
        let status = self.catalog.status(trail.id(), (caller.account, &caller.region)).await?;
        let bucket = match &trail.s3_prefix {
            Some(prefix) => format!("{}/{prefix}", trail.s3_bucket),
            None => trail.s3_bucket.clone(),
        };
        let digests = trail.log_file_validation.then(|| bucket.clone());
        let mut places = vec![place("S3", bucket, status.log_files)];
        places.extend(digests.map(|bucket| place("Digest", bucket, status.digests)));
        if let Some(topic) = trail.sns_topic_arn() {
            let (waiting, waits_since) = untold(&*self.catalog, trail.id(), caller).await?;
            let lag_seconds = waits_since.map_or(0, |since| (now.as_second() - since.as_second()).max(0));
            let (waiting, lag_seconds) = (Some(waiting), Some(lag_seconds));
            places.push(Place { waiting, lag_seconds, ..place("SNS", topic, status.notifications) });
        }
        if let Some(group) = trail.cw_logs_group.clone() {
            let place = place("CloudWatchLogs", group, status.cloudwatch_logs);
            // A stream is one for all accounts of an organization, and its figures are for whose trail it is.
            places.push(match caller.account == trail.account {
                true => {
                    let stream = log_group_cursor_name(trail.id());
                    let health = self.probes.destinations.health(&*self.catalog, &stream).await?;
                    let lag = self.stream_lag(&health, &stream).await?;
                    place.with_figures(&health, lag, now)
                }
                false => place,
            });
        }
        if let Some(tlog) = self.tlog.as_deref().filter(|_| trail.log_file_validation) {
            places.extend(newest(tlog.logs(trail).await?));
        }
        Ok(places)
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

/// Tells how many of the caller's files a topic was not told of yet, and since when the oldest of them waits.
async fn untold(
    catalog: &dyn Catalog,
    trail: &TrailId,
    caller: &Caller,
) -> Result<(u64, Option<Timestamp>), HealthError> {
    let told = notified_up_to(catalog, trail).await.map_err(HealthError::Notifications)?;
    let mut query = ReceiptQuery {
        account: Some(caller.account),
        region: Some(caller.region.clone()),
        after: Some(told),
        ..ReceiptQuery::of(trail.clone())
    };
    let (mut waiting, mut waits_since) = (0, None);
    for _page in 0..RECEIPTS_MAX.div_ceil(ReceiptQuery::PAGE_MAX as usize) {
        let page = catalog.receipts(&query).await?;
        waits_since = waits_since.or(page.first().map(|oldest| oldest.at));
        waiting += page.len();
        match page.last() {
            Some(last) if page.len() == ReceiptQuery::PAGE_MAX as usize => query.after = Some(last.number),
            Some(_) | None => break,
        }
    }
    Ok((u64::try_from(waiting).unwrap_or(u64::MAX), waits_since))
}

/// Says in the log why something can't be told.
fn unknown(trail: &str, error: &HealthError) -> Refused {
    tracing::error!(trail, error = error as &dyn std::error::Error, "delivery not told");
    Refused::internal()
}

/// Tells the log that takes events now. One that another one follows is history, and so is one that ended because the
/// trail moved: the next begins with the next event.
fn newest(mut logs: Vec<LogSummary>) -> Option<Place> {
    let log = logs.pop()?;
    let error = log.ended.filter(|ended| *ended != cairn_tlog::Ended::Moved).map(why_ended);
    let advice = error.as_deref().map(|code| advice("TransparencyLog", code));
    Some(Place { kind: "TransparencyLog", name: log.origin, error, advice, ..Place::default() })
}

fn place(kind: &'static str, name: String, status: DeliveryStatus) -> Place {
    let [last_success, last_attempt] = [status.succeeded_at, status.attempted_at].map(|at| at.map(instant));
    let advice = status.error.as_deref().map(|code| advice(kind, code));
    // Of these an error is known only as long as it lasts.
    let last_error = status.error.as_ref().zip(last_attempt.clone());
    let last_error = last_error.map(|(code, time)| LastError::new(code, time));
    Place {
        kind,
        name,
        last_success,
        error: status.error,
        advice,
        last_error,
        last_attempt,
        ..Place::default()
    }
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
