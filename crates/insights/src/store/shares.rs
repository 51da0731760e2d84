//! Whom calls are put down to: by the minute for a while, by the hour for as long as a baseline reaches.

use std::collections::BTreeMap;
use std::sync::Arc;

use cairn_anomaly::Minute;
use serde_json::{Value, json};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::Store;
use super::closing::CountedShare;
use super::column::{Columns, hour, sql_minute};
use super::error::{StoreError, contradicted, failed};
use super::points::asked;
use super::record::number;
use super::texts::TextId;
use crate::attribution::{Attribute, Share};
use crate::metric::MetricId;

/// Minutes of which all shares are kept, before the one that is closed.
pub const MINUTES_KEPT: u32 = 30;

impl Store {
    /// Adds the shares of a metric between `from` and `to`, which is not one of them; the largest first. There are
    /// those of the last [`MINUTES_KEPT`] minutes, and for a metric that is held those since it is.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn shares(&self, metric: MetricId, from: Minute, to: Minute) -> Result<Vec<Share>, StoreError> {
        Ok(self.shares_of(&[metric], from, to).await?.pop().unwrap_or_default())
    }

    /// Adds the shares of each of many metrics; in their order.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn shares_of(
        &self,
        metrics: &[MetricId],
        from: Minute,
        to: Minute,
    ) -> Result<Vec<Vec<Share>>, StoreError> {
        let mut connection = self.reader("read shares").await?;
        let mut found = of_minutes(&mut connection, &asked(metrics), from, to).await?;
        Ok(metrics.iter().map(|metric| sorted(found.remove(metric).unwrap_or_default())).collect())
    }
}

/// Calls by who made them.
pub(super) type Calls = BTreeMap<(Attribute, Arc<str>), u64>;

/// Those of many metrics.
pub(super) type CallsOf = BTreeMap<MetricId, Calls>;

pub(super) fn sorted(calls: Calls) -> Vec<Share> {
    let mut shares: Vec<Share> = calls
        .into_iter()
        .filter(|(_, calls)| *calls > 0)
        .map(|((attribute, value), calls)| Share { attribute, value, calls })
        .collect();
    // Stable: what is equal stays in the order of its value.
    shares.sort_by_key(|share| (share.attribute, std::cmp::Reverse(share.calls)));
    shares
}

pub(super) async fn of_minutes(
    connection: &mut SqliteConnection,
    metrics: &str,
    from: Minute,
    to: Minute,
) -> Result<CallsOf, StoreError> {
    let doing = "read shares of minutes";
    // Which minutes there are stands in the index's first column: each is looked for, and no more than are kept.
    let rows = sqlx::query(
        "WITH RECURSIVE kept (minute) AS (
           SELECT max($2, (SELECT min(minute) FROM minute_shares))
           UNION ALL SELECT minute + 1 FROM kept
             WHERE minute + 1 < min($3, (SELECT max(minute) + 1 FROM minute_shares))),
         asked (metric) AS (SELECT value FROM json_each($1)),
         found (metric, attribute, value, calls) AS (
           SELECT minute_shares.metric, attribute, value, calls FROM kept CROSS JOIN asked CROSS JOIN minute_shares
             ON minute_shares.minute = kept.minute AND minute_shares.metric = asked.metric WHERE kept.minute < $3
           UNION ALL SELECT held_shares.metric, attribute, value, calls FROM asked CROSS JOIN held_shares
             ON held_shares.metric = asked.metric WHERE minute >= $2 AND minute < $3)
         SELECT metric, attribute, text, sum(calls) FROM found JOIN texts ON texts.id = value
         GROUP BY metric, attribute, value",
    )
    .bind(metrics)
    .bind(sql_minute(from))
    .bind(sql_minute(to))
    .fetch_all(connection)
    .await
    .map_err(failed(doing))?;
    read(&rows, doing)
}

/// Adds the shares of whole hours, from the one numbered `from` up to `to`, which is not one of them.
pub(super) async fn of_hours(
    connection: &mut SqliteConnection,
    metrics: &str,
    from: i64,
    to: i64,
) -> Result<CallsOf, StoreError> {
    let doing = "read shares of hours";
    let rows = sqlx::query(
        "WITH RECURSIVE hours (hour) AS (
           SELECT max($2, (SELECT min(hour) FROM hour_shares)) WHERE $2 < $3
           UNION ALL SELECT hour + 1 FROM hours WHERE hour + 1 < min($3, (SELECT max(hour) + 1 FROM hour_shares)))
         SELECT metric, attribute, text, sum(calls)
         FROM hours CROSS JOIN json_each($1) AS asked CROSS JOIN hour_shares
         ON hour_shares.hour = hours.hour AND metric = asked.value AND hours.hour < $3
         JOIN texts ON texts.id = hour_shares.value GROUP BY metric, attribute, hour_shares.value",
    )
    .bind(metrics)
    .bind(from)
    .bind(to)
    .fetch_all(connection)
    .await
    .map_err(failed(doing))?;
    read(&rows, doing)
}

