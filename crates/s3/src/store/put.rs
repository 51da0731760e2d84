//! Writing objects: payload first, then the row that names it.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use sqlx::SqliteConnection;

use super::ObjectStore;
use super::blob::BlobId;
use super::bucket::{Bucket, bucket_id};
use super::error::StoreError;
use super::metadata::{ObjectMetadata, TagSet};
use super::object::{Object, drop_content, stored_size, to_json};
use super::writer::Change;
use crate::address::KEY_BYTES_MAX;
use crate::body::{Absorbed, Payload, Placement, Promise, Sealing, absorb};
use crate::checksum::{Algorithm, ChecksumKind, Digester};
use crate::condition::WriteCondition;
use crate::seal::{DataKeys, Encryption, EncryptionWish, Place, Seal};

/// An object to be written.
#[derive(Debug, Clone, Default)]
pub(crate) struct PutRequest {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) metadata: ObjectMetadata,
    pub(crate) tags: TagSet,
    pub(crate) condition: WriteCondition,
    pub(crate) promise: Promise,
    /// What to encrypt it with; none for SSE-S3.
    pub(crate) seal: Option<Seal>,
}

/// An object of a writer in this process.
#[derive(Debug)]
pub struct Deposit<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// The key.
    pub key: &'a str,
    /// The bytes.
    pub bytes: Bytes,
    /// The headers that a GET gives back.
    pub metadata: ObjectMetadata,
    /// How to encrypt it.
    pub encryption: EncryptionWish,
    /// Gives data keys of KMS in the writer's name.
    pub keys: &'a dyn DataKeys,
}

/// What a put-if-absent found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// Nothing was there; now this is.
    Created(Object),
    /// The same bytes were there already; nothing was changed.
    Identical(Object),
    /// Other bytes were there; nothing was changed. An operator has to look.
    Different(Object),
}

impl ObjectStore {
    /// Writes an object unless its key is taken, and says what is there now. Meant for writers in this
    /// process that may repeat themselves after a crash; a repeat changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NoSuchBucket`], [`StoreError::KeyTooLong`], [`StoreError::KeyRefused`], else what the disk
    /// or the index said.
    pub async fn put_if_absent(&self, deposit: Deposit<'_>) -> Result<Put, StoreError> {
        let Deposit { bucket, key, bytes, metadata, encryption, keys } = deposit;
        let of = self.bucket(bucket).await?.ok_or(StoreError::NoSuchBucket)?;
        let request = PutRequest {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            metadata,
            condition: WriteCondition::Absent,
            promise: Promise {
                size: Some(bytes.len() as u64),
                // Tells a repeat from other bytes without opening what is there: the writer may only seal.
                checksums: vec![(Algorithm::Sha256, None)],
                ..Promise::default()
            },
            seal: Some(self.seal(&of, key, &encryption, keys).await?),
            ..PutRequest::default()
        };
        match self.put(request, stream::iter([Ok(bytes.clone())])).await {
            Ok(object) => Ok(Put::Created(object)),
            Err(StoreError::PreconditionFailed) => self.compare(&of, key, &bytes, keys).await,
            Err(error) => Err(error),
        }
    }

    /// Writes an object from a body.
    ///
    /// # Errors
    /// What the body, the condition, the disk or the index said.
    pub(crate) async fn put<S>(&self, request: PutRequest, body: S) -> Result<Object, StoreError>
    where
        S: Stream<Item = Result<Bytes, s3s::StdError>> + Send + Unpin,
    {
        if request.key.is_empty() || request.key.len() > KEY_BYTES_MAX {
            return Err(StoreError::KeyTooLong);
        }
        // Asked before the body is read, so that nobody uploads 5 GiB into nothing; decided in the transaction.
        if self.bucket(&request.bucket).await?.is_none() {
            return Err(StoreError::NoSuchBucket);
        }
        let place = Place { bucket: &request.bucket, key: &request.key };
        let Seal { key, encryption } = match &request.seal {
            Some(given) => given.clone(),
            None => self.own_seal(place),
        };
        let sealing = Sealing::new(Some(&key), &encryption);
        let absorbed = absorb(&self.blobs, body, &request.promise, Placement::BySize, sealing).await?;
        let change = PutObject { modified_ms: self.now_ms(), request, encryption, absorbed };
        self.writer.submit(change).await
    }

