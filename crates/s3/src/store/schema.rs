//! The index's tables. Version 2; described in docs/formats/object-store.md.

use sqlx::{Connection as _, SqliteConnection};

use super::error::StoreError;

/// The format version, in SQLite's `user_version`.
pub(crate) const VERSION: i64 = 2;

const TABLES: &str = "
CREATE TABLE generation (
    only INTEGER PRIMARY KEY CHECK (only = 0),
    number INTEGER NOT NULL,
    sealing_key TEXT
) STRICT;
CREATE TABLE bucket (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    owner_canonical TEXT NOT NULL,
    region TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    policy TEXT,
    tags TEXT,
    public_access_block TEXT,
    encryption TEXT
) STRICT;
CREATE INDEX bucket_by_owner ON bucket (owner, name);
CREATE TABLE content (id INTEGER PRIMARY KEY AUTOINCREMENT, bytes BLOB) STRICT;
CREATE TABLE extent (
    content INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (content, sequence)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX extent_by_blob ON extent (blob);
CREATE TABLE object (
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    content INTEGER NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL,
    checksums TEXT NOT NULL,
    metadata TEXT NOT NULL,
    tags TEXT NOT NULL,
    encryption TEXT NOT NULL,
    PRIMARY KEY (bucket, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE upload (
    id TEXT PRIMARY KEY,
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    initiator TEXT NOT NULL,
    algorithm TEXT,
    kind TEXT,
    metadata TEXT NOT NULL,
    tags TEXT NOT NULL,
    encryption TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX upload_by_key ON upload (bucket, key, id);
CREATE TABLE part (
    upload TEXT NOT NULL,
    number INTEGER NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL,
    checksums TEXT NOT NULL,
    PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX part_by_blob ON part (blob);
INSERT INTO generation (only, number) VALUES (0, 0);
PRAGMA user_version = 2;
";

/// What version 1 lacks: nothing in it is encrypted.
const FROM_1: &str = r#"
ALTER TABLE generation ADD COLUMN sealing_key TEXT;
ALTER TABLE bucket ADD COLUMN encryption TEXT;
ALTER TABLE object ADD COLUMN encryption TEXT NOT NULL DEFAULT '{"by":"none"}';
ALTER TABLE upload ADD COLUMN encryption TEXT NOT NULL DEFAULT '{"by":"none"}';
PRAGMA user_version = 2;
"#;

/// Makes, migrates or checks the tables, and returns this process's generation. `sealing_key` names the key
/// that seals data keys; a store knows the first one it was opened with, and no other.
pub(crate) async fn prepare(connection: &mut SqliteConnection, sealing_key: &str) -> Result<u32, StoreError> {
    let mut tx = connection.begin().await?;
    let (found,): (i64,) = sqlx::query_as("PRAGMA user_version").fetch_one(&mut *tx).await?;
    match found {
        0 => {
            sqlx::raw_sql(TABLES).execute(&mut *tx).await?;
        }
        1 => {
            sqlx::raw_sql(FROM_1).execute(&mut *tx).await?;
        }
        VERSION => {}
        _ => return Err(StoreError::Newer { found, known: VERSION }),
    }
    let (generation, known): (i64, String) = sqlx::query_as(
        "UPDATE generation SET number = number + 1, sealing_key = coalesce(sealing_key, ?)
         RETURNING number, sealing_key",
    )
    .bind(sealing_key)
    .fetch_one(&mut *tx)
    .await?;
    if known != sealing_key {
        return Err(StoreError::OtherKey);
    }
    tx.commit().await?;
    u32::try_from(generation).map_err(|_too_many_starts| StoreError::Malformed { what: "generation" })
}
