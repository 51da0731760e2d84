//! Multipart uploads: parts are payload files, and completing one only rewrites rows.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::Stream;
use sqlx::{Row as _, SqliteConnection};

use super::ObjectStore;
use super::blob::BlobId;
use super::bucket::bucket_id;
use super::error::StoreError;
use super::metadata::{ObjectMetadata, TagSet};
use super::object::{Object, from_json, size_of, stored_size, to_json};
use super::put::{check_condition, replace_object};
use super::writer::Change;
use crate::address::KEY_BYTES_MAX;
use crate::body::{Absorbed, Payload, Placement, Promise, Sealing, absorb};
use crate::checksum::{Algorithm, ChecksumKind, Checksums, composite, joined_crc, multipart_etag};
use crate::condition::WriteCondition;
use crate::seal::{DataKey, Encryption, Place, Seal};

/// A part that is not the last must have this size at least: 5 MiB.
const PART_BYTES_MIN: u64 = 5 * 1024 * 1024;
/// An object may have this size at most: 5 TiB.
const OBJECT_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024 * 1024;
/// Parts are numbered from 1 to this.
pub(crate) const PARTS_MAX: u32 = 10_000;

/// An upload to be started.
#[derive(Debug, Clone, Default)]
pub(crate) struct UploadDraft {
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// The ARN of who started it.
    pub(crate) initiator: String,
    pub(crate) checksum: Option<(Algorithm, ChecksumKind)>,
    pub(crate) metadata: ObjectMetadata,
    pub(crate) tags: TagSet,
    /// What to encrypt it with; none for SSE-S3.
    pub(crate) seal: Option<Seal>,
}

/// An upload in progress.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) created_ms: i64,
    pub(crate) initiator: String,
    pub(crate) checksum: Option<(Algorithm, ChecksumKind)>,
    pub(crate) metadata: ObjectMetadata,
    pub(crate) tags: TagSet,
    /// How its parts are encrypted.
    pub(crate) encryption: Encryption,
}

/// A part that was uploaded.
#[derive(Debug, Clone)]
pub(crate) struct PartRow {
    pub(crate) number: u32,
    pub(crate) blob: String,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) modified_ms: i64,
    pub(crate) checksums: Checksums,
}

/// A part as the request to complete lists it.
#[derive(Debug, Clone, Default)]
pub(crate) struct CompletedPart {
    pub(crate) number: u32,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) checksums: BTreeMap<Algorithm, String>,
}

/// A request to complete an upload.
#[derive(Debug, Clone, Default)]
pub(crate) struct CompleteRequest {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) upload: String,
    pub(crate) parts: Vec<CompletedPart>,
    pub(crate) condition: WriteCondition,
    /// The whole object's checksums as the client computed them.
    pub(crate) checksums: BTreeMap<Algorithm, String>,
    pub(crate) size: Option<u64>,
}

impl ObjectStore {
    /// Starts an upload; returns its id and how it is encrypted.
    pub(crate) async fn create_upload(
        &self,
        mut draft: UploadDraft,
    ) -> Result<(String, Encryption), StoreError> {
        if draft.key.is_empty() || draft.key.len() > KEY_BYTES_MAX {
            return Err(StoreError::KeyTooLong);
        }
        let id = format!("{}{}", self.ids.guid(), self.ids.guid()).replace('-', "");
        let created_ms = self.now_ms();
        let place = Place { bucket: &draft.bucket, key: &draft.key };
        let Seal { encryption, .. } = match draft.seal.take() {
            Some(given) => given,
            None => self.own_seal(place),
        };
        let stored = encryption.clone();
        self.writer.submit(CreateUpload { id: id.clone(), draft, encryption: stored, created_ms }).await?;
        Ok((id, encryption))
    }

    /// Takes a part, sealed with the upload's data key; a part of the same number is replaced.
    pub(crate) async fn put_part<S>(
        &self,
        upload: &Upload,
        key: Option<&DataKey>,
        number: u32,
        mut promise: Promise,
        body: S,
    ) -> Result<PartRow, StoreError>
    where
        S: Stream<Item = Result<Bytes, s3s::StdError>> + Send + Unpin,
    {
        if let Some((algorithm, _kind)) = upload.checksum {
            let promised = promise.checksums.iter().any(|(given, _value)| *given == algorithm);
            if !promised {
                promise.checksums.push((algorithm, None));
            }
        }
        if upload.encryption.is_none() != key.is_none() {
            return Err(StoreError::Malformed { what: "upload.encryption" });
        }
        let sealing = Sealing::new(key, &upload.encryption);
        let absorbed = absorb(&self.blobs, body, &promise, Placement::File, sealing).await?;
        let change = PutPart { upload: upload.id.clone(), number, absorbed, modified_ms: self.now_ms() };
        self.writer.submit(change).await
    }

