//! The schema and its versions.

use sqlx::{Executor, Row, SqliteConnection, SqlitePool, raw_sql};

use super::column::failed;
use crate::entity::{Entity, SETTINGS_KEY};
use crate::{EntityKind, OpenError, Settings, StoreError};

/// The steps from each schema version to the next; the first makes version 1 of an empty file.
const MIGRATIONS: [&str; 7] = [
    include_str!("schema/0001.sql"),
    include_str!("schema/0002.sql"),
    include_str!("schema/0003.sql"),
    include_str!("schema/0004.sql"),
    include_str!("schema/0005.sql"),
    include_str!("schema/0006.sql"),
    include_str!("schema/0007.sql"),
];

/// `CAIR`: what SQLite keeps in the file's header so that a catalog is told from other databases.
const APPLICATION_ID: i64 = 0x4341_4952;

/// Brings the file to the newest schema, in one transaction.
pub(super) async fn migrate(writer: &SqlitePool) -> Result<(), OpenError> {
    let doing = "migrate the schema";
    let store = |error| OpenError::Store(failed(doing, error));
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(store)?;
    let found = version(&mut tx).await?;
    let steps = match usize::try_from(found).ok().and_then(|done| MIGRATIONS.get(done..)) {
        Some(steps) => steps,
        None => return Err(OpenError::Newer { found, known: MIGRATIONS.len() as u64 }),
    };
    if steps.is_empty() {
        return Ok(());
    }
    for step in steps {
        tx.execute(raw_sql(*step)).await.map_err(store)?;
    }
    if found == 0 {
        seed(&mut tx).await.map_err(OpenError::Store)?;
    }
    sqlx::query("UPDATE schema_version SET version = $1")
        .bind(i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX))
        .execute(&mut *tx)
        .await
        .map_err(store)?;
    tx.commit().await.map_err(store)
}

/// Tells the schema version; 0 for an empty file.
async fn version(connection: &mut SqliteConnection) -> Result<u64, OpenError> {
    let store = |error| OpenError::Store(failed("read the schema version", error));
    let ask = |sql: &'static str| sqlx::query(sql);
    let application: i64 =
        ask("PRAGMA application_id").fetch_one(&mut *connection).await.map_err(store)?.get(0);
    let tables: i64 =
        ask("SELECT count(*) FROM sqlite_schema").fetch_one(&mut *connection).await.map_err(store)?.get(0);
    match (application, tables) {
        (0, 0) => return Ok(0),
        (APPLICATION_ID, _) => {}
        _ => return Err(OpenError::Foreign),
    }
    let row = ask("SELECT version FROM schema_version").fetch_one(connection).await.map_err(store)?;
    let version: i64 = row.try_get(0).map_err(store)?;
    u64::try_from(version).map_err(|_negative| OpenError::Foreign)
}

/// Writes revision 0: the settings a new catalog begins with. They are stored rather than assumed, so that
/// a later Cairn with other defaults still sees the same revision 0.
async fn seed(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let doing = "write revision 0";
    let body = Entity::Settings(Settings::default())
        .to_body()
        .map_err(|error| failed(doing, sqlx::Error::Encode(Box::new(error))))?;
    sqlx::query(
        "INSERT INTO entity (kind, key, revision_from, revision_to, created, body)
         VALUES ($1, $2, 0, NULL, 0, $3)",
    )
    .bind(EntityKind::Settings.as_str())
    .bind(SETTINGS_KEY)
    .bind(body)
    .execute(connection)
    .await
    .map_err(|error| failed(doing, error))?;
    Ok(())
}
