//! Schemas and their versions.

use sqlx::{Executor, Row, SqliteConnection, raw_sql};

use crate::Failed;

/// The tables of a kind of store, in all versions.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// What SQLite keeps in the file's header, so that this kind of store is told from other databases. The first step
    /// writes it.
    pub application_id: i64,
    /// The steps from each version to the next. The first makes version 1 of an empty file, with a table
    /// `schema_version` of one row.
    pub steps: &'static [&'static str],
}

/// A file could not be brought to the newest version.
#[derive(Debug)]
pub enum MigrateError {
    /// A newer Cairn has written to the file.
    Newer {
        /// The version found.
        found: u64,
        /// The newest version known.
        known: u64,
    },
    /// The file is a database of something else.
    Foreign,
    /// The database failed.
    Failed {
        /// What it was to do.
        doing: &'static str,
        /// Why it did not.
        failed: Failed,
    },
}

impl Schema {
    /// Brings a file to the newest version, within a transaction that is the caller's to commit. Returns the version
    /// found; 0 for an empty file.
    ///
    /// # Errors
    /// See [`MigrateError`].
    pub async fn migrate(&self, tx: &mut SqliteConnection) -> Result<u64, MigrateError> {
        let failed = failed("migrate the schema");
        let found = self.version(tx).await?;
        let known = self.steps.len() as u64;
        let steps = match usize::try_from(found).ok().and_then(|done| self.steps.get(done..)) {
            Some([]) => return Ok(found),
            Some(steps) => steps,
            None => return Err(MigrateError::Newer { found, known }),
        };
        for step in steps {
            tx.execute(raw_sql(*step)).await.map_err(failed)?;
        }
        let set = sqlx::query("UPDATE schema_version SET version = $1");
        set.bind(i64::try_from(known).unwrap_or(i64::MAX)).execute(tx).await.map_err(failed)?;
        Ok(found)
    }

    /// Tells the version; 0 for an empty file.
    async fn version(&self, tx: &mut SqliteConnection) -> Result<u64, MigrateError> {
        let failed = failed("read the schema version");
        let ask = |sql: &'static str| sqlx::query(sql);
        let application: i64 = ask("PRAGMA application_id").fetch_one(&mut *tx).await.map_err(failed)?.get(0);
        let tables: i64 =
            ask("SELECT count(*) FROM sqlite_schema").fetch_one(&mut *tx).await.map_err(failed)?.get(0);
        match (application, tables) {
            (0, 0) => return Ok(0),
            (application, _) if application == self.application_id => {}
            _ => return Err(MigrateError::Foreign),
        }
        let row = ask("SELECT version FROM schema_version").fetch_one(tx).await.map_err(failed)?;
        let version: i64 = row.try_get(0).map_err(failed)?;
        u64::try_from(version).map_err(|_negative| MigrateError::Foreign)
    }
}

fn failed(doing: &'static str) -> impl Fn(sqlx::Error) -> MigrateError + Copy {
    move |error| MigrateError::Failed { doing, failed: error.into() }
}
