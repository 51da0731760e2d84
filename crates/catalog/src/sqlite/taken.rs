//! Taken events, as rows.

use sqlx::SqliteConnection;

use super::column::failed;
use crate::{StoreError, TakenEvent, Taking};

/// How many rows are forgotten in one transaction, so that no other write waits long.
const FORGOTTEN_MAX: i64 = 10_000;

/// Returns those that are known.
pub(super) async fn known(
    connection: &mut SqliteConnection,
    asked: &[TakenEvent],
) -> Result<Vec<TakenEvent>, StoreError> {
    let mut known = Vec::new();
    for event in asked.iter().take(TakenEvent::ASKED_MAX) {
        let row = sqlx::query("SELECT 1 FROM taken WHERE day = $1 AND id = $2")
            .bind(event.day)
            .bind(event.id.as_slice())
            .fetch_optional(&mut *connection)
            .await
            .map_err(|error| failed("look for taken events", error))?;
        if row.is_some() {
            known.push(*event);
        }
    }
    Ok(known)
}

pub(super) async fn take(connection: &mut SqliteConnection, taking: &Taking) -> Result<(), StoreError> {
    for event in &taking.events {
        sqlx::query("INSERT INTO taken (day, id, until_day) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(event.day)
            .bind(event.id.as_slice())
            .bind(taking.until_day)
            .execute(&mut *connection)
            .await
            .map_err(|error| failed("enter taken events", error))?;
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