    /// Makes the object of the listed parts.
    pub(crate) async fn complete_upload(&self, request: CompleteRequest) -> Result<Object, StoreError> {
        self.writer.submit(CompleteUpload { modified_ms: self.now_ms(), request }).await
    }

    /// Drops an upload and its parts.
    pub(crate) async fn abort_upload(&self, bucket: &str, key: &str, id: &str) -> Result<(), StoreError> {
        let (bucket, key, id) = (bucket.to_owned(), key.to_owned(), id.to_owned());
        self.writer.submit(AbortUpload { bucket, key, id }).await
    }

    /// Returns an upload in progress.
    pub(crate) async fn upload(&self, bucket: &str, key: &str, id: &str) -> Result<Upload, StoreError> {
        let mut connection = self.readers.acquire().await?;
        let bucket = bucket_id(&mut connection, bucket).await?;
        find_upload(&mut connection, bucket, key, id).await
    }

    /// Returns up to `limit` parts numbered above `after`, in order.
    pub(crate) async fn parts(&self, id: &str, after: u32, limit: u32) -> Result<Vec<PartRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT number, blob, size, etag, modified_ms, checksums FROM part
             WHERE upload = ? AND number > ? ORDER BY number LIMIT ?",
        )
        .bind(id)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(part_of).collect()
    }
}

pub(crate) fn upload_of(row: &sqlx::sqlite::SqliteRow) -> Result<Upload, StoreError> {
    let algorithm: Option<String> = row.try_get(4)?;
    let kind: Option<String> = row.try_get(5)?;
    let algorithm = algorithm.map(|text| from_json("upload.algorithm", text)).transpose()?;
    let kind = kind.map(|text| from_json("upload.kind", text)).transpose()?;
    Ok(Upload {
        id: row.try_get(0)?,
        key: row.try_get(1)?,
        created_ms: row.try_get(2)?,
        initiator: row.try_get(3)?,
        checksum: algorithm.zip(kind),
        metadata: from_json("upload.metadata", row.try_get(6)?)?,
        tags: from_json("upload.tags", row.try_get(7)?)?,
        encryption: from_json("upload.encryption", row.try_get(8)?)?,
    })
}

fn part_of(row: &sqlx::sqlite::SqliteRow) -> Result<PartRow, StoreError> {
    Ok(PartRow {
        number: row.try_get(0)?,
        blob: row.try_get(1)?,
        size: size_of(row.try_get(2)?)?,
        etag: row.try_get(3)?,
        modified_ms: row.try_get(4)?,
        checksums: from_json("part.checksums", row.try_get(5)?)?,
    })
}

async fn find_upload(
    connection: &mut SqliteConnection,
    bucket: i64,
    key: &str,
    id: &str,
) -> Result<Upload, StoreError> {
    let row = sqlx::query(
        "SELECT id, key, created_ms, initiator, algorithm, kind, metadata, tags, encryption
         FROM upload
         WHERE bucket = ? AND key = ? AND id = ?",
    )
    .bind(bucket)
    .bind(key)
    .bind(id)
    .fetch_optional(&mut *connection)
    .await?;
    row.map(|row| upload_of(&row)).transpose()?.ok_or(StoreError::NoSuchUpload)
}

struct CreateUpload {
    id: String,
    draft: UploadDraft,
    encryption: Encryption,
    created_ms: i64,
}

#[async_trait]
impl Change for CreateUpload {
    type Outcome = ();

    async fn apply(&self, tx: &mut SqliteConnection, _garbage: &mut Vec<BlobId>) -> Result<(), StoreError> {
        let bucket = bucket_id(tx, &self.draft.bucket).await?;
        let checksum = self.draft.checksum.as_ref();
        sqlx::query(
            "INSERT INTO upload (id, bucket, key, created_ms, initiator, algorithm, kind, metadata, tags,
                 encryption)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&self.id)
        .bind(bucket)
        .bind(&self.draft.key)
        .bind(self.created_ms)
        .bind(&self.draft.initiator)
        .bind(checksum.map(|(algorithm, _kind)| to_json(algorithm)))
        .bind(checksum.map(|(_algorithm, kind)| to_json(kind)))
        .bind(to_json(&self.draft.metadata))
        .bind(to_json(&self.draft.tags))
        .bind(to_json(&self.encryption))
        .execute(&mut *tx)
        .await?;
        Ok(())
    }
}

