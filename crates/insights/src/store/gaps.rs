//! Minutes that nobody watched.

use cairn_anomaly::Minute;
use sqlx::SqliteConnection;

use super::Store;
use super::column::{Columns, sql_minute};
use super::error::{StoreError, failed};

/// Minutes that nobody watched, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The first of them.
    pub from: Minute,
    /// The first that was watched again.
    pub to: Minute,
}

impl Gap {
    /// Tells whether a minute is one of them.
    pub fn contains(&self, minute: Minute) -> bool {
        self.from <= minute && minute < self.to
    }
}

impl Store {
    /// Returns the gaps that have minutes between `from` and `to`, which is not one of them; the earliest first.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn gaps(&self, from: Minute, to: Minute) -> Result<Vec<Gap>, StoreError> {
        let doing = "read the gaps";
        read(&mut *self.reader(doing).await?, from, to).await
    }
}

pub(super) async fn read(
    connection: &mut SqliteConnection,
    from: Minute,
    to: Minute,
) -> Result<Vec<Gap>, StoreError> {
    let doing = "read the gaps";
    let rows = sqlx::query(
        "SELECT from_minute, to_minute FROM gaps WHERE to_minute > $1 AND from_minute < $2 ORDER BY from_minute",
    )
    .bind(sql_minute(from))
    .bind(sql_minute(to))
    .fetch_all(connection)
    .await
    .map_err(failed(doing))?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row, doing);
            Ok(Gap { from: columns.minute()?, to: columns.minute()? })
        })
        .collect()
}

/// Counts minutes between `from` and `to` that lie in no gap. Gaps that overlap are counted once.
pub(crate) fn watched(gaps: &[Gap], from: Minute, to: Minute) -> u32 {
    let mut watched = to.since(from);
    let mut seen = from;
    for gap in gaps {
        let begin = gap.from.max(seen);
        let end = gap.to.min(to);
        watched = watched.saturating_sub(end.since(begin));
        seen = seen.max(end);
    }
    watched
}

pub(super) async fn enter(connection: &mut SqliteConnection, gaps: &[Gap]) -> Result<(), StoreError> {
    for gap in gaps.iter().filter(|gap| gap.from < gap.to) {
        sqlx::query(
            "INSERT INTO gaps (from_minute, to_minute) VALUES ($1, $2)
             ON CONFLICT DO UPDATE SET to_minute = max(to_minute, excluded.to_minute)",
        )
        .bind(sql_minute(gap.from))
        .bind(sql_minute(gap.to))
        .execute(&mut *connection)
        .await
        .map_err(failed("enter a gap"))?;
    }
    Ok(())
}
