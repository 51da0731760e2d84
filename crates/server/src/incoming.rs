//! Request bodies: read whole within a limit, or streamed and checked on the way.
//!
//! A body that is read whole is in memory before anybody is proven who sent it. Short ones are read as they come. Longer
//! ones need room, of which there is so much for all together. Whoever sends nothing for a while, or next to nothing for
//! long, is given up.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cairn_s3::{BodyRefused, Trailers};
use cairn_sigv4::{BodyCheck, BodyError, ChunkedDecoder, PayloadHasher};
use futures_util::{Stream, stream};
use http::Version;
use http_body::Frame;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Incoming};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout, timeout_at};

use crate::serve::Arrival;

/// An error of a body that streams.
pub(crate) type StreamError = Box<dyn std::error::Error + Send + Sync>;

/// A body could not be read whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadBodyError {
    /// It is longer than the limit.
    TooLong,
    /// The client went away, or its framing broke.
    Broken,
    /// The client fell silent, or sent too slowly.
    Silent,
    /// There was no room for it.
    NoRoom,
}

/// How much of a body is read whether there is room or not: more than nearly every call has.
const SHORT_BYTES: usize = 64 << 10;

/// What longer bodies of people not yet known take at most while they are read, all together.
const ROOM_BYTES: usize = 128 << 20;

static ROOM: Room = Room::new(ROOM_BYTES);

/// Reads a body of at most `bytes_max` bytes.
pub(crate) async fn read_whole(
    arrival: &Arrival,
    body: Incoming,
    bytes_max: usize,
) -> Result<Bytes, ReadBodyError> {
    ROOM.read_whole(arrival, body, bytes_max).await
}

/// Where long bodies are while they are read.
#[derive(Debug)]
pub(crate) struct Room {
    free: Semaphore,
    bytes: usize,
}

impl Room {
    pub(crate) const fn new(bytes: usize) -> Self {
        Self { free: Semaphore::const_new(bytes), bytes }
    }

    /// Reads a body of at most `bytes_max` bytes.
    pub(crate) async fn read_whole(
        &self,
        arrival: &Arrival,
        body: Incoming,
        bytes_max: usize,
    ) -> Result<Bytes, ReadBodyError> {
        self.read(Patience::with(arrival.version), body, bytes_max).await
    }

    async fn read<B>(&self, patience: Patience, mut body: B, bytes_max: usize) -> Result<Bytes, ReadBodyError>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        if body.size_hint().lower() > bytes_max as u64 {
            return Err(ReadBodyError::TooLong);
        }
        let upper = body.size_hint().upper().and_then(|bytes| usize::try_from(bytes).ok());
        let needed = upper.unwrap_or(bytes_max).min(bytes_max);
        let (mut whole, mut taken, mut begun) = (BytesMut::new(), None, Instant::now());
        while let Some(frame) = patience.next(&mut body, begun, whole.len()).await? {
            let Ok(data) = frame.into_data() else { continue };
            if whole.len() + data.len() > bytes_max {
                return Err(ReadBodyError::TooLong);
            }
            whole.extend_from_slice(&data);
            if whole.len() > SHORT_BYTES && taken.is_none() && !body.is_end_stream() {
                let asked = Instant::now();
                taken = Some(self.take(needed, patience.room).await?);
                // That wait is none of the sender's.
                begun += asked.elapsed();
            }
        }
        Ok(whole.freeze())
    }

    /// Takes all of a body's room at once: whoever has some and waits for more could wait for others who do the same.
    async fn take(&self, bytes: usize, wait: Duration) -> Result<SemaphorePermit<'_>, ReadBodyError> {
        let bytes = u32::try_from(bytes.min(self.bytes)).unwrap_or(u32::MAX);
        if wait.is_zero() {
            return self.free.try_acquire_many(bytes).map_err(|_full| ReadBodyError::NoRoom);
        }
        match timeout(wait, self.free.acquire_many(bytes)).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(ReadBodyError::NoRoom),
        }
    }
}

/// How long is waited.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// For room.
    room: Duration,
    /// For the next piece of a body, and for what all its pieces together may be late.
    silence: Duration,
    /// In what time pieces are due.
    bytes_per_second_min: u32,
}

/// How long a body waits for room, and is waited for when nothing of it comes.
const WAIT: Duration = Duration::from_secs(60);

/// What of a body must come in a second: it is late otherwise. 8 MiB may take 256 seconds, and [`WAIT`].
const BYTES_PER_SECOND_MIN: u32 = 32 << 10;

const PATIENCE: Patience = Patience { room: WAIT, silence: WAIT, bytes_per_second_min: BYTES_PER_SECOND_MIN };

impl Patience {
    fn with(version: Version) -> Self {
        // What waits for room is not read, and soon closes the window of its connection: over HTTP/2 to all that goes
        // over it, the bodies among it that have the room.
        let room = if version >= Version::HTTP_2 { Duration::ZERO } else { WAIT };
        Self { room, ..PATIENCE }
    }

    /// Returns in what time more than `received` bytes must have come.
    fn due(&self, received: usize) -> Duration {
        let seconds = Duration::from_secs(received as u64);
        self.silence + seconds.checked_div(self.bytes_per_second_min).unwrap_or_default()
    }

    /// Waits for the next piece of a body that began then and of which so much has come.
    async fn next<B>(
        &self,
        body: &mut B,
        begun: Instant,
        received: usize,
    ) -> Result<Option<Frame<Bytes>>, ReadBodyError>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let until = (Instant::now() + self.silence).min(begun + self.due(received));
        let frame = timeout_at(until, body.frame()).await.map_err(|_late| ReadBodyError::Silent)?;
        frame.transpose().map_err(|_gone| ReadBodyError::Broken)
    }
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
    begin(PATIENCE, body, bytes_max).await
}

async fn begin<B>(patience: Patience, body: &mut B, bytes_max: usize) -> Result<Beginning, ReadBodyError>
where
    B: Body<Data = Bytes> + Unpin,
{
    let (mut beginning, mut is_all, begun) = (BytesMut::new(), false, Instant::now());
    while beginning.len() < bytes_max && !is_all {
        match patience.next(body, begun, beginning.len()).await?.map(Frame::into_data) {
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

#[cfg(test)]
mod tests;