fn read(rows: &[SqliteRow], doing: &'static str) -> Result<CallsOf, StoreError> {
    let mut found = CallsOf::new();
    for row in rows {
        let mut columns = Columns::of(row, doing);
        let metric = MetricId(columns.number()?);
        let who = (columns.one_of(Attribute::ALL)?, columns.text()?);
        found.entry(metric).or_default().insert(who, columns.number()?);
    }
    Ok(found)
}

/// Adds to the shares of minutes and of hours. Shares of minutes before `kept` are entered as held.
pub(super) async fn enter(
    connection: &mut SqliteConnection,
    shares: &[CountedShare],
    text: impl Fn(&str) -> Option<TextId>,
    kept: Minute,
) -> Result<(), StoreError> {
    let doing = "enter shares";
    for some in shares.chunks(ROWS_MAX) {
        let mut rows = Vec::with_capacity(some.len());
        for CountedShare { metric, minute, attribute, value, calls } in some {
            let text = text(value).ok_or_else(|| contradicted(doing, "a value has no number"))?;
            rows.push(json!([minute.number(), metric.0, number(&Attribute::ALL, attribute), text, calls]));
        }
        let rows = Value::Array(rows).to_string();
        for sql in [INTO_MINUTES, INTO_HELD, INTO_HOURS] {
            sqlx::query(sql)
                .bind(&rows)
                .bind(sql_minute(kept))
                .execute(&mut *connection)
                .await
                .map_err(failed(doing))?;
        }
    }
    Ok(())
}

/// Shares in one statement.
const ROWS_MAX: usize = 20_000;

const INTO_MINUTES: &str = "INSERT INTO minute_shares (minute, metric, attribute, value, calls)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each($1) WHERE value ->> 0 >= $2
    ON CONFLICT DO UPDATE SET calls = calls + excluded.calls";

const INTO_HELD: &str = "INSERT INTO held_shares (minute, metric, attribute, value, calls)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each($1) WHERE value ->> 0 < $2
    ON CONFLICT DO UPDATE SET calls = calls + excluded.calls";

// By hours first, so that one row is written once.
const INTO_HOURS: &str = "INSERT INTO hour_shares (hour, metric, attribute, value, calls)
    SELECT (value ->> 0) / 60 AS hour, value ->> 1, value ->> 2, value ->> 3, sum(value ->> 4)
    FROM json_each($1) WHERE $2 = $2 GROUP BY 1, 2, 3, 4
    ON CONFLICT DO UPDATE SET calls = calls + excluded.calls";

/// Moves the shares of minutes before `kept` to those that are held if their metrics are, and forgets the others; and
/// forgets what was held of metrics that are not any more.
pub(super) async fn turn(
    connection: &mut SqliteConnection,
    held: &[MetricId],
    kept: Minute,
) -> Result<(), StoreError> {
    let doing = "forget shares of minutes";
    let held = Value::Array(held.iter().map(|metric| Value::from(metric.0)).collect()).to_string();
    for sql in [HOLD, FORGET_MINUTES, FORGET_HELD] {
        sqlx::query(sql)
            .bind(&held)
            .bind(sql_minute(kept))
            .execute(&mut *connection)
            .await
            .map_err(failed(doing))?;
    }
    Ok(())
}

const HOLD: &str = "INSERT INTO held_shares (metric, minute, attribute, value, calls)
    SELECT metric, minute, attribute, value, calls FROM minute_shares
    WHERE minute < $2 AND metric IN (SELECT value FROM json_each($1))
    ON CONFLICT DO UPDATE SET calls = calls + excluded.calls";

const FORGET_MINUTES: &str = "DELETE FROM minute_shares WHERE minute < $2 AND $1 = $1";

// The metrics that are held are found one after the other through the index, not by reading all rows.
const FORGET_HELD: &str = "WITH RECURSIVE known (metric) AS (
      SELECT min(metric) FROM held_shares
      UNION ALL SELECT (SELECT min(metric) FROM held_shares WHERE metric > known.metric) FROM known
        WHERE known.metric IS NOT NULL)
    DELETE FROM held_shares WHERE $2 = $2 AND metric IN (
      SELECT metric FROM known WHERE metric IS NOT NULL EXCEPT SELECT value FROM json_each($1))";

/// Forgets the shares of hours before that of a minute, but for metrics whose series are to be built anew: what is found
/// in their past is told with who was usual then.
pub(super) async fn forget_hours(
    connection: &mut SqliteConnection,
    before: Minute,
) -> Result<u64, StoreError> {
    let gone = sqlx::query(
        "DELETE FROM hour_shares WHERE hour < $1
         AND metric NOT IN (SELECT metric FROM marks WHERE changed_from IS NOT NULL)",
    )
    .bind(hour(before))
    .execute(connection)
    .await
    .map_err(failed("forget shares of hours"))?;
    Ok(gone.rows_affected())
}
