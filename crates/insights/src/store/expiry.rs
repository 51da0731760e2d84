//! What is old goes.

use cairn_anomaly::Minute;
use sqlx::SqliteConnection;

use super::Store;
use super::column::{day, hour, sql_minute};
use super::error::{StoreError, failed};
use super::shares;

/// Since when things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Points, records that were sent, gaps, and metrics that have none of these and were forgotten.
    pub points: Minute,
    /// Shares of hours.
    pub hour_shares: Minute,
}

/// What went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expired {
    /// Points.
    pub points: u64,
    /// Shares of hours.
    pub hour_shares: u64,
    /// Values of shares.
    pub texts: u64,
    /// Records.
    pub records: u64,
    /// Metrics.
    pub metrics: u64,
}

impl Keep {
    /// What is kept at a minute: points for 90 days, shares of hours for ten.
    pub fn at(now: Minute) -> Self {
        Self { points: now.minus(POINT_DAYS * DAY), hour_shares: now.minus(SHARE_DAYS * DAY) }
    }
}

const DAY: u32 = 24 * 60;
const POINT_DAYS: u32 = 90;
const SHARE_DAYS: u32 = 10;

impl Store {
    /// Takes away what is older than what is kept. Meant for once an hour: each time takes away about as much as an
    /// hour has brought, from the edge where it lies together.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn expire(&self, keep: Keep) -> Result<Expired, StoreError> {
        let doing = "take away what is old";
        let mut tx = self.begin(doing).await?;
        let expired = self.watch(expire(&mut tx, keep).await)?;
        self.finish(tx, doing).await?;
        if expired.texts > 0 {
            self.forget_texts();
        }
        Ok(expired)
    }
}

async fn expire(connection: &mut SqliteConnection, keep: Keep) -> Result<Expired, StoreError> {
    let since = sql_minute(keep.points);
    Ok(Expired {
        points: delete(connection, "DELETE FROM points WHERE hour < $1", hour(keep.points)).await?,
        hour_shares: shares::forget_hours(connection, keep.hour_shares).await?,
        texts: delete(connection, TEXTS, day(keep.hour_shares)).await?,
        records: delete(connection, "DELETE FROM records WHERE at_minute < $1 AND sent = 1", since).await?,
        metrics: {
            delete(connection, "DELETE FROM gaps WHERE to_minute <= $1", since).await?;
            delete(connection, "DELETE FROM metrics WHERE forgotten_minute < $1", since).await?
        },
    })
}

/// Shares of minutes and hours name texts of days since those of hours are kept, but for held ones, which may be older.
const TEXTS: &str = "DELETE FROM texts WHERE used_day < $1 AND id NOT IN (SELECT value FROM held_shares)";

async fn delete(connection: &mut SqliteConnection, sql: &'static str, since: i64) -> Result<u64, StoreError> {
    let doing = "take away what is old";
    let gone = sqlx::query(sql).bind(since).execute(connection).await.map_err(failed(doing))?;
    Ok(gone.rows_affected())
}
