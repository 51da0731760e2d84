//! What insights have counted and found, for those who ask: ListInsightsData, ListInsightsMetricData, and what Cairn's
//! own pages tell of one insight and of the past.

mod backtest;
mod data;
mod explanation;
mod metric_data;

use cairn_anomaly::Minute;
use cairn_catalog::{LiveTrail, Snapshot};
use cairn_event::Arn;
use cairn_insights::store::StoreError;

use crate::organization::Standing;
use crate::trail_reference::{Report, TrailReference};
use crate::{Caller, Refusal};

pub use backtest::{BacktestAsk, BacktestLine, CallsInMinutes, FoundInThePast, InsightsBacktest};
pub use explanation::{CountedSeries, InsightExplanation};

/// How far back can be looked.
const DAYS: u32 = 90;

const DAY_MINUTES: u32 = 24 * 60;

/// Finds the trail whose data events are asked about: one that the caller's account sees, and for an organization's
/// one that it owns or administers.
fn selecting_trail<'s>(
    snapshot: &'s Snapshot,
    caller: &Caller,
    name: &str,
) -> Result<&'s LiveTrail, Refusal> {
    let reference = TrailReference::parse(name, caller).map_err(in_declared_words)?;
    let trail = reference.read(snapshot, caller, Report::Arn).map_err(in_declared_words)?;
    may_be_told(snapshot, caller, &trail.arn)?;
    Ok(trail)
}

/// Refuses to tell of a trail's data events whom they are not for, be the trail there any more or not.
fn may_be_told(snapshot: &Snapshot, caller: &Caller, arn: &str) -> Result<(), Refusal> {
    match snapshot.trail(arn) {
        Some(trail) => match Standing::of(snapshot, trail, caller.account) {
            Some(Standing::Owner | Standing::Administrator) => Ok(()),
            Some(Standing::Member) | None => Err(Refusal::InsightsOfOrganization(caller.account)),
        },
        None => match Arn::parse(arn) {
            Ok(arn) if arn.account == caller.account.as_str() => Ok(()),
            Ok(_) | Err(_) => Err(Refusal::InsightsOfOrganization(caller.account)),
        },
    }
}

/// Says that a trail can't be found by the errors that these operations declare.
fn in_declared_words(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::TrailArnInvalid(_) | Refusal::TrailUnknown { .. } => {
            Refusal::InsightsParameterInvalid(refusal.to_string())
        }
        other => other,
    }
}

/// Returns the first minute that begins at an instant or later.
fn minute_from(at: jiff::Timestamp) -> Minute {
    let second = at.as_second() + i64::from(at.subsec_nanosecond() > 0);
    Minute::of_epoch_seconds(second.saturating_add(59))
}

/// Returns the instant that a minute begins with.
fn instant(minute: Minute) -> jiff::Timestamp {
    jiff::Timestamp::from_second(minute.epoch_seconds()).unwrap_or_default()
}

fn invalid(message: &str) -> Refusal {
    Refusal::InsightsParameterInvalid(message.to_owned())
}

/// Refuses a token.
fn token_invalid() -> Refusal {
    invalid("The token is invalid or was made by a request with other parameters.")
}

fn broken(error: StoreError) -> Refusal {
    Refusal::Internal(Box::new(error))
}
