//! How the body of a verified request is checked.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};

use crate::chunked::ChunkedDecoder;
use crate::hex;
use crate::key;

/// The check that a body has to pass.
#[derive(Debug)]
pub enum BodyCheck {
    /// None: it is not covered, or its hash was part of what was verified.
    Nothing,
    /// It must have the stated hash.
    Hash(PayloadHasher),
    /// It is aws-chunked: to be decoded, and checked on the way.
    Chunked(Box<ChunkedDecoder>),
}

/// Why a body is refused, after its request was verified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// The body does not have the hash that `x-amz-content-sha256` states.
    #[error("body does not have the stated hash")]
    ContentSha256Mismatch {
        /// What the client states, in hexadecimal.
        stated: String,
        /// What we computed, in hexadecimal.
        computed: String,
    },
    /// The framing of chunks is broken.
    #[error("chunk framing is malformed")]
    MalformedChunk,
    /// A chunk's signature does not match its data and the chunks before it.
    #[error("chunk signature does not match")]
    ChunkSignature,
    /// The trailers are malformed, too many, or not those that `x-amz-trailer` announces.
    #[error("trailer is malformed")]
    MalformedTrailer,
    /// The signature of the trailers does not match.
    #[error("trailer signature does not match")]
    TrailerSignature,
    /// The decoded length is not that of `x-amz-decoded-content-length`.
    #[error("decoded length is not the {announced} bytes announced")]
    DecodedLength {
        /// The length announced, in bytes.
        announced: u64,
    },
    /// The body ended within a chunk or before the last one.
    #[error("body ended early")]
    Truncated,
}

impl BodyError {
    /// Returns the message for the client, as S3 writes it.
    pub const fn message(&self) -> &'static str {
        match self {
            Self::ContentSha256Mismatch { .. } => {
                "The provided 'x-amz-content-sha256' header does not match what was computed."
            }
            Self::MalformedChunk => "The request body is not well-formed aws-chunked data.",
            Self::ChunkSignature | Self::TrailerSignature => {
                "The request signature we calculated does not match the signature you provided. \
                 Check your key and signing method."
            }
            Self::MalformedTrailer => {
                "The request contained trailing data that was not well-formed or did not conform to our published \
                 schema."
            }
            Self::DecodedLength { .. } | Self::Truncated => {
                "You did not provide the number of bytes specified by the Content-Length HTTP header"
            }
        }
    }
}

/// Hashes a body as it streams by, to be compared at its end with the hash its request states.
///
/// Until [`PayloadHasher::finish`] answered `Ok` the bytes are unproven.
pub struct PayloadHasher {
    stated: [u8; 32],
    context: Context,
}

impl PayloadHasher {
    pub(crate) fn new(stated: [u8; 32]) -> Self {
        Self { stated, context: Context::new(&SHA256) }
    }

    /// Takes the next bytes of the body.
    pub fn update(&mut self, bytes: &[u8]) {
        self.context.update(bytes);
    }

    /// Compares.
    ///
    /// # Errors
    /// [`BodyError::ContentSha256Mismatch`].
    pub fn finish(self) -> Result<(), BodyError> {
        let computed = key::fixed(self.context.finish().as_ref());
        if computed == self.stated {
            return Ok(());
        }
        Err(BodyError::ContentSha256Mismatch {
            stated: hex::text(&self.stated),
            computed: hex::text(&computed),
        })
    }
}

impl fmt::Debug for PayloadHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayloadHasher").finish_non_exhaustive()
    }
}
