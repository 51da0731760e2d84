//! Records of what was found: committed before they are sent, so that each is sent once.

use std::sync::Arc;

use cairn_anomaly::{Minute, Sensitivity};
use cairn_event::{AccountId, Region};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, QueryBuilder, Sqlite, SqliteConnection};

use super::Store;
use super::column::{Columns, sql_minute, sql_number};
use super::error::{StoreError, failed};
use super::metrics;
use super::points::asked;
use super::record::{COLUMNS, DIRECTIONS, Record, STATES, StoredRecord, number, read, write_shares};
use crate::insight::State;
use crate::metric::MetricId;

/// Which insights of data events are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordQuery {
    /// The ARN of the trail.
    pub trail: Arc<str>,
    /// Whose events.
    pub account: AccountId,
    /// The Region in which they were recorded.
    pub region: Region,
    /// The earliest and the latest event time.
    pub between: (Minute, Minute),
    /// Only the event with this id.
    pub id: Option<Arc<str>>,
    /// Only those about this action.
    pub name: Option<Arc<str>>,
    /// Only those about this service.
    pub source: Option<Arc<str>>,
    /// Only those behind this one: the event time and the sequence of the last of the page before.
    pub after: Option<(Minute, u64)>,
    /// The most to be returned.
    pub limit: u32,
}

impl Store {
    /// Returns a record by its `eventID`.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn record(&self, id: &str) -> Result<Option<StoredRecord>, StoreError> {
        Ok(self.records_where("id = ", |query| query.push_bind(id.to_owned())).await?.pop())
    }

    /// Returns both ends of something unusual, or the one there is yet.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn records_sharing(&self, shared_id: &str) -> Result<Vec<StoredRecord>, StoreError> {
        self.records_where("shared_id = ", |query| {
            query.push_bind(shared_id.to_owned()).push(" ORDER BY sequence")
        })
        .await
    }

    /// Returns the records of some metrics that begin between `from` and `to`, which is not one of the minutes; as they
    /// were found.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn records_of(
        &self,
        metrics: &[MetricId],
        from: Minute,
        to: Minute,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        self.records_where("metric IN (SELECT value FROM json_each(", |query| {
            query.push_bind(asked(metrics)).push("))");
            query.push(" AND start_minute >= ").push_bind(sql_minute(from));
            query.push(" AND start_minute < ").push_bind(sql_minute(to)).push(" ORDER BY sequence")
        })
        .await
    }

    /// Returns the starts, from the minute `since` on, of what is not known to have ended; as they were found.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn open_records(&self, since: Minute) -> Result<Vec<StoredRecord>, StoreError> {
        self.records_where("start_minute >= ", |query| {
            query.push_bind(sql_minute(since));
            query.push(" AND state = ").push_bind(number(&STATES, &State::Start));
            query.push(
                " AND NOT EXISTS (SELECT 1 FROM records AS other
                   WHERE other.shared_id = records.shared_id AND other.state <> records.state) ORDER BY sequence",
            )
        })
        .await
    }

    /// Returns up to `limit` records that are not known to be in the journal, as they were found.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn unsent(&self, limit: u32) -> Result<Vec<Record>, StoreError> {
        let found = self
            .records_where("sent = 0 ORDER BY sequence LIMIT ", |query| query.push_bind(i64::from(limit)));
        Ok(found.await?.into_iter().map(|found| found.record).collect())
    }

    /// Counts the records that are not known to be in the journal.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn unsent_count(&self) -> Result<u64, StoreError> {
        let doing = "count records that wait";
        let mut connection = self.reader(doing).await?;
        let row = sqlx::query("SELECT count(*) FROM records WHERE sent = 0")
            .fetch_one(&mut *connection)
            .await
            .map_err(failed(doing))?;
        Columns::of(&row, doing).number()
    }

    /// Remembers that records are in the journal.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn mark_sent(&self, ids: &[Arc<str>]) -> Result<(), StoreError> {
        let mut tx = self.begin(MARKING).await?;
        self.watch(mark_sent(&mut tx, ids).await)?;
        self.finish(tx, MARKING).await
    }

    /// Returns insights of data events, the newest first; of one minute the one that was found last.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn data_records(&self, asked: &RecordQuery) -> Result<Vec<StoredRecord>, StoreError> {
        self.records_where("trail <> '' AND trail = ", |query| {
            query.push_bind(asked.trail.to_string());
            query.push(" AND account = ").push_bind(asked.account.as_str().to_owned());
            query.push(" AND region = ").push_bind(asked.region.as_str().to_owned());
            query.push(" AND at_minute >= ").push_bind(sql_minute(asked.between.0));
            query.push(" AND at_minute <= ").push_bind(sql_minute(asked.between.1));
            for (column, value) in [("id", &asked.id), ("name", &asked.name), ("source", &asked.source)] {
                if let Some(value) = value {
                    query.push(" AND ").push(column).push(" = ").push_bind(value.to_string());
                }
            }
            if let Some((minute, sequence)) = asked.after {
                query.push(" AND (at_minute < ").push_bind(sql_minute(minute));
                query.push(" OR at_minute = ").push_bind(sql_minute(minute));
                query
                    .push(" AND sequence < ")
                    .push_bind(i64::try_from(sequence).unwrap_or(i64::MAX))
                    .push(")");
            }
            query.push(" ORDER BY at_minute DESC, sequence DESC LIMIT ").push_bind(i64::from(asked.limit))
        })
        .await
    }

    async fn records_where(
        &self,
        condition: &'static str,
        and: impl FnOnce(&mut QueryBuilder<Sqlite>) -> &mut QueryBuilder<Sqlite>,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let doing = "read records";
        let mut query = QueryBuilder::<Sqlite>::new("SELECT sequence, ");
        query.push(COLUMNS).push(" FROM records WHERE ").push(condition);
        and(&mut query);
        let mut connection = self.reader(doing).await?;
        let rows = query.build().fetch_all(&mut *connection).await.map_err(failed(doing))?;
        rows.iter().map(|row: &SqliteRow| read(Columns::of(row, doing), doing)).collect()
    }
}

