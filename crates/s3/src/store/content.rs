//! Reading an object's bytes: from the index, or from its payload files in order.

use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, stream};
use sqlx::Row as _;

use super::ObjectStore;
use super::blob::{BlobId, Blobs};
use super::error::StoreError;
use super::object::{Object, object_of, size_of};
use super::payload::PayloadReader;
use crate::body::INLINE;
use crate::seal::{Chunk, DataKey, DataKeys, sealed_size};
use crate::telemetry;

/// How often a read starts over because the object was overwritten meanwhile.
const RETRIES_MAX: u32 = 16;

/// An object's bytes in order. Ends early only with an error.
pub type ContentStream = Pin<Box<dyn Stream<Item = Result<Bytes, StoreError>> + Send + Sync>>;

const SELECT_WITH_BYTES: &str =
    "SELECT o.key, o.size, o.etag, o.modified_ms, o.checksums, o.metadata, o.tags,
    o.content, o.encryption, c.bytes FROM object o JOIN bucket b ON b.id = o.bucket JOIN content c ON c.id = o.content
    WHERE b.name = ? AND o.key = ?";

/// An object's payload as it lies: sealed, where the object is encrypted. It stays in place for as long as
/// this lives, whatever happens to the object.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    place: Place,
    is_sealed: bool,
}

#[derive(Debug, Clone)]
enum Place {
    Inline(Bytes),
    Files(Arc<Leased>),
}

/// A payload file and how many of the object's bytes it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extent {
    /// The part's number; 1 for an object that was put whole.
    pub(crate) sequence: u32,
    pub(crate) blob: BlobId,
    pub(crate) size: u64,
}

impl ObjectStore {
    /// Returns an object and its bytes.
    ///
    /// # Errors
    /// [`StoreError::NoSuchBucket`] or [`StoreError::NoSuchKey`], [`StoreError::KeyRefused`] when KMS does not
    /// open its data key, else what the index said; the stream's errors are those of the disk.
    pub async fn get(
        &self,
        bucket: &str,
        key: &str,
        keys: &dyn DataKeys,
    ) -> Result<(Object, ContentStream), StoreError> {
        let owner = self.bucket(bucket).await?.ok_or(StoreError::NoSuchBucket)?;
        let (object, content) = self.open_object(bucket, key).await?;
        let data_key = self.unlock(&owner, key, &object.encryption, keys).await?;
        let whole = 0..object.size;
        Ok((object, content.stream(whole, data_key)))
    }

    /// Finds an object and its payload.
    pub(crate) async fn open_object(&self, bucket: &str, key: &str) -> Result<(Object, Content), StoreError> {
        for _attempt in 0..RETRIES_MAX {
            let row =
                sqlx::query(SELECT_WITH_BYTES).bind(bucket).bind(key).fetch_optional(&self.readers).await?;
            let Some(row) = row else { return Err(self.missing(bucket).await?) };
            let object = object_of(&row)?;
            let is_sealed = !object.encryption.is_none();
            if let Some(bytes) = row.try_get::<Option<Vec<u8>>, _>(9)? {
                let size = if is_sealed { sealed_size(object.size) } else { object.size };
                if bytes.len() as u64 != size {
                    return Err(StoreError::Malformed { what: "object.size" });
                }
                return Ok((object, Content { place: Place::Inline(bytes.into()), is_sealed }));
            }
            if let Some(leased) = self.lease(object.content).await? {
                if leased.extents.iter().map(|extent| extent.size).sum::<u64>() != object.size {
                    return Err(StoreError::Malformed { what: "object.size" });
                }
                return Ok((object, Content { place: Place::Files(Arc::new(leased)), is_sealed }));
            }
        }
        // Overwritten between two statements that many times: the reader may as well have come before.
        Err(StoreError::NoSuchKey)
    }

    /// Takes leases on a content's files; nothing when the content has been dropped meanwhile.
    async fn lease(&self, content: i64) -> Result<Option<Leased>, StoreError> {
        let extents = self.extents(content).await?;
        let leased = Leased::take(Arc::clone(&self.blobs), extents);
        // Looked up again after the lease: a drop that commits from now on sees the lease.
        let still: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM content WHERE id = ?")
            .bind(content)
            .fetch_optional(&self.readers)
            .await?;
        Ok(still.map(|_there| leased))
    }

    pub(crate) async fn extents(&self, content: i64) -> Result<Vec<Extent>, StoreError> {
        let rows: Vec<(i64, String, i64)> =
            sqlx::query_as("SELECT sequence, blob, size FROM extent WHERE content = ? ORDER BY sequence")
                .bind(content)
                .fetch_all(&self.readers)
                .await?;
        rows.into_iter()
            .map(|(sequence, blob, size)| {
                Ok(Extent {
                    sequence: u32::try_from(sequence)
                        .map_err(|_range| StoreError::Malformed { what: "extent" })?,
                    blob: BlobId::parse(&blob).ok_or_else(StoreError::malformed("extent.blob"))?,
                    size: size_of(size)?,
                })
            })
            .collect()
    }
}

