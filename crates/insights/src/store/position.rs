//! How far the store has come in the journal.

use cairn_anomaly::Minute;
use sqlx::SqliteConnection;

use super::Store;
use super::column::{Columns, sql_minute, sql_number};
use super::error::{StoreError, contradicted, failed};

/// How far the store has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The last minute that was closed.
    pub closed: Minute,
    /// The journal's position to read on from after a restart: no event before it has a minute that was open when
    /// `closed` was closed.
    pub resume: u64,
    /// The position before which every event of `closed` and of earlier minutes is counted. Events between `resume`
    /// and here count only if their minutes are later.
    pub counted: u64,
}

impl Store {
    /// Tells how far the store has come; `None` if no minute was closed yet.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn position(&self) -> Result<Option<Position>, StoreError> {
        read(&mut *self.reader("read the position").await?).await
    }
}

async fn read(connection: &mut SqliteConnection) -> Result<Option<Position>, StoreError> {
    let doing = "read the position";
    let row = sqlx::query("SELECT closed_minute, resume, counted FROM position")
        .fetch_optional(connection)
        .await
        .map_err(failed(doing))?;
    let Some(row) = row else { return Ok(None) };
    let mut columns = Columns::of(&row, doing);
    Ok(Some(Position { closed: columns.minute()?, resume: columns.number()?, counted: columns.number()? }))
}

/// Moves on, never back. The minute may be the same: late calls are entered between two closings, too.
pub(super) async fn advance(connection: &mut SqliteConnection, to: Position) -> Result<(), StoreError> {
    let doing = "move the position";
    let before = read(connection).await?;
    let back =
        |from: &Position| to.closed < from.closed || to.resume < from.resume || to.counted < from.counted;
    if before.as_ref().is_some_and(back) {
        return Err(contradicted(doing, "it would go back"));
    }
    sqlx::query(
        "INSERT INTO position (only_row, closed_minute, resume, counted) VALUES (1, $1, $2, $3)
         ON CONFLICT DO UPDATE SET closed_minute = $1, resume = $2, counted = $3",
    )
    .bind(sql_minute(to.closed))
    .bind(sql_number(to.resume, doing)?)
    .bind(sql_number(to.counted, doing)?)
    .execute(connection)
    .await
    .map_err(failed(doing))?;
    Ok(())
}
