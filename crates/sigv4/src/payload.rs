//! What `x-amz-content-sha256` says about the body.

use crate::error::AuthError;
use crate::hex;
use crate::scope::shorten;

pub(crate) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const SIGNED_CHUNKS: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const SIGNED_CHUNKS_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
const UNSIGNED_CHUNKS_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const SIGV4A_CHUNKS: &str = "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD";
const SIGV4A_CHUNKS_TRAILER: &str = "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER";

/// How a request covers its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// The body must have this SHA-256.
    Hash([u8; 32]),
    /// The body is not covered.
    Unsigned,
    /// The body comes in aws-chunked framing.
    Streaming(Streaming),
    /// Nothing is said: the hash of the whole body enters the signature.
    Absent,
}

/// The three kinds of aws-chunked body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streaming {
    /// Each chunk carries a signature.
    Signed,
    /// Each chunk carries a signature, and so do the trailers after them.
    SignedTrailer,
    /// Chunks and trailers carry no signature.
    UnsignedTrailer,
}

impl Streaming {
    /// Says whether chunks carry signatures.
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::Signed | Self::SignedTrailer)
    }

    /// Says whether trailers follow the chunks.
    pub const fn has_trailer(self) -> bool {
        matches!(self, Self::SignedTrailer | Self::UnsignedTrailer)
    }

    /// Returns the value of `x-amz-content-sha256`.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Signed => SIGNED_CHUNKS,
            Self::SignedTrailer => SIGNED_CHUNKS_TRAILER,
            Self::UnsignedTrailer => UNSIGNED_CHUNKS_TRAILER,
        }
    }
}

impl Payload {
    /// Reads the value of `x-amz-content-sha256`.
    pub(crate) fn parse(value: &str) -> Result<Self, AuthError> {
        match value {
            UNSIGNED => Ok(Self::Unsigned),
            SIGNED_CHUNKS => Ok(Self::Streaming(Streaming::Signed)),
            SIGNED_CHUNKS_TRAILER => Ok(Self::Streaming(Streaming::SignedTrailer)),
            UNSIGNED_CHUNKS_TRAILER => Ok(Self::Streaming(Streaming::UnsignedTrailer)),
            SIGV4A_CHUNKS | SIGV4A_CHUNKS_TRAILER => Err(AuthError::SigV4a { access_key_id: None }),
            hash => match hex::decode(hash) {
                Some(hash) => Ok(Self::Hash(hash)),
                None => Err(AuthError::InvalidContentSha256 { got: shorten(hash) }),
            },
        }
    }
}
