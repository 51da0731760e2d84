//! Calls by the minute.

use std::collections::BTreeMap;

use cairn_anomaly::Minute;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::Store;
use super::closing::Count;
use super::column::{Columns, HOUR, hour, sql_minute};
use super::error::{StoreError, failed};
use crate::metric::MetricId;

/// Which sums of a metric are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricDataQuery {
    /// The metric.
    pub metric: MetricId,
    /// The first minute.
    pub from: Minute,
    /// The first minute that is not asked for any more.
    pub to: Minute,
    /// Minutes that are added to one sum; sums begin with minutes that are multiples of it. At least 1.
    pub period: u32,
    /// The most sums to be returned.
    pub limit: u32,
}

impl Store {
    /// Returns the minutes of a metric between `from` and `to`, which is not one of them, that had calls; the earliest
    /// first.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn points(
        &self,
        metric: MetricId,
        from: Minute,
        to: Minute,
    ) -> Result<Vec<(Minute, u32)>, StoreError> {
        let doing = "read points";
        let mut connection = self.reader(doing).await?;
        let rows = sqlx::query(
            "WITH RECURSIVE hours (hour) AS (
               SELECT max($2 / 60, (SELECT min(hour) FROM points))
               UNION ALL SELECT hour + 1 FROM hours WHERE hour < min($3 / 60, (SELECT max(hour) FROM points)))
             SELECT points.hour * 60 + minute, calls FROM hours CROSS JOIN points
             ON points.hour = hours.hour AND metric = $1
             WHERE points.hour * 60 + minute >= $2 AND points.hour * 60 + minute < $3",
        )
        .bind(i64::from(metric.0))
        .bind(sql_minute(from))
        .bind(sql_minute(to))
        .fetch_all(&mut *connection)
        .await
        .map_err(failed(doing))?;
        let mut points = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut columns = Columns::of(row, doing);
            points.push((columns.minute()?, columns.number()?));
        }
        // Hours come in order as it is; SQL does not promise it.
        points.sort_unstable();
        Ok(points)
    }

    /// Returns the minutes that had calls, between `from` and `to`, which is not one of them, of all metrics from the
    /// first of `metrics` to the last; by metrics, and of each the earliest first. Ask for few metrics at a time.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn points_of(
        &self,
        metrics: (MetricId, MetricId),
        from: Minute,
        to: Minute,
    ) -> Result<Vec<Count>, StoreError> {
        let doing = "read points of many metrics";
        let mut connection = self.reader(doing).await?;
        let mut points = Vec::new();
        for hour in hour(from)..=hour(to) {
            let rows = sqlx::query(
                "SELECT metric, hour * 60 + minute, calls FROM points WHERE hour = $1 AND metric BETWEEN $2 AND $3",
            )
            .bind(hour)
            .bind(i64::from(metrics.0.0))
            .bind(i64::from(metrics.1.0))
            .fetch_all(&mut *connection)
            .await
            .map_err(failed(doing))?;
            for row in &rows {
                let mut columns = Columns::of(row, doing);
                let metric = MetricId(columns.number()?);
                points.push(Count { metric, minute: columns.minute()?, calls: columns.number()? });
            }
        }
        points.retain(|point| from <= point.minute && point.minute < to);
        points.sort_unstable();
        Ok(points)
    }

    /// Adds the calls of a metric between `from` and `to`, which is not one of them.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn calls_between(&self, metric: MetricId, from: Minute, to: Minute) -> Result<u64, StoreError> {
        Ok(self.calls_of(&[metric], from, to).await?.pop().unwrap_or_default())
    }

    /// Adds the calls of each of many metrics; in their order.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn calls_of(
        &self,
        metrics: &[MetricId],
        from: Minute,
        to: Minute,
    ) -> Result<Vec<u64>, StoreError> {
        let sums = sums(&mut *self.reader("add points").await?, &asked(metrics), from, to).await?;
        Ok(metrics.iter().map(|metric| sums.get(metric).copied().unwrap_or_default()).collect())
    }

    /// Adds the calls of a metric by periods, and returns those that had calls, each with its first minute; the
    /// earliest first. A period that reaches beyond the time asked for has only the calls that lie in it.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn metric_data(&self, asked: &MetricDataQuery) -> Result<Vec<(Minute, u64)>, StoreError> {
        let doing = "add points by periods";
        let mut connection = self.reader(doing).await?;
        let rows = sqlx::query(
            "WITH RECURSIVE hours (hour) AS (
               SELECT max($2 / 60, (SELECT min(hour) FROM points))
               UNION ALL SELECT hour + 1 FROM hours WHERE hour < min($3 / 60, (SELECT max(hour) FROM points))),
             asked (at, calls) AS (
               SELECT points.hour * 60 + minute, calls FROM hours CROSS JOIN points
               ON points.hour = hours.hour AND metric = $1)
             SELECT at / $4 * $4, sum(calls) FROM asked WHERE at >= $2 AND at < $3
             GROUP BY at / $4 ORDER BY at / $4 LIMIT $5",
        )
        .bind(i64::from(asked.metric.0))
        .bind(sql_minute(asked.from))
        .bind(sql_minute(asked.to))
        .bind(i64::from(asked.period.max(1)))
        .bind(i64::from(asked.limit))
        .fetch_all(&mut *connection)
        .await
        .map_err(failed(doing))?;
        rows.iter()
            .map(|row| {
                let mut columns = Columns::of(row, doing);
                Ok((columns.minute()?, columns.number()?))
            })
            .collect()
    }
}

