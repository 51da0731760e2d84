//! The largest and the most that is accepted; beyond each the request is refused.
//!
//! They bound the work and the memory of one verification before anything is known about the caller.
//! All are far above what AWS clients send.

/// Headers of a request, counted as lines.
pub const HEADERS_MAX: usize = 128;
/// Names and values of all headers together, in bytes.
pub const HEADERS_BYTES_MAX: usize = 64 * 1024;
/// The raw path in bytes: an S3 key of 1,024 bytes, each percent-encoded, with room to spare.
pub const PATH_BYTES_MAX: usize = 8 * 1024;
/// The raw query string in bytes.
pub const QUERY_BYTES_MAX: usize = 32 * 1024;
/// Parameters of a query string.
pub const QUERY_PARAMETERS_MAX: usize = 512;
/// Bytes of an access key id.
pub const ACCESS_KEY_ID_BYTES_MAX: usize = 128;
/// Bytes of the day, the region and the service in a credential scope, each.
pub const SCOPE_PART_BYTES_MAX: usize = 64;
/// Bytes of a session token.
pub const SESSION_TOKEN_BYTES_MAX: usize = 16 * 1024;
/// The longest life of a presigned request in seconds: seven days.
pub const PRESIGNED_EXPIRES_S_MAX: u32 = 604_800;
/// The line that begins a chunk, in bytes, with its end of line.
pub const CHUNK_HEADER_BYTES_MAX: usize = 128;
/// The trailer section of a chunked body in bytes.
pub const TRAILER_BYTES_MAX: usize = 8 * 1024;
/// Trailers of a chunked body.
pub const TRAILERS_MAX: usize = 16;
/// Derived keys that a [`KeyCache`](crate::KeyCache) keeps unless told otherwise.
pub const CACHED_KEYS_MAX: usize = 4096;
