//! The schema and its versions.

use cairn_sqlite::{Database, MigrateError, Schema};
use sqlx::SqliteConnection;

use super::column::failed;
use crate::entity::{Entity, SETTINGS_KEY};
use crate::{EntityKind, OpenError, Settings, StoreError};

pub(super) const SCHEMA: Schema = Schema {
    // `CAIR`.
    application_id: 0x4341_4952,
    steps: &[
        include_str!("schema/0001.sql"),
        include_str!("schema/0002.sql"),
        include_str!("schema/0003.sql"),
        include_str!("schema/0004.sql"),
        include_str!("schema/0005.sql"),
        include_str!("schema/0006.sql"),
        include_str!("schema/0007.sql"),
    ],
};

/// Brings the file to the newest schema, in one transaction.
pub(super) async fn migrate(database: &Database) -> Result<(), OpenError> {
    let store = |failure| OpenError::Store(failed("migrate the schema", failure));
    let mut tx = database.begin().await.map_err(store)?;
    let found = SCHEMA.migrate(&mut tx).await.map_err(not_migrated)?;
    if found == 0 {
        seed(&mut tx).await.map_err(OpenError::Store)?;
    }
    database.finish(tx).await.map_err(store)
}

fn not_migrated(error: MigrateError) -> OpenError {
    match error {
        MigrateError::Newer { found, known } => OpenError::Newer { found, known },
        MigrateError::Foreign => OpenError::Foreign,
        MigrateError::Failed { doing, failed: failure } => OpenError::Store(failed(doing, failure)),
    }
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