/// Adds the calls of each metric that is [`asked`] for; those without any are left out.
pub(super) async fn sums(
    connection: &mut SqliteConnection,
    metrics: &str,
    from: Minute,
    to: Minute,
) -> Result<BTreeMap<MetricId, u64>, StoreError> {
    let doing = "add points";
    let rows = sqlx::query(
        "WITH RECURSIVE hours (hour) AS (
               SELECT max($2 / 60, (SELECT min(hour) FROM points))
               UNION ALL SELECT hour + 1 FROM hours WHERE hour < min($3 / 60, (SELECT max(hour) FROM points)))
         SELECT metric, sum(calls) FROM hours CROSS JOIN json_each($1) AS asked CROSS JOIN points
         ON points.hour = hours.hour AND metric = asked.value
         WHERE points.hour * 60 + minute >= $2 AND points.hour * 60 + minute < $3 GROUP BY metric",
    )
    .bind(metrics)
    .bind(sql_minute(from))
    .bind(sql_minute(to))
    .fetch_all(connection)
    .await
    .map_err(failed(doing))?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row, doing);
            Ok((MetricId(columns.number()?), columns.number()?))
        })
        .collect()
}

/// Writes down metrics as a statement takes them: one statement asks for many.
pub(super) fn asked(metrics: &[MetricId]) -> String {
    Value::Array(metrics.iter().map(|metric| Value::from(metric.0)).collect()).to_string()
}

/// Adds calls to what is there.
pub(super) async fn enter(connection: &mut SqliteConnection, counts: &[Count]) -> Result<(), StoreError> {
    for some in counts.chunks(ROWS_MAX) {
        let rows: Vec<Value> = some
            .iter()
            .map(|Count { metric, minute, calls }| {
                json!([hour(*minute), metric.0, minute.number() % HOUR, calls])
            })
            .collect();
        sqlx::query(
            "INSERT INTO points (hour, metric, minute, calls)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1) WHERE TRUE
             ON CONFLICT DO UPDATE SET calls = min(calls + excluded.calls, 4294967295)",
        )
        .bind(Value::Array(rows).to_string())
        .execute(&mut *connection)
        .await
        .map_err(failed("enter points"))?;
    }
    Ok(())
}

/// Points in one statement.
const ROWS_MAX: usize = 20_000;
