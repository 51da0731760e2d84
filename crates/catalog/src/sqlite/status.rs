//! Delivery status, as rows.

use std::collections::BTreeSet;

use cairn_event::{AccountId, Region};
use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::column::{Fields, corrupt, failed};
use crate::status::CODE_BYTES_MAX;
use crate::{DeliveryKind, DeliveryStatus, Failure, Receipt, StoreError, TrailId, TrailStatus};

/// Notes the success of every trail, account and Region that there are new files of.
pub(super) async fn delivered(
    connection: &mut SqliteConnection,
    new: &[&Receipt],
    at: Timestamp,
) -> Result<(), StoreError> {
    let touched: BTreeSet<_> =
        new.iter().map(|receipt| (&receipt.trail, receipt.account, &receipt.region)).collect();
    for (trail, account, region) in touched {
        succeeded(connection, trail, (account, region), DeliveryKind::LogFiles, at).await?;
    }
    Ok(())
}

pub(super) async fn succeeded(
    connection: &mut SqliteConnection,
    trail: &TrailId,
    (account, region): (AccountId, &Region),
    kind: DeliveryKind,
    at: Timestamp,
) -> Result<(), StoreError> {
    let doing = "record a delivery";
    sqlx::query(
        "INSERT INTO delivery_status
             (trail_arn, trail_created, account, region, kind, succeeded_ms, attempted_ms, error)
         VALUES ($1, $2, $3, $4, $5, $6, $6, NULL)
         ON CONFLICT (trail_arn, trail_created, account, region, kind) DO UPDATE
         SET succeeded_ms = excluded.succeeded_ms, attempted_ms = excluded.attempted_ms, error = NULL",
    )
    .bind(&trail.arn)
    .bind(life(trail, doing)?)
    .bind(account.as_str())
    .bind(region.as_str())
    .bind(kind.as_str())
    .bind(at.as_millisecond())
    .execute(connection)
    .await
    .map_err(|error| failed(doing, error))?;
    Ok(())
}

pub(super) async fn failed_with(
    connection: &mut SqliteConnection,
    trail: &TrailId,
    place: (AccountId, &Region),
    kind: DeliveryKind,
    at: Timestamp,
    code: &str,
) -> Result<(), StoreError> {
    note(connection, trail, place, kind, (at, 0), code).await
}

/// Notes a failure unless the very same was noted a short while ago.
pub(super) async fn failed_anew(
    connection: &mut SqliteConnection,
    trail: &TrailId,
    place: (AccountId, &Region),
    kind: DeliveryKind,
    at: Timestamp,
    code: &str,
) -> Result<(), StoreError> {
    note(connection, trail, place, kind, (at, Failure::NOTED_AGAIN_MS), code).await
}

async fn note(
    connection: &mut SqliteConnection,
    trail: &TrailId,
    (account, region): (AccountId, &Region),
    kind: DeliveryKind,
    (at, unless_ms): (Timestamp, i64),
    code: &str,
) -> Result<(), StoreError> {
    let doing = "record a failed delivery";
    sqlx::query(
        "INSERT INTO delivery_status
             (trail_arn, trail_created, account, region, kind, succeeded_ms, attempted_ms, error)
         VALUES ($1, $2, $3, $4, $5, NULL, $6, $7)
         ON CONFLICT (trail_arn, trail_created, account, region, kind) DO UPDATE
         SET attempted_ms = excluded.attempted_ms, error = excluded.error
         WHERE error IS NOT excluded.error OR attempted_ms + $8 <= excluded.attempted_ms",
    )
    .bind(&trail.arn)
    .bind(life(trail, doing)?)
    .bind(account.as_str())
    .bind(region.as_str())
    .bind(kind.as_str())
    .bind(at.as_millisecond())
    .bind(cut(code))
    .bind(unless_ms)
    .execute(connection)
    .await
    .map_err(|error| failed(doing, error))?;
    Ok(())
}

pub(super) async fn read(
    connection: &mut SqliteConnection,
    trail: &TrailId,
    (account, region): (AccountId, &Region),
) -> Result<TrailStatus, StoreError> {
    let doing = "read a trail's status";
    let rows = sqlx::query(
        "SELECT kind, succeeded_ms, attempted_ms, error FROM delivery_status
         WHERE trail_arn = $1 AND trail_created = $2 AND account = $3 AND region = $4",
    )
    .bind(&trail.arn)
    .bind(life(trail, doing)?)
    .bind(account.as_str())
    .bind(region.as_str())
    .fetch_all(connection)
    .await
    .map_err(|error| failed(doing, error))?;
    let mut status = TrailStatus::default();
    for row in &rows {
        let fields = Fields { row, doing };
        let name: &str = fields.get("kind")?;
        let kind = DeliveryKind::parse(name).ok_or_else(|| fields.corrupt("kind", "it is unknown"))?;
        *status.of_mut(kind) = DeliveryStatus {
            succeeded_at: fields.instant_maybe("succeeded_ms")?,
            attempted_at: fields.instant_maybe("attempted_ms")?,
            error: fields.get("error")?,
        };
    }
    Ok(status)
}

/// A trail's life is a revision, and no revision was ever stored that does not fit.
fn life(trail: &TrailId, doing: &'static str) -> Result<i64, StoreError> {
    i64::try_from(trail.created).map_err(|error| corrupt(doing, error))
}

fn cut(code: &str) -> &str {
    code.get(..code.floor_char_boundary(CODE_BYTES_MAX)).unwrap_or(code)
}
