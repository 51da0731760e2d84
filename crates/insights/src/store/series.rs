//! What series know, as they encode it.

use cairn_anomaly::Minute;
use serde_json::Value;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::Store;
use super::column::{Columns, sql_minute};
use super::error::{StoreError, failed};
use super::metrics;
use crate::metric::{Metric, MetricId};

/// What a series knows, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesState {
    /// Whose.
    pub metric: MetricId,
    /// As `anomaly::Series` encodes it.
    pub bytes: Vec<u8>,
}

/// A series of which late calls were counted, or that begins with what was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Whose.
    pub metric: MetricId,
    /// Late calls that the series does not know yet: it is to be built anew.
    pub changed: Option<Changed>,
    /// The newest minute that had a late call.
    pub newest_late: Option<Minute>,
    /// Up to when the series is judged behind time.
    pub behind_until: Option<Minute>,
    /// Of one whose first calls were imported, since when others are heard.
    pub heard: Option<Heard>,
}

/// The first minute of a series with a call that came in its time, where those before were imported; `None`: there is
/// no such minute yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard(pub Option<Minute>);

/// Minutes that late calls were entered into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// The first.
    pub from: Minute,
    /// The last.
    pub to: Minute,
    /// The first and the last of calls that were told late, and not imported.
    pub live: Option<(Minute, Minute)>,
}

/// A metric with all that is known of its series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSeries {
    /// Its number.
    pub id: MetricId,
    /// What is counted.
    pub metric: Metric,
    /// What the series knew when it was stored, encoded; `None`: it was never stored.
    pub state: Option<Vec<u8>>,
    /// Whether late calls were counted.
    pub mark: Option<Mark>,
}

impl Store {
    /// Returns up to `limit` series that are not forgotten, by the numbers of their metrics from the one behind
    /// `after` on.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn series(&self, after: Option<MetricId>, limit: u32) -> Result<Vec<StoredSeries>, StoreError> {
        let doing = "read series";
        let mut connection = self.reader(doing).await?;
        let rows = sqlx::query(
            "SELECT metrics.id, account, region, trail, source, name, code, bytes, marks.metric IS NOT NULL,
                    changed_from, changed_to, live_from, live_to, newest_late, behind_until,
                    begun_imported, heard_minute
             FROM metrics JOIN places ON places.id = metrics.place
             LEFT JOIN states ON states.metric = metrics.id LEFT JOIN marks ON marks.metric = metrics.id
             WHERE metrics.id > $1 AND forgotten_minute IS NULL ORDER BY metrics.id LIMIT $2",
        )
        .bind(after.map_or(-1, |MetricId(id)| i64::from(id)))
        .bind(i64::from(limit))
        .fetch_all(&mut *connection)
        .await
        .map_err(failed(doing))?;
        rows.iter().map(|row| read(Columns::of(row, doing))).collect()
    }
}

fn read(mut columns: Columns<'_>) -> Result<StoredSeries, StoreError> {
    let id = MetricId(columns.number()?);
    Ok(StoredSeries {
        id,
        metric: metrics::read(&mut columns)?,
        state: columns.next()?,
        mark: match columns.next::<bool>()? {
            true => Some(read_mark(id, columns)?),
            false => None,
        },
    })
}

fn read_mark(metric: MetricId, mut columns: Columns<'_>) -> Result<Mark, StoreError> {
    let changed = columns.minute_maybe()?.zip(columns.minute_maybe()?);
    let live = columns.minute_maybe()?.zip(columns.minute_maybe()?);
    let changed = changed.map(|(from, to)| Changed { from, to, live });
    let (newest_late, behind_until) = (columns.minute_maybe()?, columns.minute_maybe()?);
    let begun_imported: bool = columns.next()?;
    let heard = Heard(columns.minute_maybe()?);
    Ok(Mark { metric, changed, newest_late, behind_until, heard: begun_imported.then_some(heard) })
}

pub(super) async fn enter_states(
    connection: &mut SqliteConnection,
    states: &[SeriesState],
) -> Result<(), StoreError> {
    for some in states.chunks(STATES_MAX) {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO states (metric, bytes) ");
        query.push_values(some, |mut row, state| {
            row.push_bind(i64::from(state.metric.0)).push_bind(&*state.bytes);
        });
        query.push(" ON CONFLICT DO UPDATE SET bytes = excluded.bytes");
        query.build().execute(&mut *connection).await.map_err(failed("enter states of series"))?;
    }
    Ok(())
}

/// States in one statement.
const STATES_MAX: usize = 500;

/// Enters marks in place of those that are there; one that marks nothing is taken away.
pub(super) async fn enter_marks(connection: &mut SqliteConnection, marks: &[Mark]) -> Result<(), StoreError> {
    let doing = "enter marks of series";
    let minute = |minute: Option<Minute>| minute.map(sql_minute);
    for mark in marks {
        let Mark { metric, changed, newest_late, behind_until, heard } = *mark;
        let live = changed.and_then(|changed| changed.live);
        let is_none = changed.is_none() && newest_late.is_none() && behind_until.is_none() && heard.is_none();
        let query = if is_none {
            sqlx::query("DELETE FROM marks WHERE metric = $1").bind(i64::from(metric.0))
        } else {
            sqlx::query(
                "INSERT OR REPLACE INTO marks
                   (metric, changed_from, changed_to, live_from, live_to, newest_late, behind_until,
                    begun_imported, heard_minute)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(i64::from(metric.0))
            .bind(minute(changed.map(|changed| changed.from)))
            .bind(minute(changed.map(|changed| changed.to)))
            .bind(minute(live.map(|(from, _)| from)))
            .bind(minute(live.map(|(_, to)| to)))
            .bind(minute(newest_late))
            .bind(minute(behind_until))
            .bind(heard.is_some())
            .bind(minute(heard.and_then(|Heard(since)| since)))
        };
        query.execute(&mut *connection).await.map_err(failed(doing))?;
    }
    Ok(())
}

/// Forgets what series knew. Their metrics stay until their last points are gone.
pub(super) async fn forget(
    connection: &mut SqliteConnection,
    metrics: &[MetricId],
    at: Minute,
) -> Result<(), StoreError> {
    if metrics.is_empty() {
        return Ok(());
    }
    let ids = Value::Array(metrics.iter().map(|metric| Value::from(metric.0)).collect()).to_string();
    for sql in [
        "DELETE FROM states WHERE metric IN (SELECT value FROM json_each($1)) AND $2 = $2",
        "DELETE FROM marks WHERE metric IN (SELECT value FROM json_each($1)) AND $2 = $2",
        "UPDATE metrics SET forgotten_minute = $2 WHERE id IN (SELECT value FROM json_each($1))",
    ] {
        sqlx::query(sql)
            .bind(&ids)
            .bind(sql_minute(at))
            .execute(&mut *connection)
            .await
            .map_err(failed("forget series"))?;
    }
    Ok(())
}
