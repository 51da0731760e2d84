//! From the head of a request, and its body where that is a form, to what it says of its own call.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::{Headers, Seen};
use crate::json11::TARGET_HEADER;

/// What a request says of its own call. Names are decoded as whoever serves the request decodes them, so that
/// escapes hide nothing.
#[derive(Clone)]
pub struct Sight<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: &'a dyn Headers,
    signing_name: Option<Cow<'a, str>>,
    action: Option<Cow<'a, str>>,
    version: Option<Cow<'a, str>>,
}

impl<'a> Sight<'a> {
    /// Looks at a request: its method, its raw path and raw query, its headers. `body` is looked at only where
    /// it is a form.
    ///
    /// Which of two values counts differs between those who serve, so that different ones tell nothing; nor does
    /// a query beside the form of an upload.
    pub fn of(
        method: &'a str,
        path: &'a str,
        query: &'a str,
        headers: &'a dyn Headers,
        body: &'a [u8],
    ) -> Self {
        let form = if is_form(headers) { body.trim_ascii() } else { b"" };
        let pairs = || pairs(query.as_bytes()).chain(pairs(form));
        let value = |name: &str| {
            let mut values = pairs().filter(|(given, _)| *given == name).map(|(_, raw)| decode(raw));
            let first = values.next()?;
            Some(if values.all(|value| value == first) { Ok(first) } else { Err(Contradiction) })
        };
        let (action, version) = match ["Action", "Version"].map(value) {
            [None, _] => (None, None),
            _ if begins(headers, UPLOAD) => (None, None),
            [Some(Ok(action)), None] => (Some(action), None),
            [Some(Ok(action)), Some(Ok(version))] => (Some(action), Some(version)),
            [Some(_), _] => (Some(Cow::Borrowed("")), None),
        };
        let signing_name = match signing_name(query, headers) {
            // Signature version 2 names no service: with an action it is one of the query services of its time.
            Some(Scope::Version2) if action.is_some() => None,
            Some(Scope::Version2) => Some(Cow::Borrowed("s3")),
            Some(Scope::Names(name)) => Some(name),
            None => None,
        };
        Self { method, path, query, headers, signing_name, action, version }
    }

    /// Returns the service in the credential scope; `s3` for signature version 2, which has none.
    pub fn signing_name(&self) -> Option<&str> {
        self.signing_name.as_deref()
    }

    /// Lends what recognition wants.
    pub fn seen(&self) -> Seen<'_> {
        let header = |name| self.headers.header(name);
        Seen {
            signing_name: self.signing_name.as_deref(),
            method: self.method,
            path: self.path,
            query: self.query,
            target: header(TARGET_HEADER),
            smithy_protocol: header("smithy-protocol"),
            action: self.action.as_deref(),
            version: self.version.as_deref(),
            host: header("host"),
            user_agent: header("x-amz-user-agent").or_else(|| header("user-agent")),
            headers: self.headers,
        }
    }
}

impl std::fmt::Debug for Sight<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.seen().fmt(f)
    }
}

/// The type of a form in which a query call names its action.
const FORM: &str = "application/x-www-form-urlencoded";
/// The type of a form that uploads a file.
const UPLOAD: &str = "multipart/";

/// Several values of one name.
struct Contradiction;

/// Tells whether a body is a form, in which a query call names its action.
pub fn is_form(headers: &dyn Headers) -> bool {
    begins(headers, FORM)
}

fn begins(headers: &dyn Headers, wanted: &str) -> bool {
    let kind = headers.header("content-type").map(|kind| kind.trim_start().as_bytes());
    let begins = kind.and_then(|kind| kind.get(..wanted.len()));
    begins.is_some_and(|begins| begins.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// What a signature says of the service.
enum Scope<'a> {
    /// It is of version 4, whose scope names one.
    Names(Cow<'a, str>),
    /// It is of version 2.
    Version2,
}

fn signing_name<'a>(query: &'a str, headers: &'a dyn Headers) -> Option<Scope<'a>> {
    let credential = match headers.header("authorization") {
        Some(header) if header.starts_with("AWS ") => return Some(Scope::Version2),
        Some(header) => {
            let parts = header.split([',', ' ']);
            Cow::Borrowed(parts.into_iter().find_map(|part| part.strip_prefix("Credential="))?)
        }
        None => match pairs(query.as_bytes()).find(|(name, _)| *name == "X-Amz-Credential") {
            Some((_, raw)) => decode(raw),
            None => {
                let version_2 = pairs(query.as_bytes()).any(|(name, _)| name == "AWSAccessKeyId");
                return version_2.then_some(Scope::Version2);
            }
        },
    };
    // The key may hold slashes, and SigV4a has no Region: the service is told from the end.
    let service = |credential: &'_ str| -> Option<(usize, usize)> {
        let scope = credential.strip_suffix("/aws4_request")?;
        let begin = scope.rfind('/')? + 1;
        Some((begin, scope.len()))
    };
    let (begin, end) = service(&credential)?;
    Some(Scope::Names(match credential {
        Cow::Borrowed(credential) => Cow::Borrowed(credential.get(begin..end)?),
        Cow::Owned(credential) => Cow::Owned(credential.get(begin..end)?.to_owned()),
    }))
}

/// Reads the names of a query string or a form, with their raw values. What is no text is passed over: it does
/// not hide the rest.
fn pairs(text: &[u8]) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    let pairs = text.split(|byte| *byte == b'&').filter_map(|pair| std::str::from_utf8(pair).ok());
    let split = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    split.map(|(name, value)| (decode(name), value))
}

/// Decodes a name or a value; what is no text then stays as it was sent.
fn decode(raw: &str) -> Cow<'_, str> {
    percent_decode_str(raw).decode_utf8().unwrap_or(Cow::Borrowed(raw))
}
