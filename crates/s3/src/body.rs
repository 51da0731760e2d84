//! A request's body on its way to the disk: bounded buffers, digests, and what was promised about it.

use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};

use crate::checksum::{Algorithm, Checksums, Digester, Digests, hex};
use crate::seal::{Chunk, DataKey, Encryption};
use crate::store::StoreError;
use crate::store::blob::{BlobWriter, Blobs, StoredBlob};

/// Payloads up to this size live in the index: one sync instead of three (docs/adr/080).
pub(crate) const INLINE_BYTES_MAX: usize = 16 * 1024;
/// The largest payload of one PUT or one part: 5 GiB, S3's own limit.
pub(crate) const PUT_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024;
/// Bytes written to disk at once. A put holds at most two of these in memory.
const PIECE_BYTES: usize = 256 * 1024;

/// The trailing headers of a decoded `aws-chunked` body.
///
/// The server puts one into the request's extensions, keeps a clone, and fills it before its body stream
/// ends; the store reads it after the end of the stream. `x-amz-trailer` must stay in the request's
/// headers: it names the checksum to compute.
#[derive(Debug, Clone, Default)]
pub struct Trailers(Arc<OnceLock<Vec<(String, String)>>>);

impl Trailers {
    /// Sets the trailers, once; a second call changes nothing.
    pub fn fill(&self, trailers: Vec<(String, String)>) {
        let _already_filled = self.0.set(trailers);
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let found = self.0.get()?.iter().find(|(given, _value)| given.eq_ignore_ascii_case(name));
        found.map(|(_name, value)| value.trim())
    }
}

/// An error of the body stream that has its own S3 answer, such as a chunk whose signature is wrong. Any
/// other error of the stream is answered with `IncompleteBody`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("take the body: {code}")]
pub struct BodyRefused {
    /// The S3 error code, such as `SignatureDoesNotMatch`.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// The message for the client.
    pub message: String,
}

/// What a request promised about its body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Promise {
    pub(crate) size: Option<u64>,
    pub(crate) md5: Option<[u8; 16]>,
    /// Checksums to compute and keep; with the promised value, where the headers gave one.
    pub(crate) checksums: Vec<(Algorithm, Option<String>)>,
    /// Where trailing checksums will be, and which one was announced.
    pub(crate) trailers: Option<(Trailers, Algorithm)>,
}

impl Promise {
    pub(crate) fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        let trailing = self.trailers.iter().map(|(_trailers, algorithm)| *algorithm);
        self.checksums.iter().map(|(algorithm, _value)| *algorithm).chain(trailing)
    }

    /// Compares what came with what was promised.
    pub(crate) fn verify(&self, size: u64, digests: &Digests) -> Result<(), StoreError> {
        if self.size.is_some_and(|promised| promised != size) {
            return Err(StoreError::IncompleteBody);
        }
        if self.md5.is_some_and(|promised| promised != digests.md5) {
            return Err(StoreError::BadDigest { what: "Content-MD5" });
        }
        let trailing = self.trailers.iter().map(|(trailers, algorithm)| {
            let given = trailers.value(algorithm.header());
            // An announced trailer that did not come is a broken body, not an absent checksum.
            given.map(|value| (*algorithm, value)).ok_or(StoreError::MalformedTrailer)
        });
        let leading =
            self.checksums.iter().filter_map(|(algorithm, value)| Some(Ok((*algorithm, value.as_deref()?))));
        for promised in leading.chain(trailing) {
            let (algorithm, value) = promised?;
            if digests.checksums.get(&algorithm).is_none_or(|found| found != value) {
                return Err(StoreError::BadDigest { what: algorithm.name() });
            }
        }
        Ok(())
    }
}

/// Where a payload may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placement {
    /// In the index when it is small enough, else in a file.
    BySize,
    /// In a file.
    File,
}

/// What a payload is sealed with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sealing<'a> {
    /// The data key; none where nothing is sealed.
    pub(crate) key: Option<&'a DataKey>,
    /// Whether the ETag must not be the MD5: that of SSE-KMS tells nothing about the bytes.
    pub(crate) hides_md5: bool,
}

impl<'a> Sealing<'a> {
    pub(crate) fn new(key: Option<&'a DataKey>, encryption: &Encryption) -> Self {
        Self { key, hides_md5: encryption.kms().is_some() }
    }

    fn etag(self, md5: &[u8; 16]) -> String {
        match self.key.filter(|_key| self.hides_md5) {
            Some(key) => key.etag(md5),
            None => hex(md5),
        }
    }
}

/// The name that a payload in the index has for its cipher: an object has one at most.
pub(crate) const INLINE: &str = "inline";

/// A payload that is on disk, or small enough for the index.
#[derive(Debug)]
pub(crate) enum Payload {
    /// Sealed, where it is to be sealed.
    Inline(Bytes),
    Blob(StoredBlob),
}

/// A body that was taken whole and is what was promised.
#[derive(Debug)]
pub(crate) struct Absorbed {
    pub(crate) payload: Payload,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) checksums: Checksums,
}