struct PutPart {
    upload: String,
    number: u32,
    absorbed: Absorbed,
    modified_ms: i64,
}

#[async_trait]
impl Change for PutPart {
    type Outcome = PartRow;

    async fn apply(
        &self,
        tx: &mut SqliteConnection,
        garbage: &mut Vec<BlobId>,
    ) -> Result<PartRow, StoreError> {
        // It may have been completed or aborted while the body came in.
        let there: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM upload WHERE id = ?")
            .bind(&self.upload)
            .fetch_optional(&mut *tx)
            .await?;
        let (Some(_upload), Payload::Blob(stored)) = (there, &self.absorbed.payload) else {
            return Err(StoreError::NoSuchUpload);
        };
        let replaced: Option<(String,)> =
            sqlx::query_as("DELETE FROM part WHERE upload = ? AND number = ? RETURNING blob")
                .bind(&self.upload)
                .bind(self.number)
                .fetch_optional(&mut *tx)
                .await?;
        garbage.extend(replaced.iter().filter_map(|(blob,)| BlobId::parse(blob)));
        let part = PartRow {
            number: self.number,
            blob: stored.id().as_str().to_owned(),
            size: self.absorbed.size,
            etag: self.absorbed.etag.clone(),
            modified_ms: self.modified_ms,
            checksums: self.absorbed.checksums.clone(),
        };
        sqlx::query(
            "INSERT INTO part (upload, number, blob, size, etag, modified_ms, checksums) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&self.upload)
        .bind(part.number)
        .bind(&part.blob)
        .bind(stored_size(part.size))
        .bind(&part.etag)
        .bind(part.modified_ms)
        .bind(to_json(&part.checksums))
        .execute(&mut *tx)
        .await?;
        Ok(part)
    }

    fn keep_payloads(&mut self) {
        if let Payload::Blob(stored) = &mut self.absorbed.payload {
            stored.keep();
        }
    }
}

struct AbortUpload {
    bucket: String,
    key: String,
    id: String,
}

#[async_trait]
impl Change for AbortUpload {
    type Outcome = ();

    async fn apply(&self, tx: &mut SqliteConnection, garbage: &mut Vec<BlobId>) -> Result<(), StoreError> {
        let bucket = bucket_id(tx, &self.bucket).await?;
        let upload = find_upload(tx, bucket, &self.key, &self.id).await?;
        drop_upload(tx, &upload.id, garbage).await
    }
}

/// Removes an upload's rows; files of parts that are still listed become garbage.
async fn drop_upload(
    tx: &mut SqliteConnection,
    id: &str,
    garbage: &mut Vec<BlobId>,
) -> Result<(), StoreError> {
    let parts: Vec<(String,)> = sqlx::query_as("DELETE FROM part WHERE upload = ? RETURNING blob")
        .bind(id)
        .fetch_all(&mut *tx)
        .await?;
    garbage.extend(parts.iter().filter_map(|(blob,)| BlobId::parse(blob)));
    sqlx::query("DELETE FROM upload WHERE id = ?").bind(id).execute(&mut *tx).await?;
    Ok(())
}

struct CompleteUpload {
    request: CompleteRequest,
    modified_ms: i64,
}

#[async_trait]
impl Change for CompleteUpload {
    type Outcome = Object;