    async fn compare(
        &self,
        bucket: &Bucket,
        key: &str,
        bytes: &Bytes,
        keys: &dyn DataKeys,
    ) -> Result<Put, StoreError> {
        let (object, content) = self.open_object(&bucket.name, key).await?;
        if object.size != bytes.len() as u64 {
            return Ok(Put::Different(object));
        }
        if let Some(known) = object.checksums.get(Algorithm::Sha256)
            && object.checksums.kind == ChecksumKind::FullObject
        {
            let mut digester = Digester::new([Algorithm::Sha256]);
            digester.update(bytes);
            let same = digester.finish().checksums.get(&Algorithm::Sha256) == Some(&known);
            return Ok(if same { Put::Identical(object) } else { Put::Different(object) });
        }
        let data_key = self.unlock(bucket, key, &object.encryption, keys).await?;
        let mut there = content.stream(0..object.size, data_key);
        let mut at = 0_usize;
        while let Some(piece) = there.next().await {
            let piece = piece?;
            let end = at.saturating_add(piece.len());
            if bytes.get(at..end) != Some(piece.as_ref()) {
                return Ok(Put::Different(object));
            }
            at = end;
        }
        Ok(Put::Identical(object))
    }
}

struct PutObject {
    request: PutRequest,
    encryption: Encryption,
    absorbed: Absorbed,
    modified_ms: i64,
}

#[async_trait]
impl Change for PutObject {
    type Outcome = Object;

    async fn apply(
        &self,
        tx: &mut SqliteConnection,
        garbage: &mut Vec<BlobId>,
    ) -> Result<Object, StoreError> {
        let bucket = bucket_id(tx, &self.request.bucket).await?;
        let replaced = check_condition(tx, bucket, &self.request.key, &self.request.condition).await?;
        let content = self.insert_content(tx).await?;
        let object = Object {
            key: self.request.key.clone(),
            size: self.absorbed.size,
            etag: self.absorbed.etag.clone(),
            modified_ms: self.modified_ms,
            checksums: self.absorbed.checksums.clone(),
            metadata: self.request.metadata.clone(),
            tags: self.request.tags.clone(),
            encryption: self.encryption.clone(),
            content,
        };
        replace_object(tx, bucket, &object, replaced, garbage).await?;
        Ok(object)
    }

    fn keep_payloads(&mut self) {
        if let Payload::Blob(stored) = &mut self.absorbed.payload {
            stored.keep();
        }
    }
}

impl PutObject {
    async fn insert_content(&self, tx: &mut SqliteConnection) -> Result<i64, StoreError> {
        match &self.absorbed.payload {
            Payload::Inline(bytes) => {
                let insert = sqlx::query("INSERT INTO content (bytes) VALUES (?)").bind(bytes.as_ref());
                Ok(insert.execute(&mut *tx).await?.last_insert_rowid())
            }
            Payload::Blob(stored) => {
                let insert = sqlx::query("INSERT INTO content (bytes) VALUES (NULL)");
                let content = insert.execute(&mut *tx).await?.last_insert_rowid();
                sqlx::query("INSERT INTO extent (content, sequence, blob, size) VALUES (?, 1, ?, ?)")
                    .bind(content)
                    .bind(stored.id().as_str())
                    .bind(stored_size(self.absorbed.size))
                    .execute(&mut *tx)
                    .await?;
                Ok(content)
            }
        }
    }
}

/// Checks a write's condition; returns the content that the write will replace.
pub(crate) async fn check_condition(
    tx: &mut SqliteConnection,
    bucket: i64,
    key: &str,
    condition: &WriteCondition,
) -> Result<Option<i64>, StoreError> {
    let existing: Option<(String, i64)> =
        sqlx::query_as("SELECT etag, content FROM object WHERE bucket = ? AND key = ?")
            .bind(bucket)
            .bind(key)
            .fetch_optional(&mut *tx)
            .await?;
    if condition.admits(existing.as_ref().map(|(etag, _content)| etag.as_str())) {
        return Ok(existing.map(|(_etag, content)| content));
    }
    Err(if existing.is_none() { StoreError::NoSuchKey } else { StoreError::PreconditionFailed })
}

/// Writes an object's row and drops what it replaces.
pub(crate) async fn replace_object(
    tx: &mut SqliteConnection,
    bucket: i64,
    object: &Object,
    replaced: Option<i64>,
    garbage: &mut Vec<BlobId>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT OR REPLACE INTO object (bucket, key, content, size, etag, modified_ms, checksums, metadata, tags, encryption)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(bucket)
    .bind(&object.key)
    .bind(object.content)
    .bind(stored_size(object.size))
    .bind(&object.etag)
    .bind(object.modified_ms)
    .bind(to_json(&object.checksums))
    .bind(to_json(&object.metadata))
    .bind(to_json(&object.tags))
    .bind(to_json(&object.encryption))
    .execute(&mut *tx)
    .await?;
    if let Some(content) = replaced {
        drop_content(tx, content, garbage).await?;
    }
    Ok(())
}
