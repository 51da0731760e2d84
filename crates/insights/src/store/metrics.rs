//! Metrics and the places that they are counted in.

use cairn_anomaly::Minute;
use cairn_event::{AccountId, Region};
use serde_json::{Value, json};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::Store;
use super::column::{Columns, sql_minute};
use super::error::{StoreError, contradicted, failed};
use crate::metric::{Kind, Metric, MetricId, Place};
use crate::watched::Watched;

/// Which places are asked for. Empty: all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceFilter {
    /// Those of this account.
    pub account: Option<AccountId>,
    /// Those of this Region.
    pub region: Option<Region>,
    /// Those of management events (`Some(None)`), or of the data events of this trail.
    pub trail: Option<Option<Arc<str>>>,
}

impl Store {
    /// Gives a number to each metric, the same as before if it has one, and wakes those that were forgotten. With each
    /// comes the minute since which Cairn listens to its place, which counts if that is not known yet.
    ///
    /// A transaction of its own: a metric of which nothing is counted, for a crash came in between, does no harm.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn identify(&self, metrics: &[(Metric, Minute)]) -> Result<Vec<MetricId>, StoreError> {
        let doing = "give numbers to metrics";
        let mut tx = self.begin(doing).await?;
        let places = metrics.iter().map(|(metric, live)| (&metric.place, *live)).collect();
        self.watch(make_places(&mut tx, places).await)?;
        let mut ids = Vec::with_capacity(metrics.len());
        for some in metrics.chunks(ROWS_MAX) {
            ids.extend(self.watch(identify_some(&mut tx, some).await)?);
        }
        self.finish(tx, doing).await?;
        Ok(ids)
    }

    /// Returns the number of a metric, if it has one.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn metric_id(&self, metric: &Metric) -> Result<Option<MetricId>, StoreError> {
        let doing = "look for a metric";
        let mut connection = self.reader(doing).await?;
        let row = sqlx::query(
            "SELECT metrics.id FROM metrics JOIN places ON places.id = metrics.place
             WHERE account = $1 AND region = $2 AND trail = $3 AND source = $4 AND name = $5
               AND coalesce(code, '') = coalesce($6, '') AND (code IS NULL) = ($6 IS NULL)",
        )
        .bind(metric.place.account.as_str())
        .bind(metric.place.region.as_str())
        .bind(metric.place.trail.as_deref().unwrap_or_default())
        .bind(&*metric.source)
        .bind(&*metric.name)
        .bind(code(metric))
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed(doing))?;
        row.map(|row| Columns::of(&row, doing).number().map(MetricId)).transpose()
    }

    /// Returns up to `limit` metrics of the places asked for, the forgotten ones too, by their numbers from the one
    /// behind `after` on.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn metrics(
        &self,
        places: &PlaceFilter,
        after: Option<MetricId>,
        limit: u32,
    ) -> Result<Vec<(MetricId, Metric)>, StoreError> {
        let doing = "list metrics";
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT metrics.id, account, region, trail, source, name, code
             FROM metrics JOIN places ON places.id = metrics.place WHERE metrics.id > ",
        );
        query.push_bind(after.map_or(-1, |MetricId(id)| i64::from(id)));
        places.push(&mut query);
        query.push(" ORDER BY metrics.id LIMIT ").push_bind(i64::from(limit));
        let mut connection = self.reader(doing).await?;
        let rows = query.build().fetch_all(&mut *connection).await.map_err(failed(doing))?;
        rows.iter()
            .map(|row| {
                let mut columns = Columns::of(row, doing);
                Ok((MetricId(columns.number()?), read(&mut columns)?))
            })
            .collect()
    }

    /// Counts the metrics of the places asked for, the forgotten ones too.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn count_metrics(&self, places: &PlaceFilter) -> Result<u64, StoreError> {
        let doing = "count metrics";
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT count(*) FROM metrics JOIN places ON places.id = metrics.place WHERE TRUE",
        );
        places.push(&mut query);
        let mut connection = self.reader(doing).await?;
        let row = query.build().fetch_one(&mut *connection).await.map_err(failed(doing))?;
        Columns::of(&row, doing).number()
    }

    /// Returns the places asked for, each with what was watched of it.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn places(&self, places: &PlaceFilter) -> Result<Vec<(Place, Watched)>, StoreError> {
        let doing = "list places";
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT account, region, trail, live_minute, imported, selection FROM places WHERE TRUE",
        );
        places.push(&mut query);
        query.push(" ORDER BY account, region, trail");
        let mut connection = self.reader(doing).await?;
        let rows = query.build().fetch_all(&mut *connection).await.map_err(failed(doing))?;
        rows.iter()
            .map(|row| {
                let mut columns = Columns::of(row, doing);
                Ok((read_place(&mut columns)?, read_watched(&mut columns)?))
            })
            .collect()
    }
}

impl PlaceFilter {
    /// Only the place itself.
    pub fn only(place: &Place) -> Self {
        Self {
            account: Some(place.account),
            region: Some(place.region.clone()),
            trail: Some(place.trail.clone()),
        }
    }