/// Enters records as not sent. One that is known already is left as it is: its id says what it tells.
pub(super) async fn enter(connection: &mut SqliteConnection, records: &[Record]) -> Result<(), StoreError> {
    let doing = "enter a record";
    for record in records {
        let insight = &record.insight;
        let place = &insight.metric.place;
        sqlx::query(AssertSqlSafe(format!(
            "INSERT INTO records ({COLUMNS}, at_minute)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 0,
                     $21, $22) ON CONFLICT DO NOTHING"
        )))
        .bind(&*record.id)
        .bind(&*record.shared_id)
        .bind(i64::from(record.metric.0))
        .bind(place.account.as_str())
        .bind(place.region.as_str())
        .bind(place.trail.as_deref().unwrap_or_default())
        .bind(&*insight.metric.source)
        .bind(&*insight.metric.name)
        .bind(metrics::code(&insight.metric))
        .bind(number(&Sensitivity::ALL, &insight.sensitivity))
        .bind(number(&DIRECTIONS, &insight.direction))
        .bind(number(&STATES, &insight.state))
        .bind(sql_minute(insight.start))
        .bind(i64::from(insight.minutes))
        .bind(sql_number(insight.calls, doing)?)
        .bind(i64::from(insight.baseline_minutes))
        .bind(sql_number(insight.baseline_calls, doing)?)
        .bind(write_shares(&insight.shares))
        .bind(write_shares(&insight.baseline_shares))
        .bind(record.imported)
        .bind(&*record.body)
        .bind(sql_minute(record.at()))
        .execute(&mut *connection)
        .await
        .map_err(failed(doing))?;
    }
    Ok(())
}

/// What [`mark_sent`] does.
const MARKING: &str = "mark records as sent";

/// Remembers that records are in the journal.
pub(super) async fn mark_sent(connection: &mut SqliteConnection, ids: &[Arc<str>]) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let ids = Value::Array(ids.iter().map(|id| Value::from(&**id)).collect()).to_string();
    sqlx::query("UPDATE records SET sent = 1 WHERE id IN (SELECT value FROM json_each($1))")
        .bind(ids)
        .execute(connection)
        .await
        .map_err(failed(MARKING))?;
    Ok(())
}