/// Takes a body to its end, computes its digests, makes it durable and sealed, and checks it against the
/// promise.
///
/// Not cancel-safe for the body; a cancelled call leaves no file behind.
pub(crate) async fn absorb<S>(
    blobs: &Blobs,
    body: S,
    promise: &Promise,
    placement: Placement,
    sealing: Sealing<'_>,
) -> Result<Absorbed, StoreError>
where
    S: Stream<Item = Result<Bytes, s3s::StdError>> + Send + Unpin,
{
    if promise.size.is_some_and(|size| size > PUT_BYTES_MAX) {
        return Err(StoreError::EntityTooLarge);
    }
    let mut source = Source { body, size: 0, size_max: promise.size.unwrap_or(PUT_BYTES_MAX), ended: false };
    let mut digester = Digester::new(promise.algorithms());
    if placement == Placement::BySize {
        let head = source.fill(BytesMut::new(), INLINE_BYTES_MAX + 1).await?;
        if source.ended && head.len() <= INLINE_BYTES_MAX {
            digester.update(&head);
            let payload = Payload::Inline(inline(head.freeze(), sealing.key));
            return settle(promise, source.size, digester.finish(), payload, sealing);
        }
        return spill(blobs, source, head, digester, promise, sealing).await;
    }
    spill(blobs, source, BytesMut::new(), digester, promise, sealing).await
}

fn inline(plain: Bytes, key: Option<&DataKey>) -> Bytes {
    let Some(key) = key else { return plain };
    let mut sealed = Vec::with_capacity(plain.len() + crate::seal::TAG_BYTES);
    key.cipher(INLINE).seal(Chunk::ONLY, &plain, &mut sealed);
    sealed.into()
}

/// Writes the rest of a body to a file, one piece being written while the next one arrives.
async fn spill<S>(
    blobs: &Blobs,
    mut source: Source<S>,
    head: BytesMut,
    digester: Digester,
    promise: &Promise,
    sealing: Sealing<'_>,
) -> Result<Absorbed, StoreError>
where
    S: Stream<Item = Result<Bytes, s3s::StdError>> + Send + Unpin,
{
    let writer = blobs.create(sealing.key)?;
    let mut filling = source.fill(head, PIECE_BYTES).await?;
    let mut writing = write_piece(writer, digester, filling.freeze());
    while !source.ended {
        let capacity = BytesMut::with_capacity(PIECE_BYTES);
        filling = source.fill(capacity, PIECE_BYTES).await?;
        let (writer, digester) = joined(writing.await)?;
        writing = write_piece(writer, digester, filling.freeze());
    }
    let (writer, digester) = joined(writing.await)?;
    let digests = digester.finish();
    promise.verify(source.size, &digests)?;
    let stored = writer.finish().await?;
    settle(promise, source.size, digests, Payload::Blob(stored), sealing)
}

type Written = Result<(BlobWriter, Digester), StoreError>;

fn write_piece(
    mut writer: BlobWriter,
    mut digester: Digester,
    piece: Bytes,
) -> tokio::task::JoinHandle<Written> {
    tokio::task::spawn_blocking(move || {
        digester.update(&piece);
        writer.write(&piece)?;
        Ok((writer, digester))
    })
}

fn joined(result: Result<Written, tokio::task::JoinError>) -> Written {
    result.unwrap_or_else(|error| Err(StoreError::io("write a payload", std::io::Error::other(error))))
}

fn settle(
    promise: &Promise,
    size: u64,
    digests: Digests,
    payload: Payload,
    sealing: Sealing<'_>,
) -> Result<Absorbed, StoreError> {
    promise.verify(size, &digests)?;
    let checksums = Checksums { values: digests.checksums, ..Checksums::default() };
    Ok(Absorbed { payload, size, etag: sealing.etag(&digests.md5), checksums })
}

/// The body, counted and bounded.
struct Source<S> {
    body: S,
    size: u64,
    size_max: u64,
    ended: bool,
}

impl<S> Source<S>
where
    S: Stream<Item = Result<Bytes, s3s::StdError>> + Send + Unpin,
{
    /// Adds to `buffer` until it holds `target` bytes or the body ends.
    async fn fill(&mut self, mut buffer: BytesMut, target: usize) -> Result<BytesMut, StoreError> {
        while buffer.len() < target {
            let Some(chunk) = self.body.next().await else {
                self.ended = true;
                break;
            };
            let chunk = chunk.map_err(refusal_of)?;
            self.size += chunk.len() as u64;
            if self.size > PUT_BYTES_MAX {
                return Err(StoreError::EntityTooLarge);
            }
            if self.size > self.size_max {
                return Err(StoreError::IncompleteBody);
            }
            buffer.extend_from_slice(&chunk);
        }
        Ok(buffer)
    }
}

/// Finds the refusal in an error of the body stream.
pub(crate) fn refusal_of(error: s3s::StdError) -> StoreError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error.as_ref());
    while let Some(at) = cause {
        if let Some(refused) = at.downcast_ref::<BodyRefused>() {
            return StoreError::Refused(refused.clone());
        }
        cause = at.source();
    }
    StoreError::IncompleteBody
}
