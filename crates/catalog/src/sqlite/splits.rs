//! Splits, as rows.

use cairn_event::AccountId;
use sqlx::SqliteConnection;

use super::column::{Fields, failed, number};
use crate::{CursorError, Refusal, Split, SplitChange, StoreError};

pub(super) async fn list(connection: &mut SqliteConnection) -> Result<Vec<Split>, StoreError> {
    let doing = "list the splits";
    let rows = sqlx::query("SELECT * FROM split ORDER BY first_position, id")
        .fetch_all(connection)
        .await
        .map_err(|error| failed(doing, error))?;
    rows.iter().map(|row| read(&Fields { row, doing })).collect()
}

/// Removes, then adds.
pub(super) async fn replace(
    connection: &mut SqliteConnection,
    change: &SplitChange,
) -> Result<(), CursorError> {
    for id in &change.remove {
        let removed = sqlx::query("DELETE FROM split WHERE id = $1")
            .bind(id)
            .execute(&mut *connection)
            .await
            .map_err(|error| failed("remove a split", error))?;
        if removed.rows_affected() != 1 {
            return Err(Refusal::Absent { kind: "split", key: id.clone() }.into());
        }
    }
    for split in &change.add {
        // An id names a directory: taken over by new content, a reader of the old would see the new.
        if change.remove.contains(&split.id) || !insert(connection, split).await? {
            return Err(Refusal::Present { kind: "split", key: split.id.clone() }.into());
        }
    }
    Ok(())
}

async fn insert(connection: &mut SqliteConnection, split: &Split) -> Result<bool, CursorError> {
    let accounts = serde_json::to_string(&split.accounts).map_err(|source| Refusal::Unwritable {
        kind: "split",
        key: split.id.clone(),
        source,
    })?;
    let inserted = sqlx::query(
        "INSERT INTO split (id, first_position, last_position, events, oldest_event_s, newest_event_s,
                            accounts, bytes, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(&split.id)
    .bind(number(split.first_position)?)
    .bind(number(split.last_position)?)
    .bind(number(split.events)?)
    .bind(split.oldest_event.epoch_seconds())
    .bind(split.newest_event.epoch_seconds())
    .bind(accounts)
    .bind(number(split.bytes)?)
    .bind(split.created.as_millisecond())
    .execute(connection)
    .await
    .map_err(|error| failed("add a split", error))?;
    Ok(inserted.rows_affected() == 1)
}

fn read(fields: &Fields<'_>) -> Result<Split, StoreError> {
    let accounts: &str = fields.get("accounts")?;
    let accounts: Vec<AccountId> =
        serde_json::from_str(accounts).map_err(|error| fields.corrupt("accounts", error))?;
    Ok(Split {
        id: fields.get("id")?,
        first_position: fields.number("first_position")?,
        last_position: fields.number("last_position")?,
        events: fields.number("events")?,
        oldest_event: fields.event_time("oldest_event_s")?,
        newest_event: fields.event_time("newest_event_s")?,
        accounts,
        bytes: fields.number("bytes")?,
        created: fields.instant("created_ms")?,
    })
}
