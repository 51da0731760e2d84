//! States, as rows.

use sqlx::SqliteConnection;

use super::column::{Fields, failed, number};
use crate::{CursorError, State, StateChange, StoreError};

pub(super) async fn read(connection: &mut SqliteConnection, name: &str) -> Result<Option<State>, StoreError> {
    let doing = "read a state";
    let row = sqlx::query("SELECT name, version, body FROM state WHERE name = $1")
        .bind(name)
        .fetch_optional(connection)
        .await
        .map_err(|error| failed(doing, error))?;
    row.map(|row| state(&Fields { row: &row, doing })).transpose()
}

pub(super) async fn list(connection: &mut SqliteConnection, prefix: &str) -> Result<Vec<State>, StoreError> {
    let doing = "list states";
    let rows =
        sqlx::query("SELECT name, version, body FROM state WHERE name >= $1 AND name < $2 ORDER BY name")
            .bind(prefix)
            // Names are text, and no text sorts behind the last character.
            .bind(format!("{prefix}{}", char::MAX))
            .fetch_all(connection)
            .await
            .map_err(|error| failed(doing, error))?;
    rows.iter().map(|row| state(&Fields { row, doing })).collect()
}

/// Sets the state if it has the expected version.
pub(super) async fn set(connection: &mut SqliteConnection, change: &StateChange) -> Result<(), CursorError> {
    let store = |error| failed("set a state", error);
    let set = match change.expected {
        None => {
            sqlx::query("INSERT INTO state (name, version, body) VALUES ($1, 1, $2) ON CONFLICT DO NOTHING")
                .bind(&change.name)
                .bind(&change.body)
                .execute(&mut *connection)
                .await
        }
        Some(version) => {
            sqlx::query("UPDATE state SET version = version + 1, body = $2 WHERE name = $1 AND version = $3")
                .bind(&change.name)
                .bind(&change.body)
                .bind(number(version)?)
                .execute(&mut *connection)
                .await
        }
    };
    match set.map_err(store)?.rows_affected() {
        1 => Ok(()),
        _ => {
            let actual = read(connection, &change.name).await?.map(|state| state.version);
            Err(CursorError::Moved { actual })
        }
    }
}

fn state(fields: &Fields<'_>) -> Result<State, StoreError> {
    Ok(State { name: fields.get("name")?, version: fields.number("version")?, body: fields.get("body")? })
}
