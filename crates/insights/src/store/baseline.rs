//! What was usual before a minute, from what is stored.

use cairn_anomaly::Minute;
use sqlx::SqliteConnection;

use super::column::HOUR;
use super::error::StoreError;
use super::shares::Calls;
use super::{Store, gaps, points, shares};
use crate::attribution::Share;
use crate::metric::MetricId;

/// The calls of a metric before a minute, and who made them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// Minutes that were watched.
    pub minutes: u32,
    /// The calls in them.
    pub calls: u64,
    /// Whom they are put down to; the largest first.
    pub shares: Vec<Share>,
}

impl Store {
    /// Returns what a metric had between `from` and `start`, which is not one of the minutes.
    ///
    /// Shares are known by the hour. From those of the hour of `start` the minutes from `start` on are taken away. Where
    /// those are not known any more, and in the hour of `from`, shares are in proportion to the calls.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn baseline(
        &self,
        metric: MetricId,
        from: Minute,
        start: Minute,
    ) -> Result<Baseline, StoreError> {
        let mut connection = self.reader("read a baseline").await?;
        let connection = &mut *connection;
        let gaps = gaps::read(connection, from, start).await?;
        let calls = points::sum(connection, metric, from, start).await?;
        let (first, last) = (from.number() / HOUR, start.number() / HOUR);
        let mut by_whom = shares::of_hours(connection, metric, i64::from(first) + 1, i64::from(last)).await?;
        if first < last {
            let begin = Minute::new(first * HOUR);
            let whole = points::sum(connection, metric, begin, begin.plus(HOUR)).await?;
            let part = points::sum(connection, metric, from, begin.plus(HOUR)).await?;
            for (who, calls) in
                shares::of_hours(connection, metric, i64::from(first), i64::from(first) + 1).await?
            {
                *by_whom.entry(who).or_default() += in_proportion(calls, part, whole);
            }
        }
        for (who, calls) in last_hour(connection, metric, start).await? {
            *by_whom.entry(who).or_default() += calls;
        }
        let minutes = gaps::watched(&gaps, from, start);
        Ok(Baseline { minutes, calls, shares: shares::sorted(by_whom) })
    }
}

/// Returns the shares of the hour that a minute lies in, up to that minute.
async fn last_hour(
    connection: &mut SqliteConnection,
    metric: MetricId,
    start: Minute,
) -> Result<Calls, StoreError> {
    let hour = start.number() / HOUR;
    let (begin, end) = (Minute::new(hour * HOUR), Minute::new(hour * HOUR).plus(HOUR));
    let mut by_whom = shares::of_hours(connection, metric, i64::from(hour), i64::from(hour) + 1).await?;
    let later = shares::of_minutes(connection, metric, start, end).await?;
    let calls = points::sum(connection, metric, start, end).await?;
    if later.is_empty() && calls > 0 {
        let part = points::sum(connection, metric, begin, start).await?;
        by_whom.values_mut().for_each(|usual| *usual = in_proportion(*usual, part, part + calls));
    }
    for (who, calls) in later {
        by_whom.entry(who).and_modify(|usual| *usual = usual.saturating_sub(calls));
    }
    Ok(by_whom)
}

/// Returns `part` of `whole` of some calls, rounded.
fn in_proportion(calls: u64, part: u64, whole: u64) -> u64 {
    if part >= whole {
        return calls;
    }
    let (calls, part, whole) = (u128::from(calls), u128::from(part), u128::from(whole));
    u64::try_from((calls * part + whole / 2) / whole).unwrap_or(u64::MAX)
}
