//! The schema and its versions.

use cairn_sqlite::{Database, MigrateError, Schema};

use super::error::{StoreOpenError, failed};

pub(super) const SCHEMA: Schema = Schema {
    // `CINS`.
    application_id: 0x4349_4e53,
    steps: &[include_str!("schema/0001.sql"), include_str!("schema/0002.sql")],
};

/// Brings the file to the newest schema, in one transaction.
pub(super) async fn migrate(database: &Database) -> Result<(), StoreOpenError> {
    let store = |failure| StoreOpenError::Store(failed("migrate the schema")(failure));
    let mut tx = database.begin().await.map_err(store)?;
    SCHEMA.migrate(&mut tx).await.map_err(not_migrated)?;
    database.finish(tx).await.map_err(store)
}

fn not_migrated(error: MigrateError) -> StoreOpenError {
    match error {
        MigrateError::Newer { found, known } => StoreOpenError::Newer { found, known },
        MigrateError::Foreign => StoreOpenError::Foreign,
        MigrateError::Failed { doing, failed: failure } => StoreOpenError::Store(failed(doing)(failure)),
    }
}
