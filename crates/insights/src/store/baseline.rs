//! What was usual before a minute, from what is stored.

use cairn_anomaly::Minute;
use sqlx::SqliteConnection;

use super::column::HOUR;
use super::error::StoreError;
use super::points::{asked, sums};
use super::shares::CallsOf;
use super::{Store, gaps, shares};
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
    /// # Errors
    /// When the store can't be read.
    pub async fn baseline(
        &self,
        metric: MetricId,
        from: Minute,
        start: Minute,
    ) -> Result<Baseline, StoreError> {
        let mut baselines = self.baselines(&[metric], from, start).await?;
        Ok(baselines.pop().unwrap_or(Baseline { minutes: 0, calls: 0, shares: Vec::new() }))
    }

    /// Returns what each of many metrics had; in their order.
    ///
    /// Shares are known by the hour. From those of the hour of `start` the minutes from `start` on are taken away. Where
    /// those are not known any more, and in the hour of `from`, shares are in proportion to the calls.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn baselines(
        &self,
        metrics: &[MetricId],
        from: Minute,
        start: Minute,
    ) -> Result<Vec<Baseline>, StoreError> {
        let mut connection = self.reader("read a baseline").await?;
        let (connection, asked) = (&mut *connection, asked(metrics));
        let minutes = gaps::watched(&gaps::read(connection, from, start).await?, from, start);
        let calls = sums(connection, &asked, from, start).await?;
        let (first, last) = (i64::from(from.number() / HOUR), i64::from(start.number() / HOUR));
        let mut by_whom = shares::of_hours(connection, &asked, first + 1, last).await?;
        if first < last {
            add(&mut by_whom, first_hour(connection, &asked, from).await?);
        }
        add(&mut by_whom, last_hour(connection, &asked, start).await?);
        let of = |metric: &MetricId| Baseline {
            minutes,
            calls: calls.get(metric).copied().unwrap_or_default(),
            shares: shares::sorted(by_whom.remove(metric).unwrap_or_default()),
        };
        Ok(metrics.iter().map(of).collect())
    }
}

fn add(to: &mut CallsOf, more: CallsOf) {
    for (metric, calls) in more {
        let known = to.entry(metric).or_default();
        for (who, calls) in calls {
            *known.entry(who).or_default() += calls;
        }
    }
}

/// Returns the shares of the hour that a minute lies in, from that minute on.
async fn first_hour(
    connection: &mut SqliteConnection,
    asked: &str,
    from: Minute,
) -> Result<CallsOf, StoreError> {
    let hour = from.number() / HOUR;
    let (begin, end) = (Minute::new(hour * HOUR), Minute::new(hour * HOUR).plus(HOUR));
    let whole = sums(connection, asked, begin, end).await?;
    let part = sums(connection, asked, from, end).await?;
    let mut by_whom = shares::of_hours(connection, asked, i64::from(hour), i64::from(hour) + 1).await?;
    for (metric, shares) in &mut by_whom {
        let [part, whole] = [&part, &whole].map(|sums| sums.get(metric).copied().unwrap_or_default());
        shares.values_mut().for_each(|calls| *calls = in_proportion(*calls, part, whole));
    }
    Ok(by_whom)
}

/// Returns the shares of the hour that a minute lies in, up to that minute.
async fn last_hour(
    connection: &mut SqliteConnection,
    asked: &str,
    start: Minute,
) -> Result<CallsOf, StoreError> {
    let hour = start.number() / HOUR;
    let (begin, end) = (Minute::new(hour * HOUR), Minute::new(hour * HOUR).plus(HOUR));
    let before = sums(connection, asked, begin, start).await?;
    let since = sums(connection, asked, start, end).await?;
    let mut later = shares::of_minutes(connection, asked, start, end).await?;
    let mut by_whom = shares::of_hours(connection, asked, i64::from(hour), i64::from(hour) + 1).await?;
    for (metric, shares) in &mut by_whom {
        let [part, calls] = [&before, &since].map(|sums| sums.get(metric).copied().unwrap_or_default());
        let later = later.remove(metric).unwrap_or_default();
        if later.is_empty() && calls > 0 {
            shares.values_mut().for_each(|usual| *usual = in_proportion(*usual, part, part + calls));
        }
        for (who, calls) in later {
            shares.entry(who).and_modify(|usual| *usual = usual.saturating_sub(calls));
        }
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