    async fn apply(
        &self,
        tx: &mut SqliteConnection,
        garbage: &mut Vec<BlobId>,
    ) -> Result<Object, StoreError> {
        let request = &self.request;
        let bucket = bucket_id(tx, &request.bucket).await?;
        let upload = find_upload(tx, bucket, &request.key, &request.upload).await?;
        let rows =
            sqlx::query("SELECT number, blob, size, etag, modified_ms, checksums FROM part WHERE upload = ?")
                .bind(&upload.id)
                .fetch_all(&mut *tx)
                .await?;
        let uploaded = rows.iter().map(part_of).map(|part| part.map(|part| (part.number, part)));
        let uploaded = uploaded.collect::<Result<BTreeMap<u32, PartRow>, StoreError>>()?;
        let assembled = assemble(request, upload.checksum, &uploaded)?;
        let replaced = check_condition(tx, bucket, &request.key, &request.condition).await?;

        let insert = sqlx::query("INSERT INTO content (bytes) VALUES (NULL)");
        let content = insert.execute(&mut *tx).await?.last_insert_rowid();
        let numbers = to_json(&request.parts.iter().map(|part| part.number).collect::<Vec<_>>());
        sqlx::query(
            "INSERT INTO extent (content, sequence, blob, size)
             SELECT ?, number, blob, size FROM part WHERE upload = ? AND number IN (SELECT value FROM json_each(?))",
        )
        .bind(content)
        .bind(&upload.id)
        .bind(&numbers)
        .execute(&mut *tx)
        .await?;
        sqlx::query("DELETE FROM part WHERE upload = ? AND number IN (SELECT value FROM json_each(?))")
            .bind(&upload.id)
            .bind(&numbers)
            .execute(&mut *tx)
            .await?;
        drop_upload(tx, &upload.id, garbage).await?;
        let object = Object {
            key: request.key.clone(),
            size: assembled.size,
            etag: assembled.etag,
            modified_ms: self.modified_ms,
            checksums: assembled.checksums,
            metadata: upload.metadata,
            tags: upload.tags,
            encryption: upload.encryption,
            content,
        };
        replace_object(tx, bucket, &object, replaced, garbage).await?;
        Ok(object)
    }
}

/// What the listed parts amount to.
#[derive(Debug)]
struct Assembled {
    size: u64,
    etag: String,
    checksums: Checksums,
}

/// Checks the listed parts against those uploaded, and computes the object's size, ETag and checksum.
fn assemble(
    request: &CompleteRequest,
    checksum: Option<(Algorithm, ChecksumKind)>,
    uploaded: &BTreeMap<u32, PartRow>,
) -> Result<Assembled, StoreError> {
    let mut parts: Vec<&PartRow> = Vec::with_capacity(request.parts.len());
    for listed in &request.parts {
        let number = listed.number;
        if parts.last().is_some_and(|before| before.number >= number) {
            return Err(StoreError::InvalidPartOrder);
        }
        let part = uploaded.get(&number).filter(|part| is_listed(part, listed));
        parts.push(part.ok_or(StoreError::InvalidPart { number })?);
    }
    let Some((_last, others)) = parts.split_last() else {
        return Err(StoreError::InvalidRequest { why: "no part is listed" });
    };
    if let Some(small) = others.iter().find(|part| part.size < PART_BYTES_MIN) {
        return Err(StoreError::EntityTooSmall { number: small.number, size: small.size });
    }
    let size: u64 = parts.iter().map(|part| part.size).sum();
    if size > OBJECT_BYTES_MAX {
        return Err(StoreError::EntityTooLarge);
    }
    if request.size.is_some_and(|promised| promised != size) {
        return Err(StoreError::InvalidRequest { why: "the parts do not add up to the given object size" });
    }
    let etags = multipart_etag(parts.iter().map(|part| part.etag.as_str()));
    let checksums = match checksum {
        Some((algorithm, kind)) => whole_checksum(algorithm, kind, &parts)?,
        None => Checksums::default(),
    };
    check_whole(request, &checksums)?;
    Ok(Assembled { size, etag: etags.ok_or(StoreError::Malformed { what: "part.etag" })?, checksums })
}

fn is_listed(part: &PartRow, listed: &CompletedPart) -> bool {
    let same = |(algorithm, value): (&Algorithm, &String)| {
        part.checksums.values.get(algorithm).is_none_or(|stored| stored == value)
    };
    part.etag == listed.etag && listed.checksums.iter().all(same)
}

fn whole_checksum(
    algorithm: Algorithm,
    kind: ChecksumKind,
    parts: &[&PartRow],
) -> Result<Checksums, StoreError> {
    let of = |part: &PartRow| part.checksums.get(algorithm);
    let values: Vec<(String, u64)> = parts.iter().filter_map(|part| Some((of(part)?, part.size))).collect();
    let value = match kind {
        ChecksumKind::Composite => composite(algorithm, values.iter().map(|(value, _size)| value.as_str())),
        ChecksumKind::FullObject => {
            joined_crc(algorithm, values.iter().map(|(value, size)| (value.as_str(), *size)))
        }
    };
    let value = value.filter(|_value| values.len() == parts.len());
    let value = value.ok_or(StoreError::Malformed { what: "part.checksums" })?;
    Ok(Checksums { values: BTreeMap::from([(algorithm, value)]), kind })
}

/// Compares the object's checksum with what the request gave, with or without the count of parts.
fn check_whole(request: &CompleteRequest, found: &Checksums) -> Result<(), StoreError> {
    for (algorithm, given) in &request.checksums {
        let Some(value) = found.values.get(algorithm) else { continue };
        let bare = value.split_once('-').map_or(value.as_str(), |(digest, _count)| digest);
        if given != value && given != bare {
            return Err(StoreError::BadDigest { what: algorithm.name() });
        }
    }
    Ok(())
}
