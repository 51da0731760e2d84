//! A line of a server access log, in fields.
//!
//! ```text
//! owner bucket [time] address requester request-id operation key "request line" status error bytes-sent
//! object-size total-time turn-around-time "referrer" "user agent" version-id host-id signature-version cipher
//! authentication host tls access-point acl-required source-region …
//! ```
//!
//! A hyphen stands for nothing. Older lines and other stores end earlier, newer ones may go on; what is needed is
//! everything up to the status.

use jiff::Timestamp;

/// The longest line that is read, bytes.
pub const LINE_BYTES_MAX: usize = 64 << 10;

/// The most fields that are looked at.
const FIELDS_MAX: usize = 64;

/// The fields of a line. What the line has as a hyphen, or not at all, is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub(crate) bucket: Option<&'a str>,
    pub(crate) at: Timestamp,
    pub(crate) address: Option<&'a str>,
    pub(crate) requester: Option<&'a str>,
    pub(crate) request_id: Option<&'a str>,
    pub(crate) operation: &'a str,
    pub(crate) key: Option<&'a str>,
    pub(crate) request: Option<&'a str>,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<&'a str>,
    pub(crate) bytes_sent: Option<u64>,
    pub(crate) object_size: Option<u64>,
    pub(crate) user_agent: Option<&'a str>,
    pub(crate) version_id: Option<&'a str>,
    pub(crate) host_id: Option<&'a str>,
    pub(crate) signature_version: Option<&'a str>,
    pub(crate) cipher: Option<&'a str>,
    pub(crate) authentication: Option<&'a str>,
    pub(crate) host: Option<&'a str>,
    pub(crate) tls: Option<&'a str>,
    pub(crate) access_point: Option<&'a str>,
    pub(crate) acl_required: Option<&'a str>,
    pub(crate) source_region: Option<&'a str>,
}

/// Why a line is no line of an access log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// It has more bytes than any line has.
    #[error("it is longer than {LINE_BYTES_MAX} bytes")]
    TooLong,
    /// It ends before the status.
    #[error("it has {0} fields, at least 10 are needed")]
    TooFew(usize),
    /// The third field is no time.
    #[error("its time is not like [06/Feb/2019:00:00:38 +0000]")]
    Time,
    /// The seventh field names no operation.
    #[error("its operation is not like REST.GET.OBJECT")]
    Operation,
    /// The tenth field is no status.
    #[error("its status is no number")]
    Status,
}

impl<'a> Line<'a> {
    /// Reads a line, without its line feed.
    pub(crate) fn parse(line: &'a str) -> Result<Self, LineError> {
        if line.len() > LINE_BYTES_MAX {
            return Err(LineError::TooLong);
        }
        let fields = fields(line);
        if fields.len() < FIELDS_MIN {
            return Err(LineError::TooFew(fields.len()));
        }
        let told = |at: usize| fields.get(at).copied().filter(|field| !matches!(*field, "-" | ""));
        let at = fields.get(2).and_then(|text| time(text)).ok_or(LineError::Time)?;
        let operation = told(6).filter(|name| is_operation(name)).ok_or(LineError::Operation)?;
        let status = match told(9) {
            Some(text) => Some(text.parse().map_err(|_no_number| LineError::Status)?),
            None => None,
        };
        let number = |at: usize| told(at).and_then(|text| text.parse().ok());
        Ok(Self {
            bucket: told(1),
            at,
            address: told(3),
            requester: told(4),
            request_id: told(5),
            operation,
            key: told(7),
            request: told(8),
            status,
            error: told(10),
            bytes_sent: number(11),
            object_size: number(12),
            user_agent: told(16),
            version_id: told(17),
            host_id: told(18),
            signature_version: told(19),
            cipher: told(20),
            authentication: told(21),
            host: told(22),
            tls: told(23),
            access_point: told(24),
            acl_required: told(25),
            source_region: told(26),
        })
    }

    /// Splits the request line into method, path and query; none where there is none.
    pub(crate) fn target(&self) -> Option<(&'a str, &'a str, &'a str)> {
        let (method, rest) = self.request?.split_once(' ')?;
        let target = rest.rsplit_once(" HTTP/").map_or(rest, |(target, _version)| target);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        // A client that takes the store for a proxy sends all of the address.
        let path = match path.split_once("://") {
            Some(("http" | "https", rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
            _ => path,
        };
        Some((method, path, query))
    }
}

/// How many fields there are up to the status.
const FIELDS_MIN: usize = 10;

fn fields(line: &str) -> Vec<&str> {
    let (mut fields, mut rest, mut quoted) = (Vec::new(), line.trim_ascii(), 0);
    while !rest.is_empty() && fields.len() < FIELDS_MAX {
        quoted += usize::from(rest.starts_with('"'));
        let (field, after) = match rest.strip_prefix('"') {
            Some(text) if quoted == QUOTED_LAST => last_quoted(text),
            _ => first(rest),
        };
        fields.push(field);
        rest = after.trim_ascii_start();
    }
    fields
}

/// The last quoted field is the user agent.
const QUOTED_LAST: usize = 3;

/// Splits the last quoted field off, at the last quote of the line: a client may send any quotes in it, and must not
/// write the fields behind it.
fn last_quoted(text: &str) -> (&str, &str) {
    text.rsplit_once('"').unwrap_or((text, ""))
}

/// Splits the first field off. A quoted one ends at a quote before a space.
fn first(rest: &str) -> (&str, &str) {
    if let Some(quoted) = rest.strip_prefix('"') {
        let end = quoted.split_once("\" ");
        return end.unwrap_or_else(|| (quoted.strip_suffix('"').unwrap_or(quoted), ""));
    }
    if let Some(bracketed) = rest.strip_prefix('[') {
        return bracketed.split_once(']').unwrap_or((bracketed, ""));
    }
    rest.split_once(' ').unwrap_or((rest, ""))
}

fn time(text: &str) -> Option<Timestamp> {
    Timestamp::strptime("%d/%b/%Y:%H:%M:%S %z", text).ok()
}

fn is_operation(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    name.len() <= 128 && name.contains('.') && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_split_at_spaces_outside_of_quotes_and_brackets() {
        assert_eq!(
            fields("a [b c] \"d e\" \"f \"g\" h\" - \"\" i"),
            ["a", "b c", "d e", "f \"g", "h\"", "-", "", "i"]
        );
        assert_eq!(fields("\"a\" \"b\" \"c\" SigV2 \"d\" e"), ["a", "b", "c\" SigV2 \"d", "e"]);
        assert_eq!(fields("a \"b c"), ["a", "b c"]);
        assert_eq!(fields("a [b"), ["a", "b"]);
        assert_eq!(fields(""), [""; 0]);
    }

    #[test]
    fn what_is_no_line_is_said_to_be_none() {
        let line =
            "o b [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - R REST.GET.OBJECT k \"GET /b/k HTTP/1.1\" 200";
        assert!(Line::parse(line).is_ok());
        for (from, to, expected) in [
            (" 200", "", LineError::TooFew(9)),
            ("06/Feb/2019:00:00:38 +0000", "2019-02-06", LineError::Time),
            ("REST.GET.OBJECT", "GET", LineError::Operation),
            ("REST.GET.OBJECT", "REST.GET.<x>", LineError::Operation),
            (" 200", " 2x0", LineError::Status),
        ] {
            assert_eq!(Line::parse(&line.replace(from, to)), Err(expected), "{from}");
        }
        assert_eq!(Line::parse(&"x".repeat(LINE_BYTES_MAX + 1)), Err(LineError::TooLong));
    }
}
