//! What is seen of a request before anything is known about it.

use std::fmt;

use crate::s3;

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
    /// `Action`, from the query string or a form body; empty where several say different things.
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

impl Seen<'_> {
    /// Passes over what does not stand where its protocol has it: whoever serves the call may go by its path alone,
    /// and then a target or an action would be the name of something else.
    ///
    /// Targets stand in a POST to `/`, actions also in a GET, both in a POST to a queue of SQS; CBOR has paths of
    /// its own. None of them goes with a query that makes a POST a call of S3. Two that name different
    /// operations name none.
    #[must_use]
    pub fn in_place(&self) -> Self {
        let posted = self.method == "POST" && !s3::selects_post(self.query);
        let queue = self.signing_name == Some("sqs") && is_queue(self.path);
        let targeted = posted && (self.path == "/" || queue);
        let acted = targeted || (self.method == "GET" && self.path == "/");
        let cbor = posted && self.query.is_empty() && is_cbor_path(self.path);
        let target = self.target.filter(|target| targeted && !target.is_empty());
        let action = self.action.filter(|_| acted);
        let smithy_protocol = self.smithy_protocol.filter(|_| cbor);
        match (target, action) {
            (Some(target), Some(action)) if target.rsplit('.').next() != Some(action) => {
                Self { target: None, action: Some(""), smithy_protocol, ..*self }
            }
            _ => Self { target, action, smithy_protocol, ..*self },
        }
    }
}

/// Tells whether a path is a queue's: an account and a name, at LocalStack perhaps below `queue` and a Region.
fn is_queue(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    let Some((before, name)) = path.rsplit_once('/') else { return false };
    let Some((before, account)) = before.rsplit_once('/') else { return false };
    let regional = before.strip_prefix("/queue/").is_some_and(|region| !region.contains('/'));
    let named = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let of_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (before.is_empty() || regional) && of_account && named && !name.is_empty()
}

/// Tells whether a path is `/service/<name>/operation/<name>`.
fn is_cbor_path(path: &str) -> bool {
    let names = path.strip_prefix("/service/").and_then(|rest| rest.split_once("/operation/"));
    names.is_some_and(|(service, operation)| !service.contains('/') && !operation.contains('/'))
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
