//! Entities and the newest revision, as rows.

use std::sync::Arc;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::column::{Fields, corrupt, failed};
use crate::change::{BODY_BYTES_MAX, Step};
use crate::entity::Entity;
use crate::snapshot::assemble;
use crate::{EntityKind, Refusal, Revision, Snapshot, StoreError};

/// A step rendered for the store.
pub(super) struct RowChange {
    kind: EntityKind,
    key: String,
    /// The body that follows; `None` when the entity ends.
    body: Option<String>,
}

pub(super) fn rows(steps: &[Step]) -> Result<Vec<RowChange>, Refusal> {
    steps.iter().map(render).collect()
}

fn render(step: &Step) -> Result<RowChange, Refusal> {
    let body = step
        .entity
        .as_ref()
        .map(Entity::to_body)
        .transpose()
        .map_err(|source| Refusal::Unwritable { kind: step.kind.as_str(), key: step.key.clone(), source })?;
    let bytes = body.as_ref().map_or(0, String::len);
    if bytes > BODY_BYTES_MAX {
        return Err(Refusal::TooLong { what: "an entity", bytes, max: BODY_BYTES_MAX });
    }
    Ok(RowChange { kind: step.kind, key: step.key.clone(), body })
}

/// Writes the next revision. Nothing is visible before the transaction commits.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    next: Revision,
    rows: &[RowChange],
) -> Result<(), StoreError> {
    let doing = "write a revision";
    let next = i64::try_from(next).map_err(|error| corrupt(doing, error))?;
    for row in rows {
        sqlx::query(
            "UPDATE entity SET revision_to = $1 WHERE kind = $2 AND key = $3 AND revision_to IS NULL",
        )
        .bind(next)
        .bind(row.kind.as_str())
        .bind(&row.key)
        .execute(&mut *connection)
        .await
        .map_err(|error| failed(doing, error))?;
        let Some(body) = &row.body else { continue };
        // What just ended goes on under a new body; anything else begins now.
        sqlx::query(
            "INSERT INTO entity (kind, key, revision_from, revision_to, created, body)
             VALUES ($1, $2, $3, NULL,
                     COALESCE((SELECT created FROM entity WHERE kind = $1 AND key = $2 AND revision_to = $3), $3),
                     $4)",
        )
        .bind(row.kind.as_str())
        .bind(&row.key)
        .bind(next)
        .bind(body)
        .execute(&mut *connection)
        .await
        .map_err(|error| failed(doing, error))?;
    }
    let moved = sqlx::query("UPDATE head SET revision = $1 WHERE revision = $1 - 1")
        .bind(next)
        .execute(connection)
        .await
        .map_err(|error| failed(doing, error))?;
    match moved.rows_affected() {
        1 => Ok(()),
        _ => Err(corrupt(doing, "the newest revision changed inside the transaction")),
    }
}

pub(super) async fn head(connection: &mut SqliteConnection) -> Result<Revision, StoreError> {
    let doing = "read the newest revision";
    let row = sqlx::query("SELECT revision FROM head")
        .fetch_one(connection)
        .await
        .map_err(|error| failed(doing, error))?;
    Fields { row: &row, doing }.number("revision")
}

/// Reads the newest revision, however long its history is. Inside a transaction only: the number and the
/// rows must be of one moment.
pub(super) async fn newest(connection: &mut SqliteConnection) -> Result<Arc<Snapshot>, StoreError> {
    let doing = "read the newest revision";
    let revision = head(connection).await?;
    let rows = sqlx::query("SELECT kind, key, created, body FROM entity WHERE revision_to IS NULL")
        .fetch_all(connection)
        .await
        .map_err(|error| failed(doing, error))?;
    snapshot_of(revision, &rows, doing)
}

/// Rebuilds a revision that exists.
pub(super) async fn load(
    connection: &mut SqliteConnection,
    revision: Revision,
) -> Result<Arc<Snapshot>, StoreError> {
    let doing = "rebuild a revision";
    let at = i64::try_from(revision).map_err(|error| corrupt(doing, error))?;
    let rows = sqlx::query(
        "SELECT kind, key, created, body FROM entity
         WHERE revision_from <= $1 AND (revision_to IS NULL OR revision_to > $1)",
    )
    .bind(at)
    .fetch_all(connection)
    .await
    .map_err(|error| failed(doing, error))?;
    snapshot_of(revision, &rows, doing)
}

fn snapshot_of(
    revision: Revision,
    rows: &[SqliteRow],
    doing: &'static str,
) -> Result<Arc<Snapshot>, StoreError> {
    let entities = rows.iter().map(|row| read(&Fields { row, doing })).collect::<Result<Vec<_>, _>>()?;
    assemble(revision, entities).map_err(|refusal| corrupt(doing, refusal))
}

fn read(fields: &Fields<'_>) -> Result<(Entity, Revision), StoreError> {
    let name: &str = fields.get("kind")?;
    let key: &str = fields.get("key")?;
    let unreadable = |source| {
        corrupt(fields.doing, UnreadableEntity { kind: name.to_owned(), key: key.to_owned(), source })
    };
    let kind = EntityKind::parse(name).ok_or_else(|| unreadable("the kind is unknown".into()))?;
    let entity = Entity::from_body(kind, fields.get("body")?).map_err(|error| unreadable(error.into()))?;
    if entity.key() != key {
        return Err(unreadable("the body names another key".into()));
    }
    Ok((entity, fields.number("created")?))
}

#[derive(Debug, thiserror::Error)]
#[error("read the {kind} {key}")]
struct UnreadableEntity {
    kind: String,
    key: String,
    source: Box<dyn std::error::Error + Send + Sync>,
}

pub(super) async fn any_secret(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    let found = sqlx::query("SELECT 1 FROM entity WHERE kind IN ($1, $2, $3, $4, $5) LIMIT 1")
        .bind(EntityKind::AccessKey.as_str())
        .bind(EntityKind::SigningKey.as_str())
        .bind(EntityKind::KmsKey.as_str())
        .bind(EntityKind::LoginProfile.as_str())
        .bind(EntityKind::MfaDevice.as_str())
        .fetch_optional(connection)
        .await
        .map_err(|error| failed("look for secrets", error))?;
    Ok(found.is_some_and(|row| !row.is_empty()))
}
