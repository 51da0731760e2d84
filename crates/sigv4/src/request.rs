//! The parts of an HTTP request that a signature covers, as they were on the wire.

use crate::error::{AuthError, Oversized};
use crate::limits;

/// A request, borrowed from whoever received it.
///
/// Nothing may have been decoded, normalised or folded: a signature covers the bytes that were sent.
/// HTTP/2 has no `Host`; the caller adds one from `:authority`.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The raw path without the query, beginning with `/`; empty means `/`.
    pub path: &'a str,
    /// The raw query without its `?`; may be empty.
    pub query: &'a str,
    /// Header lines in order of arrival, names in any case.
    pub headers: &'a [(&'a str, &'a [u8])],
}

impl<'a> Request<'a> {
    /// Returns the values of every header line called `name`, in order.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }

    /// Returns the first value called `name` as trimmed text; `None` also when it is not UTF-8.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.values(name).next().and_then(|value| std::str::from_utf8(value).ok()).map(str::trim)
    }

    /// Refuses a request beyond the [`limits`], before any of it is copied.
    pub(crate) fn check_size(&self) -> Result<(), AuthError> {
        let header_bytes: usize = self.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        let measured = [
            (Oversized::Path, self.path.len(), limits::PATH_BYTES_MAX),
            (Oversized::Query, self.query.len(), limits::QUERY_BYTES_MAX),
            (Oversized::HeaderCount, self.headers.len(), limits::HEADERS_MAX),
            (Oversized::Headers, header_bytes, limits::HEADERS_BYTES_MAX),
        ];
        match measured.into_iter().find(|(_, size, limit)| size > limit) {
            Some((part, _, limit)) => Err(AuthError::TooLarge { part, limit }),
            None => Ok(()),
        }
    }
}