impl Content {
    /// Returns the bytes of `range`, which must lie within the object. Needs the object's data key, if it is
    /// encrypted; what does not open is an error of the stream.
    pub(crate) fn stream(&self, range: Range<u64>, key: Option<DataKey>) -> ContentStream {
        if self.is_sealed != key.is_some() {
            return Box::pin(stream::iter([Err(StoreError::Malformed { what: "object.encryption" })]));
        }
        match &self.place {
            Place::Inline(bytes) => Box::pin(stream::iter([inline(bytes, range, key.as_ref())])),
            Place::Files(leased) => {
                let walk = Walk { leased: Arc::clone(leased), key, next: 0, range, base: 0, open: None };
                Box::pin(stream::try_unfold(walk, Walk::step))
            }
        }
    }

    /// The parts of the object; nothing when it was not put in parts.
    pub(crate) fn extents(&self) -> &[Extent] {
        match &self.place {
            Place::Inline(_) => &[],
            Place::Files(leased) => &leased.extents,
        }
    }
}

fn inline(stored: &Bytes, range: Range<u64>, key: Option<&DataKey>) -> Result<Bytes, StoreError> {
    let plain = match key {
        None => stored.clone(),
        Some(key) => {
            let mut plain = Vec::with_capacity(stored.len());
            key.cipher(INLINE).open(Chunk::ONLY, stored, &mut plain).map_err(|error| {
                telemetry::damaged();
                tracing::error!(%error, "a payload in the index is damaged");
                StoreError::Damaged { blob: INLINE.to_owned() }
            })?;
            plain.into()
        }
    };
    let start = usize::try_from(range.start).unwrap_or(usize::MAX).min(plain.len());
    let end = usize::try_from(range.end).unwrap_or(usize::MAX).clamp(start, plain.len());
    Ok(plain.slice(start..end))
}

/// Payload files that stay in place until this is dropped.
#[derive(Debug)]
pub(crate) struct Leased {
    blobs: Arc<Blobs>,
    extents: Vec<Extent>,
}

impl Leased {
    fn take(blobs: Arc<Blobs>, extents: Vec<Extent>) -> Self {
        blobs.leases.take(&ids(&extents));
        Self { blobs, extents }
    }
}

impl Drop for Leased {
    fn drop(&mut self) {
        for free in self.blobs.leases.release(&ids(&self.extents)) {
            self.blobs.unlink(&free);
        }
    }
}

fn ids(extents: &[Extent]) -> Vec<BlobId> {
    extents.iter().map(|extent| extent.blob.clone()).collect()
}

/// A walk over the files that hold a range.
struct Walk {
    leased: Arc<Leased>,
    /// Opens what the files hold; none where they are not sealed.
    key: Option<DataKey>,
    /// Index of the extent to open next.
    next: usize,
    /// What is left to be read, in bytes of the object.
    range: Range<u64>,
    /// Where extent `next` starts in the object.
    base: u64,
    open: Option<PayloadReader>,
}

impl Walk {
    async fn step(self) -> Result<Option<(Bytes, Self)>, StoreError> {
        if self.range.is_empty() {
            return Ok(None);
        }
        tokio::task::spawn_blocking(move || self.step_blocking())
            .await
            .map_err(|error| StoreError::io("read a payload", std::io::Error::other(error)))?
            .map(Some)
    }

    fn step_blocking(mut self) -> Result<(Bytes, Self), StoreError> {
        let mut reader = match self.open.take() {
            Some(open) => open,
            None => self.open_next()?,
        };
        let piece = reader.read().map_err(|error| self.unreadable(error))?;
        self.range.start += piece.len() as u64;
        self.open = (!reader.is_done()).then_some(reader);
        Ok((piece, self))
    }

    /// Opens the file that holds the next byte, skipping those before it.
    fn open_next(&mut self) -> Result<PayloadReader, StoreError> {
        loop {
            let Some(extent) = self.leased.extents.get(self.next).cloned() else {
                return Err(StoreError::Malformed { what: "extents" });
            };
            let (start, end) = (self.base, self.base + extent.size);
            self.next += 1;
            self.base = end;
            if end <= self.range.start {
                continue;
            }
            let wanted = self.range.start - start..end.min(self.range.end) - start;
            let cipher = self.key.as_ref().map(|key| key.cipher(extent.blob.as_str()));
            let path = self.leased.blobs.path(&extent.blob);
            return PayloadReader::open(&path, extent.size, wanted, cipher)
                .map_err(|error| self.unreadable(error));
        }
    }

    fn unreadable(&self, error: std::io::Error) -> StoreError {
        use std::io::ErrorKind::{InvalidData, NotFound, UnexpectedEof};
        if !matches!(error.kind(), InvalidData | NotFound | UnexpectedEof) {
            return StoreError::io("read a payload", error);
        }
        let at = self.leased.extents.get(self.next.saturating_sub(1));
        let blob = at.map_or_else(String::new, |extent| extent.blob.as_str().to_owned());
        telemetry::damaged();
        tracing::error!(blob, %error, "a payload that the index names is missing, cut short or changed");
        StoreError::Damaged { blob }
    }
}
