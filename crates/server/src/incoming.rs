//! Request bodies: read whole within a limit, or streamed and checked on the way.
//!
//! A body that is read whole is in memory before anybody is proven who sent it. Short ones are read as they come. Longer
//! ones wait for room, of which there is so much for all together; and whoever sends nothing for a while is given up.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cairn_s3::{BodyRefused, Trailers};
use cairn_sigv4::{BodyCheck, BodyError, ChunkedDecoder, PayloadHasher};
use futures_util::{Stream, stream};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Incoming};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// An error of a body that streams.
pub(crate) type StreamError = Box<dyn std::error::Error + Send + Sync>;

/// A body could not be read whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadBodyError {
    /// It is longer than the limit.
    TooLong,
    /// The client went away or fell silent, or its framing broke.
    Broken,
    /// There was no room for it.
    NoRoom,
}

/// How much of a body is read whether there is room or not: more than nearly every call has.
const SHORT_BYTES: usize = 64 << 10;

/// What longer bodies take at most while they are read, all together.
const ROOM_BYTES: usize = 128 << 20;

/// How long a body waits for room, and is waited for when nothing of it comes.
const WAIT: Duration = Duration::from_secs(60);

static ROOM: Semaphore = Semaphore::const_new(ROOM_BYTES);

/// Reads a body of at most `bytes_max` bytes.
pub(crate) async fn read_whole(body: Incoming, bytes_max: usize) -> Result<Bytes, ReadBodyError> {
    read_into((&ROOM, WAIT), body, bytes_max).await
}

async fn read_into<B>(
    (room, wait): (&Semaphore, Duration),
    mut body: B,
    bytes_max: usize,
) -> Result<Bytes, ReadBodyError>
where
    B: Body<Data = Bytes> + Unpin,
{
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(ReadBodyError::TooLong);
    }
    // All of it at once: who waits holds nothing that others wait for.
    let upper = body.size_hint().upper().and_then(|bytes| usize::try_from(bytes).ok());
    let needed = u32::try_from(upper.unwrap_or(bytes_max).min(bytes_max).min(ROOM_BYTES)).unwrap_or(u32::MAX);
    let (mut whole, mut taken) = (BytesMut::new(), None);
    while let Some(frame) = timeout(wait, body.frame()).await.map_err(|_silent| ReadBodyError::Broken)? {
        let Ok(data) = frame.map_err(|_gone| ReadBodyError::Broken)?.into_data() else { continue };
        if whole.len() + data.len() > bytes_max {
            return Err(ReadBodyError::TooLong);
        }
        whole.extend_from_slice(&data);
        if whole.len() > SHORT_BYTES && taken.is_none() {
            match timeout(wait, room.acquire_many(needed)).await {
                Ok(Ok(permit)) => taken = Some(permit),
                Ok(Err(_)) | Err(_) => return Err(ReadBodyError::NoRoom),
            }
        }
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

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;
    use http_body::Frame;
    use http_body_util::StreamBody;

    use super::*;

    /// A body of these lengths, after which it goes on for ever without a byte or ends.
    fn body(lengths: &[usize], ends: bool) -> impl Body<Data = Bytes, Error = StreamError> + Unpin {
        let piece = |length: usize| Ok::<_, StreamError>(Frame::data(Bytes::from(vec![b'a'; length])));
        let pieces: Vec<_> = lengths.iter().map(|length| piece(*length)).collect();
        let silence = stream::pending().take(usize::from(!ends));
        StreamBody::new(Box::pin(stream::iter(pieces).chain(silence)))
    }

    /// How long is waited for what does not come, and for what does.
    const SOON: Duration = Duration::from_millis(20);
    const LIMIT: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn who_falls_silent_is_given_up() {
        let room = Semaphore::new(0);
        assert_eq!(read_into((&room, SOON), body(&[3, 4], false), 10).await, Err(ReadBodyError::Broken));
        assert_eq!(read_into((&room, LIMIT), body(&[3, 4], true), 10).await.unwrap().len(), 7);
        assert_eq!(read_into((&room, LIMIT), body(&[3, 8], true), 10).await, Err(ReadBodyError::TooLong));
    }

    #[tokio::test]
    async fn long_bodies_wait_for_room_and_short_ones_do_not() {
        let (short, long, max) = ([SHORT_BYTES], [SHORT_BYTES, 1], 2 * SHORT_BYTES);
        let room = Semaphore::new(max);
        let held = room.acquire().await.unwrap();
        assert_eq!(read_into((&room, SOON), body(&short, true), max).await.unwrap().len(), SHORT_BYTES);
        assert_eq!(read_into((&room, SOON), body(&long, true), max).await, Err(ReadBodyError::NoRoom));
        let mut waiting = Box::pin(read_into((&room, LIMIT), body(&long, true), max));
        assert!(timeout(SOON, &mut waiting).await.is_err(), "there is no room yet");
        drop(held);
        assert_eq!(waiting.await.unwrap().len(), SHORT_BYTES + 1);
        assert_eq!(room.available_permits(), max, "what was taken is given back");
    }
}
