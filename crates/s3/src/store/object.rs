//! Objects: the rows of them, reading, deleting and tagging them.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::ObjectStore;
use super::blob::BlobId;
use super::bucket::bucket_id;
use super::error::StoreError;
use super::metadata::{ObjectMetadata, TagSet};
use super::writer::Change;
use crate::checksum::Checksums;
use crate::condition::WriteCondition;
use crate::seal::Encryption;

/// An object as it is, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its ETag, without quotes: the MD5 in hexadecimal (under SSE-KMS not the MD5), or `HEX-PARTS` for a
    /// multipart upload.
    pub etag: String,
    /// When it was written, in milliseconds since the Unix epoch.
    pub modified_ms: i64,
    /// The checksums kept with it.
    pub checksums: Checksums,
    /// Its headers.
    pub metadata: ObjectMetadata,
    /// Its tags.
    pub tags: TagSet,
    /// How it is encrypted.
    pub encryption: Encryption,
    /// Which content is its bytes.
    pub(crate) content: i64,
}

impl Object {
    /// The second it was last modified in.
    pub(crate) fn modified_s(&self) -> i64 {
        self.modified_ms.div_euclid(1000)
    }
}

const SELECT_OBJECT: &str = "SELECT o.key, o.size, o.etag, o.modified_ms, o.checksums, o.metadata, o.tags,
    o.content, o.encryption
    FROM object o JOIN bucket b ON b.id = o.bucket WHERE b.name = ? AND o.key = ?";

impl ObjectStore {
    /// Returns an object without its bytes.
    ///
    /// # Errors
    /// [`StoreError::NoSuchBucket`] or [`StoreError::NoSuchKey`], else what the index said.
    pub async fn head(&self, bucket: &str, key: &str) -> Result<Object, StoreError> {
        let row = sqlx::query(SELECT_OBJECT).bind(bucket).bind(key).fetch_optional(&self.readers).await?;
        match row {
            Some(row) => object_of(&row),
            None => Err(self.missing(bucket).await?),
        }
    }

    /// Tells a missing key from a missing bucket.
    pub(crate) async fn missing(&self, bucket: &str) -> Result<StoreError, StoreError> {
        Ok(if self.bucket(bucket).await?.is_some() {
            StoreError::NoSuchKey
        } else {
            StoreError::NoSuchBucket
        })
    }

    /// Removes objects; a key that is not there counts as removed. Answers each key in turn.
    ///
    /// # Errors
    /// [`StoreError::NoSuchBucket`], else what the index said.
    pub(crate) async fn delete(
        &self,
        bucket: &str,
        keys: Vec<(String, WriteCondition)>,
    ) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        self.writer.submit(DeleteObjects { bucket: bucket.to_owned(), keys }).await
    }

    /// Replaces an object's tags.
    ///
    /// # Errors
    /// [`StoreError::NoSuchBucket`] or [`StoreError::NoSuchKey`], else what the index said.
    pub(crate) async fn tag(&self, bucket: &str, key: &str, tags: TagSet) -> Result<(), StoreError> {
        self.writer.submit(TagObject { bucket: bucket.to_owned(), key: key.to_owned(), tags }).await
    }
}

pub(crate) fn object_of(row: &SqliteRow) -> Result<Object, StoreError> {
    Ok(Object {
        key: row.try_get(0)?,
        size: size_of(row.try_get(1)?)?,
        etag: row.try_get(2)?,
        modified_ms: row.try_get(3)?,
        checksums: from_json("object.checksums", row.try_get(4)?)?,
        metadata: from_json("object.metadata", row.try_get(5)?)?,
        tags: from_json("object.tags", row.try_get(6)?)?,
        content: row.try_get(7)?,
        encryption: from_json("object.encryption", row.try_get(8)?)?,
    })
}

pub(crate) fn size_of(stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_negative| StoreError::Malformed { what: "size" })
}

pub(crate) fn stored_size(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

pub(crate) fn from_json<T: serde::de::DeserializeOwned>(
    what: &'static str,
    text: String,
) -> Result<T, StoreError> {
    serde_json::from_str(&text).map_err(|_unreadable| StoreError::Malformed { what })
}

pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::json!(value).to_string()
}

/// Removes a content's rows; its payload files become garbage.
pub(crate) async fn drop_content(
    tx: &mut SqliteConnection,
    content: i64,
    garbage: &mut Vec<BlobId>,
) -> Result<(), StoreError> {
    let blobs: Vec<(String,)> = sqlx::query_as("DELETE FROM extent WHERE content = ? RETURNING blob")
        .bind(content)
        .fetch_all(&mut *tx)
        .await?;
    garbage.extend(blobs.iter().filter_map(|(blob,)| BlobId::parse(blob)));
    sqlx::query("DELETE FROM content WHERE id = ?").bind(content).execute(&mut *tx).await?;
    Ok(())
}

struct DeleteObjects {
    bucket: String,
    keys: Vec<(String, WriteCondition)>,
}

#[async_trait]
impl Change for DeleteObjects {
    type Outcome = Vec<Result<(), StoreError>>;

    async fn apply(
        &self,
        tx: &mut SqliteConnection,
        garbage: &mut Vec<BlobId>,
    ) -> Result<Self::Outcome, StoreError> {
        let bucket = bucket_id(tx, &self.bucket).await?;
        let mut outcomes = Vec::with_capacity(self.keys.len());
        for (key, condition) in &self.keys {
            let existing: Option<(String, i64)> =
                sqlx::query_as("SELECT etag, content FROM object WHERE bucket = ? AND key = ?")
                    .bind(bucket)
                    .bind(key)
                    .fetch_optional(&mut *tx)
                    .await?;
            if !condition.admits(existing.as_ref().map(|(etag, _content)| etag.as_str())) {
                let absent = existing.is_none();
                outcomes.push(Err(if absent {
                    StoreError::NoSuchKey
                } else {
                    StoreError::PreconditionFailed
                }));
                continue;
            }
            if let Some((_etag, content)) = existing {
                sqlx::query("DELETE FROM object WHERE bucket = ? AND key = ?")
                    .bind(bucket)
                    .bind(key)
                    .execute(&mut *tx)
                    .await?;
                drop_content(tx, content, garbage).await?;
            }
            outcomes.push(Ok(()));
        }
        Ok(outcomes)
    }
}

struct TagObject {
    bucket: String,
    key: String,
    tags: TagSet,
}

#[async_trait]
impl Change for TagObject {
    type Outcome = ();

    async fn apply(&self, tx: &mut SqliteConnection, _garbage: &mut Vec<BlobId>) -> Result<(), StoreError> {
        let bucket = bucket_id(tx, &self.bucket).await?;
        let done = sqlx::query("UPDATE object SET tags = ? WHERE bucket = ? AND key = ?")
            .bind(to_json(&self.tags))
            .bind(bucket)
            .bind(&self.key)
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 0 { Err(StoreError::NoSuchKey) } else { Ok(()) }
    }
}
