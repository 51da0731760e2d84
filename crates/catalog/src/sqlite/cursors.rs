//! Cursors, as rows.

use sqlx::SqliteConnection;

use super::column::{Fields, failed, number};
use crate::{Cursor, CursorError, CursorMove, StoreError};

pub(super) async fn read(connection: &mut SqliteConnection, name: &str) -> Result<Option<u64>, StoreError> {
    let doing = "read a cursor";
    let row = sqlx::query("SELECT position FROM cursors WHERE name = $1")
        .bind(name)
        .fetch_optional(connection)
        .await
        .map_err(|error| failed(doing, error))?;
    row.map(|row| Fields { row: &row, doing }.number("position")).transpose()
}

pub(super) async fn list(connection: &mut SqliteConnection) -> Result<Vec<Cursor>, StoreError> {
    let doing = "list the cursors";
    let rows = sqlx::query("SELECT name, position FROM cursors ORDER BY name")
        .fetch_all(connection)
        .await
        .map_err(|error| failed(doing, error))?;
    rows.iter()
        .map(|row| {
            let fields = Fields { row, doing };
            Ok(Cursor { name: fields.get("name")?, position: fields.number("position")? })
        })
        .collect()
}

/// Moves the cursor if it stands where expected.
pub(super) async fn set(connection: &mut SqliteConnection, step: &CursorMove) -> Result<(), CursorError> {
    let store = |error| failed("move a cursor", error);
    let to = number(step.to)?;
    let moved = match step.expected {
        None => {
            sqlx::query("INSERT INTO cursors (name, position) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
                .bind(&step.name)
                .bind(to)
                .execute(&mut *connection)
                .await
        }
        Some(from) => {
            sqlx::query("UPDATE cursors SET position = $2 WHERE name = $1 AND position = $3")
                .bind(&step.name)
                .bind(to)
                .bind(number(from)?)
                .execute(&mut *connection)
                .await
        }
    };
    match moved.map_err(store)?.rows_affected() {
        1 => Ok(()),
        _ => Err(CursorError::Moved { actual: read(connection, &step.name).await? }),
    }
}
