//! Why a request is not authenticated: one variant for each thing AWS answers differently.

use std::fmt;

use jiff::Timestamp;

use crate::timestamp::AmzDate;

/// A refusal. `Display` is for logs; [`AuthError::message`] has the words that AWS uses.
///
/// Texts that repeat input repeat a bounded part of it, and never a signature, secret or token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// The request carries no authentication, and the operation needs it.
    #[error("request carries no authentication")]
    MissingAuthentication,
    /// An `Authorization` header and signed query parameters, or one of them twice.
    #[error("request carries more than one authentication")]
    SeveralMechanisms,
    /// An `Authorization` header that is not AWS's, such as `Bearer`.
    #[error("authorization type is not supported")]
    UnsupportedMechanism,
    /// Signature Version 2, in header or query.
    #[error("signature version 2 is not supported")]
    SigV2 {
        /// The key it names, for the record.
        access_key_id: Option<String>,
    },
    /// Signature Version 4A (ECDSA), in header, query or chunks.
    #[error("signature version 4a is not supported")]
    SigV4a {
        /// The key it names, for the record.
        access_key_id: Option<String>,
    },
    /// An algorithm that nobody knows.
    #[error("algorithm {algorithm} is not known")]
    UnsupportedAlgorithm {
        /// The name as given.
        algorithm: String,
    },
    /// The `Authorization` header lacks parameters, or the request a date.
    #[error("authorization header lacks {}", missing.join(", "))]
    IncompleteHeader {
        /// `Credential`, `Signature`, `SignedHeaders`, `X-Amz-Date`.
        missing: Vec<&'static str>,
        /// The header's SHA-256 in Base64, which AWS repeats in place of the header.
        authorization_sha256: String,
    },
    /// The signed query lacks parameters.
    #[error("signed query lacks {}", missing.join(", "))]
    IncompleteQuery {
        /// Their names.
        missing: Vec<&'static str>,
    },
    /// The `Authorization` header holds something that is not `key=value`.
    #[error("authorization header holds something other than key=value")]
    MalformedParameter {
        /// The header's SHA-256 in Base64.
        authorization_sha256: String,
    },
    /// The credential is not `keyid/date/region/service/aws4_request`.
    #[error("credential is malformed")]
    MalformedCredential {
        /// As given, shortened.
        got: String,
    },
    /// The scope does not end in `aws4_request`.
    #[error("credential scope ends in {got}")]
    ScopeTerminator {
        /// As given, shortened.
        got: String,
    },
    /// The scope's day is not the day of the signing time.
    #[error("credential scope is of day {scope}, request of {signed_at}")]
    ScopeDate {
        /// The day in the scope.
        scope: String,
        /// The signing time.
        signed_at: AmzDate,
    },
    /// The scope names another region than the one that serves.
    #[error("credential is scoped to region {got}, expected {expected}")]
    ScopeRegion {
        /// As given.
        got: String,
        /// The one that serves.
        expected: String,
    },
    /// The scope names another service than the one asked.
    #[error("credential is scoped to service {got}, expected {expected}")]
    ScopeService {
        /// As given.
        got: String,
        /// The one asked.
        expected: String,
    },
    /// The signing time cannot be read.
    #[error("signing time is malformed")]
    MalformedDate {
        /// As given, shortened.
        got: String,
    },
    /// `X-Amz-Expires` is not a number from 1 to 604,800.
    #[error("x-amz-expires is out of range")]
    InvalidExpires(InvalidExpires),
    /// `SignedHeaders` is not a sorted list of distinct lower-case names.
    #[error("signed header list is malformed")]
    MalformedSignedHeaders,
    /// `host` is not signed.
    #[error("host is not signed")]
    HostNotSigned,
    /// Headers whose meaning matters are present and not signed.
    #[error("headers are not signed: {}", names.join(", "))]
    HeadersNotSigned {
        /// Their names, lower-case and sorted.
        names: Vec<String>,
    },
    /// The path or the query holds a broken percent escape.
    #[error("request target is malformed")]
    MalformedUri,
    /// The request is beyond a limit.
    #[error("{part} is beyond the limit of {limit}")]
    TooLarge {
        /// What is too large.
        part: Oversized,
        /// How large it may be.
        limit: usize,
    },
    /// A header signature older than the clock rules allow.
    #[error("signature of {signed_at} is too old")]
    Expired {
        /// The signing time.
        signed_at: AmzDate,
        /// Our time.
        now: Timestamp,
        /// How old it may be, in seconds.
        window_s: i64,
    },
    /// A signature further in the future than the clock rules allow.
    #[error("signature of {signed_at} is not yet current")]
    NotYetCurrent {
        /// The signing time.
        signed_at: AmzDate,
        /// Our time.
        now: Timestamp,
        /// How far ahead it may be, in seconds.
        window_s: i64,
    },
    /// A presigned request from further in the future than the clock rules allow.
    #[error("presigned request of {signed_at} is not yet current")]
    PresignedNotYetCurrent {
        /// The signing time.
        signed_at: AmzDate,
        /// Our time.
        now: Timestamp,
        /// How far ahead it may be, in seconds.
        window_s: i64,
    },
    /// A presigned request past its `X-Amz-Expires`.
    #[error("presigned request expired at {expired_at}")]
    PresignedExpired {
        /// When it expired.
        expired_at: Timestamp,
        /// Its life, in seconds.
        expires_s: u32,
        /// Our time.
        now: Timestamp,
    },
    /// The signature is not the one our secret makes of this request.
    #[error("signature does not match")]
    SignatureDoesNotMatch(Box<Mismatch>),
    /// S3: a header signature without `x-amz-content-sha256`.
    #[error("x-amz-content-sha256 is missing")]
    MissingContentSha256,
    /// `x-amz-content-sha256` is neither a hash nor a known word.
    #[error("x-amz-content-sha256 is malformed")]
    InvalidContentSha256 {
        /// As given, shortened.
        got: String,
    },
    /// A service other than S3 was sent an unsigned or streamed payload.
    #[error("service takes signed payloads only")]
    PayloadNotSigned,
    /// An aws-chunked body without `x-amz-decoded-content-length`, or with one that is no number.
    #[error("x-amz-decoded-content-length is missing or malformed")]
    MissingDecodedLength,
    /// The body does not have the hash that `x-amz-content-sha256` states.
    #[error("body does not have the stated hash")]
    ContentSha256Mismatch {
        /// What the client states, in hexadecimal.
        stated: String,
        /// What we computed, in hexadecimal.
        computed: String,
    },
    /// The signature covers the body's hash and the caller gave neither body nor hash.
    ///
    /// Not the client's fault: see [`Presented::needs_body`](crate::Presented::needs_body).
    #[error("verification needs the body")]
    BodyNeeded,
}

/// How `X-Amz-Expires` is wrong; AWS has words for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidExpires {
    /// It is no number.
    NotANumber,
    /// It is zero or negative.
    NotPositive,
    /// It is more than a week.
    TooLong,
}

/// The part of a request that is beyond a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oversized {
    /// The path.
    Path,
    /// The query string, or the number of its parameters.
    Query,
    /// The number of headers.
    HeaderCount,
    /// The bytes of all headers.
    Headers,
    /// The session token.
    SessionToken,
}

impl fmt::Display for Oversized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "path length",
            Self::Query => "query length",
            Self::HeaderCount => "number of headers",
            Self::Headers => "length of headers",
            Self::SessionToken => "length of session token",
        })
    }
}

/// What was computed when a signature did not match; S3 tells the client.
///
/// The canonical request repeats signed headers, the session token among them: it belongs in the
/// answer to that client and nowhere else, so `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The canonical request as we built it.
    pub canonical_request: Vec<u8>,
    /// The string to sign as we built it.
    pub string_to_sign: String,
    /// The signature as presented.
    pub provided: String,
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mismatch(***)")
    }
}
