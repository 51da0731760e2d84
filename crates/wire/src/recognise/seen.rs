//! What is seen of a request before anything is known about it.

use std::fmt;

/// The parts of a request that tell its operation. Nothing of it is trusted: a part that makes no sense
/// tells nothing.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The service in the credential scope; `s3` for signature version 2. Absent when unsigned, and with
    /// bearer tokens.
    pub signing_name: Option<&'a str>,
    /// The request method, upper case.
    pub method: &'a str,
    /// The raw path, percent escapes and all.
    pub path: &'a str,
    /// The raw query, without `?`.
    pub query: &'a str,
    /// `X-Amz-Target`.
    pub target: Option<&'a str>,
    /// `Smithy-Protocol`.
    pub smithy_protocol: Option<&'a str>,
    /// `Action`, from the query string or a form body.
    pub action: Option<&'a str>,
    /// `Version`, from the query string or a form body.
    pub version: Option<&'a str>,
    /// `Host`, or HTTP/2's authority.
    pub host: Option<&'a str>,
    /// `User-Agent`, or `X-Amz-User-Agent` where a browser can't set that.
    pub user_agent: Option<&'a str>,
    /// Tells whether a header was sent, by its name in lower case.
    pub headers: &'a dyn Headers,
}

/// The headers of a request, as far as recognition asks for them.
pub trait Headers {
    /// Returns the first value of a header, by its name in lower case; nothing where it was not sent or is
    /// no text.
    fn header(&self, name: &str) -> Option<&str>;
}

/// A request without headers.
impl Headers for () {
    fn header(&self, _name: &str) -> Option<&str> {
        None
    }
}

impl Default for Seen<'_> {
    fn default() -> Self {
        Self {
            signing_name: None,
            method: "",
            path: "",
            query: "",
            target: None,
            smithy_protocol: None,
            action: None,
            version: None,
            host: None,
            user_agent: None,
            headers: &(),
        }
    }
}

impl fmt::Debug for Seen<'_> {
    /// Leaves out the query, which may hold a signature.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen")
            .field("signing_name", &self.signing_name)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("target", &self.target)
            .field("action", &self.action)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
