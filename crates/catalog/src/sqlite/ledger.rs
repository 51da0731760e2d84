//! Receipts, as rows.

use sqlx::SqliteConnection;

use super::column::{Fields, failed, number};
use crate::{CursorError, Delivered, Delivery, Receipt, ReceiptQuery, Refusal, StoreError, TrailId};

/// Enters the receipts of a delivery, in their order, and returns those that are new. One that is there already
/// stays as it is.
pub(super) async fn enter<'a>(
    connection: &mut SqliteConnection,
    delivery: &'a Delivery,
) -> Result<Vec<&'a Receipt>, CursorError> {
    let mut new = Vec::with_capacity(delivery.receipts.len());
    for receipt in &delivery.receipts {
        if insert(connection, receipt, delivery.delivered_at.as_millisecond()).await? {
            new.push(receipt);
        } else if !is_there(connection, receipt).await? {
            return Err(Refusal::Present { kind: "receipt", key: receipt.key.clone() }.into());
        }
    }
    Ok(new)
}

/// Says whether the ledger has the very same receipt, from a delivery that did not come to its end.
async fn is_there(connection: &mut SqliteConnection, receipt: &Receipt) -> Result<bool, CursorError> {
    let doing = "read the delivery ledger";
    let row = sqlx::query(
        "SELECT * FROM receipt
         WHERE trail_arn = $1 AND trail_created = $2 AND bucket = $3 AND object_key = $4",
    )
    .bind(&receipt.trail.arn)
    .bind(number(receipt.trail.created)?)
    .bind(&receipt.bucket)
    .bind(&receipt.key)
    .fetch_optional(connection)
    .await
    .map_err(|error| failed(doing, error))?;
    let there = row.map(|row| delivered(&Fields { row: &row, doing })).transpose()?;
    Ok(there.is_some_and(|there| there.receipt == *receipt))
}

/// Says whether the receipt was entered: false when its object is in the ledger already.
async fn insert(
    connection: &mut SqliteConnection,
    receipt: &Receipt,
    delivered_ms: i64,
) -> Result<bool, CursorError> {
    // The writer is alone, so the next number is nobody else's.
    let inserted = sqlx::query(
        "INSERT INTO receipt (number, trail_arn, trail_created, account, region, bucket, object_key, sha256,
                              bytes, events, oldest_event_s, newest_event_s, first_position, last_position,
                              delivered_ms)
         SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
         FROM receipt WHERE true
         ON CONFLICT (trail_arn, trail_created, bucket, object_key) DO NOTHING",
    )
    .bind(&receipt.trail.arn)
    .bind(number(receipt.trail.created)?)
    .bind(receipt.account.as_str())
    .bind(receipt.region.as_str())
    .bind(&receipt.bucket)
    .bind(&receipt.key)
    .bind(to_hex(&receipt.sha256))
    .bind(number(receipt.bytes)?)
    .bind(number(receipt.events)?)
    .bind(receipt.oldest_event.epoch_seconds())
    .bind(receipt.newest_event.epoch_seconds())
    .bind(number(receipt.first_position)?)
    .bind(number(receipt.last_position)?)
    .bind(delivered_ms)
    .execute(connection)
    .await
    .map_err(|error| failed("enter a receipt", error))?;
    Ok(inserted.rows_affected() == 1)
}

pub(super) async fn last(connection: &mut SqliteConnection) -> Result<u64, StoreError> {
    let doing = "read the delivery ledger";
    let row = sqlx::query("SELECT COALESCE(MAX(number), 0) AS number FROM receipt")
        .fetch_one(connection)
        .await
        .map_err(|error| failed(doing, error))?;
    Fields { row: &row, doing }.number("number")
}

/// Asks for one account and Region, said so that the index of places serves.
const OF_PLACE: &str = "SELECT * FROM receipt
    WHERE trail_arn = $1 AND trail_created = $2 AND number > $3
      AND account = $8 AND region = $4
      AND ($5 IS NULL OR delivered_ms >= $5)
      AND ($6 IS NULL OR delivered_ms < $6)
    ORDER BY number LIMIT $7";

const OF_ANY: &str = "SELECT * FROM receipt
    WHERE trail_arn = $1 AND trail_created = $2 AND number > $3
      AND ($8 IS NULL OR account = $8) AND ($4 IS NULL OR region = $4)
      AND ($5 IS NULL OR delivered_ms >= $5)
      AND ($6 IS NULL OR delivered_ms < $6)
    ORDER BY number LIMIT $7";

/// Asks for what was written of a stretch of the journal, said so that the index of positions serves.
const OF_POSITIONS: &str = "SELECT * FROM receipt
    WHERE trail_arn = $1 AND trail_created = $2 AND number > $3
      AND ($4 IS NULL OR region = $4) AND ($8 IS NULL OR account = $8)
      AND ($5 IS NULL OR delivered_ms >= $5)
      AND ($6 IS NULL OR delivered_ms < $6)
      AND first_position >= $9 AND first_position < $10
    ORDER BY number LIMIT $7";

pub(super) async fn read(
    connection: &mut SqliteConnection,
    query: &ReceiptQuery,
) -> Result<Vec<Delivered>, StoreError> {
    let doing = "read the delivery ledger";
    let no_such = |_too_large: Refusal| i64::MAX;
    let is_of_place = query.account.is_some() && query.region.is_some();
    let text = match &query.positions {
        Some(_) => OF_POSITIONS,
        None if is_of_place => OF_PLACE,
        None => OF_ANY,
    };
    let mut asked = sqlx::query(text)
        .bind(&query.trail.arn)
        .bind(number(query.trail.created).unwrap_or_else(no_such))
        .bind(query.after.map_or(0, |after| number(after).unwrap_or_else(no_such)))
        .bind(query.region.as_ref().map(|region| region.as_str()))
        .bind(query.delivered_from.map(jiff::Timestamp::as_millisecond))
        .bind(query.delivered_before.map(jiff::Timestamp::as_millisecond))
        .bind(i64::from(query.limit.min(ReceiptQuery::PAGE_MAX)))
        .bind(query.account.as_ref().map(|account| account.as_str()));
    if let Some(positions) = &query.positions {
        let bound = |position| number(position).unwrap_or_else(no_such);
        asked = asked.bind(bound(positions.start)).bind(bound(positions.end));
    }
    let rows = asked.fetch_all(connection).await.map_err(|error| failed(doing, error))?;
    rows.iter().map(|row| delivered(&Fields { row, doing })).collect()
}

fn delivered(fields: &Fields<'_>) -> Result<Delivered, StoreError> {
    let sha256: &str = fields.get("sha256")?;
    let receipt = Receipt {
        trail: TrailId { arn: fields.get("trail_arn")?, created: fields.number("trail_created")? },
        account: fields.parse("account")?,
        region: fields.parse("region")?,
        bucket: fields.get("bucket")?,
        key: fields.get("object_key")?,
        sha256: from_hex(sha256)
            .ok_or_else(|| fields.corrupt("sha256", "64 hexadecimal digits are needed"))?,
        bytes: fields.number("bytes")?,
        events: fields.number("events")?,
        oldest_event: fields.event_time("oldest_event_s")?,
        newest_event: fields.event_time("newest_event_s")?,
        first_position: fields.number("first_position")?,
        last_position: fields.number("last_position")?,
    };
    Ok(Delivered { number: fields.number("number")?, at: fields.instant("delivered_ms")?, receipt })
}

fn to_hex(bytes: &[u8; 32]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(64), |mut out, byte| {
        // Writing to a string cannot fail.
        write!(out, "{byte:02x}").unwrap_or_default();
        out
    })
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(out)
}
