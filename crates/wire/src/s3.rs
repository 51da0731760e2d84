//! S3: which operation a request makes on which bucket and key, and how errors are written.
//!
//! The raw path is never normalised: `a//b` and `a/b` are different keys.

mod address;
mod error;
mod operation;
mod record;

pub use address::Resolver;
pub use error::{ErrorBody, ErrorCode};
pub use operation::selects_post;
pub use record::{Call, Category, Level};

/// What is seen of an S3 request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen<'a> {
    /// The request method.
    pub method: &'a str,
    /// The path as sent, percent escapes and all.
    pub path: &'a str,
    /// The query string as sent, without `?`.
    pub query: &'a str,
    /// The `Host` header, with or without a port.
    pub host: &'a str,
    /// Whether `x-amz-copy-source` was sent.
    pub copies: bool,
}

#[cfg(test)]
mod tests;