    fn push(&self, query: &mut QueryBuilder<Sqlite>) {
        if let Some(account) = &self.account {
            query.push(" AND account = ").push_bind(account.as_str().to_owned());
        }
        if let Some(region) = &self.region {
            query.push(" AND region = ").push_bind(region.as_str().to_owned());
        }
        if let Some(trail) = &self.trail {
            query.push(" AND trail = ").push_bind(trail.as_deref().unwrap_or_default().to_owned());
        }
    }
}

/// Metrics in one statement.
const ROWS_MAX: usize = 5_000;

pub(super) fn code(metric: &Metric) -> Option<&str> {
    match &metric.kind {
        Kind::Calls => None,
        Kind::Errors(code) => Some(code),
    }
}

/// Reads account, Region, trail, source, name and code.
pub(super) fn read(columns: &mut Columns<'_>) -> Result<Metric, StoreError> {
    Ok(Metric {
        place: read_place(columns)?,
        source: columns.text()?,
        name: columns.text()?,
        kind: match columns.next::<Option<&str>>()? {
            None => Kind::Calls,
            Some(code) => Kind::Errors(code.into()),
        },
    })
}

fn read_place(columns: &mut Columns<'_>) -> Result<Place, StoreError> {
    Ok(Place {
        account: columns.parse()?,
        region: columns.parse()?,
        trail: match columns.next::<&str>()? {
            "" => None,
            trail => Some(trail.into()),
        },
    })
}

fn read_watched(columns: &mut Columns<'_>) -> Result<Watched, StoreError> {
    Ok(Watched {
        live: columns.minute()?,
        imported: columns.json_maybe()?,
        selection: columns.next::<Option<&str>>()?.map(Arc::from),
    })
}

/// Makes the places that there are not.
async fn make_places(
    connection: &mut SqliteConnection,
    places: BTreeMap<&Place, Minute>,
) -> Result<(), StoreError> {
    for (place, live) in places {
        sqlx::query(
            "INSERT INTO places (account, region, trail, live_minute) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
        )
        .bind(place.account.as_str())
        .bind(place.region.as_str())
        .bind(place.trail.as_deref().unwrap_or_default())
        .bind(sql_minute(live))
        .execute(&mut *connection)
        .await
        .map_err(failed("make a place"))?;
    }
    Ok(())
}

/// Enters what was watched of places, in place of what is known of it.
pub(super) async fn enter_places(
    connection: &mut SqliteConnection,
    places: &[(Place, Watched)],
) -> Result<(), StoreError> {
    for (place, watched) in places {
        sqlx::query(
            "INSERT INTO places (account, region, trail, live_minute, imported, selection)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT DO UPDATE SET live_minute = excluded.live_minute, imported = excluded.imported,
               selection = excluded.selection",
        )
        .bind(place.account.as_str())
        .bind(place.region.as_str())
        .bind(place.trail.as_deref().unwrap_or_default())
        .bind(sql_minute(watched.live))
        .bind(watched.imported.as_ref().map(|imported| json!(imported).to_string()))
        .bind(watched.selection.as_deref())
        .execute(&mut *connection)
        .await
        .map_err(failed("enter a place"))?;
    }
    Ok(())
}

async fn identify_some(
    connection: &mut SqliteConnection,
    metrics: &[(Metric, Minute)],
) -> Result<Vec<MetricId>, StoreError> {
    let doing = "give numbers to metrics";
    let asked: Vec<Value> = metrics.iter().map(|(metric, _)| asked(metric)).collect();
    let asked = Value::Array(asked).to_string();
    sqlx::query(
        "INSERT INTO metrics (place, source, name, code)
         SELECT places.id, value ->> 3, value ->> 4, value ->> 5 FROM json_each($1)
         JOIN places ON account = value ->> 0 AND region = value ->> 1 AND trail = value ->> 2
         WHERE TRUE ORDER BY key
         ON CONFLICT DO UPDATE SET forgotten_minute = NULL WHERE forgotten_minute IS NOT NULL",
    )
    .bind(&asked)
    .execute(&mut *connection)
    .await
    .map_err(failed(doing))?;
    let rows = sqlx::query(
        "SELECT metrics.id FROM json_each($1)
         JOIN places ON account = value ->> 0 AND region = value ->> 1 AND trail = value ->> 2
         JOIN metrics ON place = places.id AND source = value ->> 3 AND name = value ->> 4
          AND coalesce(code, '') = coalesce(value ->> 5, '') AND (code IS NULL) = (value ->> 5 IS NULL)
         ORDER BY key",
    )
    .bind(&asked)
    .fetch_all(connection)
    .await
    .map_err(failed(doing))?;
    if rows.len() != metrics.len() {
        return Err(contradicted(doing, "a metric was entered and is not there"));
    }
    rows.iter().map(|row| Columns::of(row, doing).number().map(MetricId)).collect()
}

fn asked(metric: &Metric) -> Value {
    json!([
        metric.place.account.as_str(),
        metric.place.region.as_str(),
        metric.place.trail.as_deref().unwrap_or_default(),
        &*metric.source,
        &*metric.name,
        code(metric),
    ])
}
