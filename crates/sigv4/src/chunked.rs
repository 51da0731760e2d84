//! The aws-chunked body, decoded and checked as it arrives.
//!
//! ```text
//! 10000;chunk-signature=<64 hex>\r\n <65536 bytes> \r\n        once per chunk, size in hexadecimal
//! 0;chunk-signature=<64 hex>\r\n                               the last one is empty
//! x-amz-checksum-crc32c:sOO8/Q==\r\n                           trailers, where announced
//! x-amz-trailer-signature:<64 hex>\r\n                         where they are signed
//! \r\n
//! ```
//!
//! Unsigned bodies leave the signatures out. The decoder holds one line at most: data is handed out as
//! it comes, before the signature of its chunk is known (ADR 020). So nothing made from it may become
//! visible before [`ChunkedDecoder::finish`] answered `Ok`; that also proves that the body was whole.

use aws_lc_rs::digest::{Context, SHA256};

use crate::body::BodyError;
use crate::chunk_chain::ChunkChain;
use crate::key;
use crate::limits;
use crate::payload::Streaming;
use crate::presented::Framing;
use crate::trailer::{self, Trailers};

/// Decodes one aws-chunked body. Made by [`Verified::body`](crate::Verified::body).
#[derive(Debug)]
pub struct ChunkedDecoder {
    streaming: Streaming,
    announced_bytes: u64,
    trailer_names: Vec<String>,
    chain: ChunkChain,
    state: State,
    decoded_bytes: u64,
    line: Vec<u8>,
    trailer_bytes: usize,
    trailers: Trailers,
}

#[derive(Debug)]
enum State {
    /// In the line that begins a chunk.
    ChunkHeader,
    /// In the data of a chunk.
    Data(Chunk),
    /// Before the end of line after the data of a chunk.
    DataEnd,
    /// In the lines after the last chunk.
    Trailer(TrailerPhase),
    /// After the last byte of the body.
    Done,
    /// After an error, which every later call repeats.
    Failed(BodyError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TrailerPhase {
    /// Trailers may follow.
    Open,
    /// An empty line came before the signature: S3's documentation shows one, some clients send it.
    Gap,
    /// The signature was read; only the empty last line may follow.
    Closed,
}

struct Chunk {
    remaining: u64,
    hash: Context,
    signature: Vec<u8>,
}

impl std::fmt::Debug for Chunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chunk").field("remaining", &self.remaining).finish_non_exhaustive()
    }
}

impl ChunkedDecoder {
    pub(crate) fn new(framing: &Framing, chain: ChunkChain) -> Self {
        Self {
            streaming: framing.streaming,
            announced_bytes: framing.decoded_bytes,
            trailer_names: framing.trailer_names.clone(),
            chain,
            state: State::ChunkHeader,
            decoded_bytes: 0,
            line: Vec::new(),
            trailer_bytes: 0,
            trailers: Trailers::default(),
        }
    }

