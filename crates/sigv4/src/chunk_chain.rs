//! The chain of signatures over the chunks of a body: each covers the one before it.

use aws_lc_rs::digest::{SHA256, digest};

use crate::body::BodyError;
use crate::hex::{self, Hex64};
use crate::key::{self, SigningKey};
use crate::payload::Streaming;
use crate::scope::Scope;
use crate::timestamp::AmzDate;
use crate::trailer::Trailers;

const CHUNK: &str = "AWS4-HMAC-SHA256-PAYLOAD";
const TRAILER: &str = "AWS4-HMAC-SHA256-TRAILER";
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The chain as it stands after the last signature, beginning with that of the request.
#[derive(Debug, Clone)]
pub(crate) struct ChunkChain {
    key: SigningKey,
    /// Signing time and scope, two lines.
    context: String,
    previous: Hex64,
}

impl ChunkChain {
    pub(crate) fn new(key: SigningKey, signed_at: AmzDate, scope: &Scope, seed: Hex64) -> Self {
        Self { key, context: format!("{signed_at}\n{scope}"), previous: seed }
    }

    /// Returns the signature of the next chunk, by the hash of its data, and moves on.
    pub(crate) fn sign_chunk(&mut self, data_hash: &[u8; 32]) -> Hex64 {
        let hash = hex::text(data_hash);
        self.advance(CHUNK, &format!("{EMPTY_SHA256}\n{hash}"))
    }

    /// Returns the signature of the trailers, which ends the chain.
    pub(crate) fn sign_trailers(&mut self, trailers: &Trailers) -> Hex64 {
        let hash = hex::text(&key::sha256(trailers.canonical().as_bytes()));
        self.advance(TRAILER, &hash)
    }

    /// Compares the signature of the next chunk with the one presented.
    pub(crate) fn check_chunk(&mut self, data_hash: &[u8; 32], presented: &[u8]) -> Result<(), BodyError> {
        let ours = self.sign_chunk(data_hash);
        if key::is_same(&ours, presented) { Ok(()) } else { Err(BodyError::ChunkSignature) }
    }

    /// Compares the signature of the trailers with the one presented.
    pub(crate) fn check_trailers(&mut self, trailers: &Trailers, presented: &[u8]) -> Result<(), BodyError> {
        let ours = self.sign_trailers(trailers);
        if key::is_same(&ours, presented) { Ok(()) } else { Err(BodyError::TrailerSignature) }
    }

    fn advance(&mut self, algorithm: &str, last_lines: &str) -> Hex64 {
        let mut text = Vec::with_capacity(320);
        text.extend_from_slice(algorithm.as_bytes());
        text.push(b'\n');
        text.extend_from_slice(self.context.as_bytes());
        text.push(b'\n');
        text.extend_from_slice(&self.previous);
        text.push(b'\n');
        text.extend_from_slice(last_lines.as_bytes());
        self.previous = self.key.sign(&text);
        self.previous
    }
}

/// Frames and signs the chunks of an outgoing body.
///
/// Every chunk is one call of [`ChunkSigner::chunk`]; [`ChunkSigner::finish`] ends the body. S3 wants
/// chunks of at least 8 KiB, but for the last.
#[derive(Debug)]
pub struct ChunkSigner {
    chain: ChunkChain,
    streaming: Streaming,
}

impl ChunkSigner {
    pub(crate) const fn new(chain: ChunkChain, streaming: Streaming) -> Self {
        Self { chain, streaming }
    }

    /// Appends a chunk to `out`. Empty data appends nothing: an empty chunk would end the body.
    pub fn chunk(&mut self, data: &[u8], out: &mut Vec<u8>) {
        if !data.is_empty() {
            self.header(data, out);
            out.extend_from_slice(data);
            out.extend_from_slice(b"\r\n");
        }
    }

    /// Appends the empty last chunk and the trailers, which only the trailer kinds send.
    pub fn finish(mut self, trailers: &Trailers, out: &mut Vec<u8>) {
        self.header(&[], out);
        if self.streaming.has_trailer() {
            for (name, value) in trailers.iter() {
                out.extend_from_slice(format!("{name}:{value}\r\n").as_bytes());
            }
            if self.streaming.is_signed() {
                out.extend_from_slice(b"x-amz-trailer-signature:");
                out.extend_from_slice(&self.chain.sign_trailers(trailers));
                out.extend_from_slice(b"\r\n");
            }
        }
        out.extend_from_slice(b"\r\n");
    }

    fn header(&mut self, data: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(format!("{:x}", data.len()).as_bytes());
        if self.streaming.is_signed() {
            out.extend_from_slice(b";chunk-signature=");
            out.extend_from_slice(&self.chain.sign_chunk(&key::fixed(digest(&SHA256, data).as_ref())));
        }
        out.extend_from_slice(b"\r\n");
    }
}
