//! Taken events, as rows.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::column::{Fields, failed};
use crate::{StoreError, TakenEvent, Taking};

/// How many rows are forgotten in one transaction, so that no other write waits long.
const FORGOTTEN_MAX: i64 = 10_000;

/// How many events one statement names: a statement costs more than what it does for one of them.
const STATEMENT_EVENTS: usize = 256;

/// Returns those that are known.
pub(super) async fn known(
    connection: &mut SqliteConnection,
    asked: &[TakenEvent],
) -> Result<Vec<TakenEvent>, StoreError> {
    let doing = "look for taken events";
    let asked = asked.get(..TakenEvent::ASKED_MAX).unwrap_or(asked);
    let mut known = Vec::new();
    for asked in asked.chunks(STATEMENT_EVENTS) {
        let mut query = QueryBuilder::<Sqlite>::new("WITH asked (day, id) AS (");
        query.push_values(asked, |mut row, event| {
            row.push_bind(event.day).push_bind(event.id.as_slice());
        });
        // A cross join is done from left to right: each asked event is looked up by the table's key.
        query.push(
            ") SELECT taken.day AS day, taken.id AS id FROM asked CROSS JOIN taken
             ON taken.day = asked.day AND taken.id = asked.id",
        );
        let rows = query.build().fetch_all(&mut *connection).await.map_err(|error| failed(doing, error))?;
        for row in &rows {
            let fields = Fields { row, doing };
            let id: &[u8] = fields.get("id")?;
            let id = id.try_into().map_err(|error| fields.corrupt("id", error))?;
            known.push(TakenEvent { day: fields.get("day")?, id });
        }
    }
    Ok(known)
}

pub(super) async fn take(connection: &mut SqliteConnection, taking: &Taking) -> Result<(), StoreError> {
    for events in taking.events.chunks(STATEMENT_EVENTS) {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO taken (day, id, until_day) ");
        query.push_values(events, |mut row, event| {
            row.push_bind(event.day).push_bind(event.id.as_slice()).push_bind(taking.until_day);
        });
        query.push(" ON CONFLICT DO NOTHING");
        let entered = query.build().execute(&mut *connection).await;
        entered.map_err(|error| failed("enter taken events", error))?;
    }
    Ok(())
}

/// Forgets some of those that may be forgotten before `today`, and tells how many.
pub(super) async fn forget(connection: &mut SqliteConnection, today: i32) -> Result<u64, StoreError> {
    let gone = sqlx::query(
        "DELETE FROM taken WHERE (day, id) IN
         (SELECT day, id FROM taken WHERE day < $1 AND until_day < $1 LIMIT $2)",
    )
    .bind(today)
    .bind(FORGOTTEN_MAX)
    .execute(connection)
    .await
    .map_err(|error| failed("forget taken events", error))?;
    Ok(gone.rows_affected())
}