    /// Takes bytes from the front of `input` up to and including the next run of data, and returns that
    /// run; `None` when all of `input` was taken and no data is left in it.
    ///
    /// The slice returned is part of `input`, nothing is copied. Call it until it returns `None`, then
    /// again with the next bytes that arrive.
    ///
    /// # Errors
    /// Once an error was returned, every later call returns the same one.
    pub fn next_data<'b>(&mut self, input: &mut &'b [u8]) -> Result<Option<&'b [u8]>, BodyError> {
        if let State::Failed(error) = &self.state {
            return Err(error.clone());
        }
        let result = self.advance(input);
        if let Err(error) = &result {
            self.state = State::Failed(error.clone());
        }
        result
    }

    /// Takes all of `input` and appends its data to `out`.
    ///
    /// # Errors
    /// As [`ChunkedDecoder::next_data`].
    pub fn push(&mut self, mut input: &[u8], out: &mut Vec<u8>) -> Result<(), BodyError> {
        while let Some(data) = self.next_data(&mut input)? {
            out.extend_from_slice(data);
        }
        Ok(())
    }

    /// Ends the body and returns its trailers.
    ///
    /// # Errors
    /// [`BodyError::Truncated`] when it is not whole, or the error met before.
    pub fn finish(self) -> Result<Trailers, BodyError> {
        match self.state {
            State::Done => Ok(self.trailers),
            State::Failed(error) => Err(error),
            State::ChunkHeader | State::Data(_) | State::DataEnd | State::Trailer(_) => {
                Err(BodyError::Truncated)
            }
        }
    }

    /// Returns how many bytes of data were handed out.
    pub const fn decoded_bytes(&self) -> u64 {
        self.decoded_bytes
    }

    fn advance<'b>(&mut self, input: &mut &'b [u8]) -> Result<Option<&'b [u8]>, BodyError> {
        while !input.is_empty() {
            match &mut self.state {
                State::ChunkHeader => {
                    if take_line(
                        &mut self.line,
                        input,
                        limits::CHUNK_HEADER_BYTES_MAX,
                        BodyError::MalformedChunk,
                    )? {
                        self.begin_chunk()?;
                    }
                }
                State::Data(chunk) => {
                    let data = take_data(chunk, input);
                    self.decoded_bytes += data.len() as u64;
                    if chunk.remaining == 0
                        && let State::Data(chunk) = std::mem::replace(&mut self.state, State::DataEnd)
                    {
                        self.check_chunk(chunk)?;
                    }
                    return Ok(Some(data));
                }
                State::DataEnd => {
                    if take_line(&mut self.line, input, 2, BodyError::MalformedChunk)? {
                        if self.line != b"\r\n" {
                            return Err(BodyError::MalformedChunk);
                        }
                        self.line.clear();
                        self.state = State::ChunkHeader;
                    }
                }
                State::Trailer(phase) => {
                    let phase = *phase;
                    let left = limits::TRAILER_BYTES_MAX.saturating_sub(self.trailer_bytes);
                    if take_line(&mut self.line, input, left, BodyError::MalformedTrailer)? {
                        self.trailer_line(phase)?;
                    }
                }
                State::Done => return Err(BodyError::MalformedChunk),
                State::Failed(error) => return Err(error.clone()),
            }
        }
        Ok(None)
    }

    fn begin_chunk(&mut self) -> Result<(), BodyError> {
        let line = std::mem::take(&mut self.line);
        let (size, signature) = parse_chunk_header(&line, self.streaming)?;
        if size > self.announced_bytes - self.decoded_bytes {
            return Err(BodyError::DecodedLength { announced: self.announced_bytes });
        }
        let chunk = Chunk { remaining: size, hash: Context::new(&SHA256), signature: signature.to_vec() };
        if size > 0 {
            self.state = State::Data(chunk);
            return Ok(());
        }
        if self.decoded_bytes != self.announced_bytes {
            return Err(BodyError::DecodedLength { announced: self.announced_bytes });
        }
        self.check_chunk(chunk)?;
        self.state = State::Trailer(TrailerPhase::Open);
        Ok(())
    }

    fn check_chunk(&mut self, chunk: Chunk) -> Result<(), BodyError> {
        if !self.streaming.is_signed() {
            return Ok(());
        }
        let hash = key::fixed(chunk.hash.finish().as_ref());
        self.chain.check_chunk(&hash, &chunk.signature)
    }

    fn trailer_line(&mut self, phase: TrailerPhase) -> Result<(), BodyError> {
        let line = std::mem::take(&mut self.line);
        self.trailer_bytes += line.len();
        let text = trimmed_line(&line)?;
        let is_signed = self.streaming == Streaming::SignedTrailer;
        if text.is_empty() {
            return match phase {
                TrailerPhase::Open if is_signed => {
                    self.state = State::Trailer(TrailerPhase::Gap);
                    Ok(())
                }
                TrailerPhase::Gap => Err(BodyError::MalformedTrailer),
                TrailerPhase::Open | TrailerPhase::Closed => self.end(),
            };
        }
        let (name, value) = text.split_once(':').ok_or(BodyError::MalformedTrailer)?;
        let is_signature = is_signed && name.eq_ignore_ascii_case(trailer::SIGNATURE);
        match phase {
            TrailerPhase::Open | TrailerPhase::Gap if is_signature => {
                self.chain.check_trailers(&self.trailers, value.trim_matches(' ').as_bytes())?;
                self.state = State::Trailer(TrailerPhase::Closed);
                Ok(())
            }
            TrailerPhase::Open => self.trailers.insert(name, value),
            TrailerPhase::Gap | TrailerPhase::Closed => Err(BodyError::MalformedTrailer),
        }
    }

    fn end(&mut self) -> Result<(), BodyError> {
        let expected: &[String] = if self.streaming.has_trailer() { &self.trailer_names } else { &[] };
        if !self.trailers.are_named(expected) {
            return Err(BodyError::MalformedTrailer);
        }
        self.state = State::Done;
        Ok(())
    }
}

/// Moves bytes up to a line feed from `input` to `line`; says whether the line is whole.
fn take_line(
    line: &mut Vec<u8>,
    input: &mut &[u8],
    bytes_max: usize,
    too_long: BodyError,
) -> Result<bool, BodyError> {
    let bytes = *input;
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (taken, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
    if line.len() + taken.len() > bytes_max {
        return Err(too_long);
    }
    line.extend_from_slice(taken);
    *input = rest;
    Ok(end.is_some())
}

/// Takes as much of the chunk's data as `input` holds.
fn take_data<'b>(chunk: &mut Chunk, input: &mut &'b [u8]) -> &'b [u8] {
    let bytes = *input;
    let length = usize::try_from(chunk.remaining).map_or(bytes.len(), |remaining| remaining.min(bytes.len()));
    let (data, rest) = bytes.split_at(length);
    chunk.remaining -= data.len() as u64;
    chunk.hash.update(data);
    *input = rest;
    data
}

/// Reads `size;chunk-signature=hex\r\n`, or `size\r\n` where chunks are unsigned.
fn parse_chunk_header(line: &[u8], streaming: Streaming) -> Result<(u64, &[u8]), BodyError> {
    let malformed = BodyError::MalformedChunk;
    let Some(line) = line.strip_suffix(b"\r\n") else { return Err(malformed) };
    let (size, signature) = if streaming.is_signed() {
        let Some(semicolon) = line.iter().position(|byte| *byte == b';') else { return Err(malformed) };
        let (size, rest) = line.split_at(semicolon);
        match rest.strip_prefix(b";chunk-signature=") {
            Some(signature) => (size, signature),
            None => return Err(malformed),
        }
    } else {
        (line, [].as_slice())
    };
    // Sixteen digits are all that 64 bits need; more could only be zeros in front.
    if size.is_empty() || size.len() > 16 || !size.iter().all(u8::is_ascii_hexdigit) {
        return Err(malformed);
    }
    match std::str::from_utf8(size).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok()) {
        Some(size) => Ok((size, signature)),
        None => Err(malformed),
    }
}

/// Takes the end of line off; clients write both `\r\n` and `\n` after trailers.
fn trimmed_line(line: &[u8]) -> Result<&str, BodyError> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    std::str::from_utf8(line).map_err(|_not_text| BodyError::MalformedTrailer)
}
