//! Reading an object's bytes: from the index, or from its payload files in order.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use sqlx::Row as _;

use super::ObjectStore;
use super::blob::{BlobId, Blobs};
use super::error::StoreError;
use super::object::{Object, object_of, size_of};

/// Bytes read from a file at once; a GET holds about this much.
const READ_BYTES: usize = 256 * 1024;
/// How often a read starts over because the object was overwritten meanwhile.
const RETRIES_MAX: u32 = 16;

/// An object's bytes in order. Ends early only with an error.
pub type ContentStream = Pin<Box<dyn Stream<Item = Result<Bytes, StoreError>> + Send + Sync>>;

const SELECT_WITH_BYTES: &str =
    "SELECT o.key, o.size, o.etag, o.modified_ms, o.checksums, o.metadata, o.tags,
    o.content, c.bytes FROM object o JOIN bucket b ON b.id = o.bucket JOIN content c ON c.id = o.content
    WHERE b.name = ? AND o.key = ?";

/// Bytes that stay readable for as long as this lives, whatever happens to the object.
#[derive(Debug, Clone)]
pub(crate) enum Content {
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
    /// [`StoreError::NoSuchBucket`] or [`StoreError::NoSuchKey`], else what the index said; the stream's
    /// errors are those of the disk.
    pub async fn get(&self, bucket: &str, key: &str) -> Result<(Object, ContentStream), StoreError> {
        let (object, content) = self.open_object(bucket, key).await?;
        let whole = 0..object.size;
        Ok((object, content.stream(whole)))
    }

    pub(crate) async fn open_object(&self, bucket: &str, key: &str) -> Result<(Object, Content), StoreError> {
        for _attempt in 0..RETRIES_MAX {
            let row =
                sqlx::query(SELECT_WITH_BYTES).bind(bucket).bind(key).fetch_optional(&self.readers).await?;
            let Some(row) = row else { return Err(self.missing(bucket).await?) };
            let object = object_of(&row)?;
            if let Some(bytes) = row.try_get::<Option<Vec<u8>>, _>(8)? {
                return Ok((object, Content::Inline(bytes.into())));
            }
            if let Some(leased) = self.lease(object.content).await? {
                return Ok((object, Content::Files(Arc::new(leased))));
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
    /// Returns the bytes of `range`, which must lie within the object.
    pub(crate) fn stream(&self, range: Range<u64>) -> ContentStream {
        match self {
            Self::Inline(bytes) => {
                let start = usize::try_from(range.start).unwrap_or(usize::MAX).min(bytes.len());
                let end = usize::try_from(range.end).unwrap_or(usize::MAX).clamp(start, bytes.len());
                Box::pin(stream::iter([Ok(bytes.slice(start..end))]))
            }
            Self::Files(leased) => {
                let walk = Walk { leased: Arc::clone(leased), next: 0, range, base: 0, open: None };
                Box::pin(stream::try_unfold(walk, Walk::step))
            }
        }
    }

    /// The parts of the object; nothing when it was not put in parts.
    pub(crate) fn extents(&self) -> &[Extent] {
        match self {
            Self::Inline(_) => &[],
            Self::Files(leased) => &leased.extents,
        }
    }
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
    /// Index of the extent to open next.
    next: usize,
    /// What is left to be read, in bytes of the object.
    range: Range<u64>,
    /// Where extent `next` starts in the object.
    base: u64,
    /// The open file and how much is to be read from it.
    open: Option<(File, u64)>,
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
        let (mut file, left) = match self.open.take() {
            Some(open) => open,
            None => self.open_next()?,
        };
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(READ_BYTES);
        let mut buffer = BytesMut::zeroed(wanted);
        file.read_exact(&mut buffer).map_err(|error| self.unreadable(error))?;
        self.range.start += wanted as u64;
        let left = left - wanted as u64;
        self.open = (left > 0).then_some((file, left));
        Ok((buffer.freeze(), self))
    }

    /// Opens the file that holds the next byte, skipping those before it.
    fn open_next(&mut self) -> Result<(File, u64), StoreError> {
        loop {
            let Some(extent) = self.leased.extents.get(self.next).cloned() else {
                return Err(StoreError::Malformed { what: "extents" });
            };
            let end = self.base + extent.size;
            self.next += 1;
            if end <= self.range.start {
                self.base = end;
                continue;
            }
            let offset = self.range.start - self.base;
            self.base = end;
            let mut file =
                File::open(self.leased.blobs.path(&extent.blob)).map_err(|error| self.unreadable(error))?;
            if offset > 0 {
                file.seek(SeekFrom::Start(offset)).map_err(|error| self.unreadable(error))?;
            }
            return Ok((file, end.min(self.range.end) - self.range.start));
        }
    }

    fn unreadable(&self, error: std::io::Error) -> StoreError {
        use std::io::ErrorKind::{NotFound, UnexpectedEof};
        if !matches!(error.kind(), NotFound | UnexpectedEof) {
            return StoreError::io("read a payload", error);
        }
        let at = self.leased.extents.get(self.next.saturating_sub(1));
        let blob = at.map_or_else(String::new, |extent| extent.blob.as_str().to_owned());
        tracing::error!(blob, %error, "a payload that the index names is missing or cut short");
        StoreError::Damaged { blob }
    }
}
