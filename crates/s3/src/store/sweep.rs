//! Removes the payloads that a crash left without a row.
//!
//! Runs once after start, in the background, one directory at a time. Only files of earlier generations
//! are looked at: a file of this generation may belong to a write that is about to commit.

use std::sync::Arc;

use sqlx::SqlitePool;
use tokio_util::sync::CancellationToken;

use super::blob::{BlobId, Blobs, SHARDS};
use super::error::StoreError;
use crate::telemetry;

/// Ids that one query asks about.
const ASKED_MAX: usize = 512;

/// Sweeps every directory, or stops at shutdown; the next start sweeps again.
pub(crate) async fn run(blobs: Arc<Blobs>, index: SqlitePool, shutdown: CancellationToken) {
    let mut removed = 0;
    for shard in 0..SHARDS {
        if shutdown.is_cancelled() {
            return;
        }
        match sweep_shard(&blobs, &index, &format!("{shard:02x}")).await {
            Ok(count) => removed += count,
            Err(error) => {
                tracing::warn!(%error, shard, "orphaned payloads were not removed; the next start tries again");
                return;
            }
        }
    }
    if removed > 0 {
        telemetry::orphans_removed(removed);
        tracing::info!(removed, "payloads left by a crash were removed");
    }
}

async fn sweep_shard(blobs: &Arc<Blobs>, index: &SqlitePool, shard: &str) -> Result<u64, StoreError> {
    let failed = |source| StoreError::io("list payloads", source);
    let (listed, dir) = (Arc::clone(blobs), blobs.shard_dir(shard));
    let old = tokio::task::spawn_blocking(move || older_files(&dir, listed.generation()))
        .await
        .map_err(|error| failed(std::io::Error::other(error)))?
        .map_err(failed)?;
    let mut removed = 0;
    for asked in old.chunks(ASKED_MAX) {
        let doomed = unnamed(index, asked).await?;
        removed += doomed.len() as u64;
        let at = Arc::clone(blobs);
        let _detached = tokio::task::spawn_blocking(move || doomed.iter().for_each(|id| at.unlink(id))).await;
    }
    Ok(removed)
}

fn older_files(dir: &std::path::Path, generation: u32) -> std::io::Result<Vec<BlobId>> {
    let mut old = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name();
        // A file that is not ours is left alone.
        if let Some(id) = name.to_str().and_then(BlobId::parse).filter(|id| id.generation() < generation) {
            old.push(id);
        }
    }
    Ok(old)
}

/// Returns those of `asked` that neither an object nor a part names.
async fn unnamed(index: &SqlitePool, asked: &[BlobId]) -> Result<Vec<BlobId>, StoreError> {
    let names = serde_json::json!(asked.iter().map(BlobId::as_str).collect::<Vec<_>>()).to_string();
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT value FROM json_each(?) AS asked
         WHERE NOT EXISTS (SELECT 1 FROM extent WHERE blob = asked.value)
           AND NOT EXISTS (SELECT 1 FROM part WHERE blob = asked.value)",
    )
    .bind(names)
    .fetch_all(index)
    .await?;
    Ok(rows.iter().filter_map(|(name,)| BlobId::parse(name)).collect())
}
