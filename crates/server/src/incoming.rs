//! Request bodies: read whole within a limit, or streamed and checked on the way.

use bytes::{Bytes, BytesMut};
use cairn_s3::{BodyRefused, Trailers};
use cairn_sigv4::{BodyCheck, BodyError, ChunkedDecoder, PayloadHasher};
use futures_util::{Stream, stream};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};

/// An error of a body that streams.
pub(crate) type StreamError = Box<dyn std::error::Error + Send + Sync>;

/// A body could not be read whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadBodyError {
    /// It is longer than the limit.
    TooLong,
    /// The client went away, or its framing broke.
    Broken,
}

/// Reads a body of at most `bytes_max` bytes.
pub(crate) async fn read_whole(mut body: Incoming, bytes_max: usize) -> Result<Bytes, ReadBodyError> {
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(ReadBodyError::TooLong);
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_gone| ReadBodyError::Broken)?.into_data() else { continue };
        if whole.len() + data.len() > bytes_max {
            return Err(ReadBodyError::TooLong);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

/// The beginning of a body.
#[derive(Debug, Default)]
pub(crate) struct Beginning {
    pub(crate) bytes: Bytes,
    /// Whether that is all of it. A body that comes in chunks does not tell before it is asked for more.
    pub(crate) is_all: bool,
}

/// Reads the beginning of a body: `bytes_max` bytes, a frame more, or all of it.
pub(crate) async fn read_beginning(
    body: &mut Incoming,
    bytes_max: usize,
) -> Result<Beginning, ReadBodyError> {
    let mut beginning = BytesMut::new();
    let mut is_all = false;
    while beginning.len() < bytes_max && !is_all {
        let frame = body.frame().await.transpose().map_err(|_gone| ReadBodyError::Broken)?;
        match frame.map(http_body::Frame::into_data) {
            Some(Ok(data)) => beginning.extend_from_slice(&data),
            // Trailers of so short a body tell nothing that is looked for.
            Some(Err(_)) | None => is_all = true,
        }
    }
    Ok(Beginning { bytes: beginning.freeze(), is_all: is_all || body.is_end_stream() })
}

/// Streams a body and checks it as its signature demands. The stream ends well only when the check
/// passes, so a store that waits for the end never keeps what was not proven.
pub(crate) fn checked(
    body: Incoming,
    check: BodyCheck,
    trailers: Trailers,
) -> impl Stream<Item = Result<Bytes, StreamError>> + Send + 'static {
    let check = match check {
        BodyCheck::Nothing => Check::Nothing,
        BodyCheck::Hash(hasher) => Check::Hash(hasher),
        BodyCheck::Chunked(decoder) => Check::Chunked(decoder),
    };
    stream::try_unfold(Some(Checking { body, check, trailers }), |state| async {
        match state {
            Some(checking) => checking.next().await,
            None => Ok(None),
        }
    })
}

struct Checking {
    body: Incoming,
    check: Check,
    trailers: Trailers,
}

enum Check {
    Nothing,
    Hash(PayloadHasher),
    Chunked(Box<ChunkedDecoder>),
}

impl Checking {
    /// Returns the next piece, never an empty one, and the state to go on with.
    async fn next(mut self) -> Result<Option<(Bytes, Option<Self>)>, StreamError> {
        while let Some(frame) = self.body.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            let data = self.take(data)?;
            if !data.is_empty() {
                return Ok(Some((data, Some(self))));
            }
        }
        self.finish()?;
        Ok(None)
    }

    fn take(&mut self, data: Bytes) -> Result<Bytes, StreamError> {
        match &mut self.check {
            Check::Nothing => Ok(data),
            Check::Hash(hasher) => {
                hasher.update(&data);
                Ok(data)
            }
            Check::Chunked(decoder) => {
                let mut decoded = Vec::with_capacity(data.len());
                decoder.push(&data, &mut decoded).map_err(|error| refused(&error))?;
                Ok(Bytes::from(decoded))
            }
        }
    }

    fn finish(self) -> Result<(), StreamError> {
        match self.check {
            Check::Nothing => Ok(()),
            Check::Hash(hasher) => hasher.finish().map_err(|error| refused(&error)),
            Check::Chunked(decoder) => {
                let given = decoder.finish().map_err(|error| refused(&error))?;
                let owned = given.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
                self.trailers.fill(owned.collect());
                Ok(())
            }
        }
    }
}

fn refused(error: &BodyError) -> StreamError {
    let (code, status) = match error {
        BodyError::ContentSha256Mismatch { .. } => ("XAmzContentSHA256Mismatch", 400),
        BodyError::ChunkSignature | BodyError::TrailerSignature => ("SignatureDoesNotMatch", 403),
        BodyError::MalformedTrailer => ("MalformedTrailerError", 400),
        BodyError::MalformedChunk => ("InvalidRequest", 400),
        BodyError::DecodedLength { .. } | BodyError::Truncated => ("IncompleteBody", 400),
    };
    Box::new(BodyRefused { code: code.to_owned(), status, message: error.message().to_owned() })
}
