//! Headers as they enter the canonical request, and the rule which of them must be signed.

use crate::error::AuthError;
use crate::limits;
use crate::presented::Placement;
use crate::request::Request;
use crate::scope::shorten;

/// Headers named `x-amz-…` that need not be signed, whatever carries the signature.
///
/// The token is bound to the secret that signed, and some services want it added after signing. The
/// user agent of browsers is left out of presigned requests by the SDKs, and means nothing.
const NEVER_NEEDED: [&str; 2] = ["x-amz-security-token", "x-amz-user-agent"];

/// Further ones, where the signature is in the header: the value of this one is the last line of the
/// canonical request and so signed in any case.
const NOT_NEEDED_BY_HEADER: [&str; 1] = ["x-amz-content-sha256"];

/// Further ones, where the signature is in the query: SDKs send them beside a presigned request. The
/// hash is then no part of the signature, and is ignored.
const NOT_NEEDED_BY_QUERY: [&str; 2] = ["x-amz-content-sha256", "x-amz-checksum-mode"];

/// Splits a `SignedHeaders` list, which must be sorted, distinct and lower-case.
pub(crate) fn parse_signed(list: &str) -> Result<Vec<String>, AuthError> {
    let names: Vec<&str> = list.split(';').collect();
    let is_name = |name: &&str| !name.is_empty() && name.bytes().all(is_lower_token);
    let is_sorted = names.is_sorted_by(|a, b| a < b);
    if names.len() > limits::HEADERS_MAX || !names.iter().all(is_name) || !is_sorted {
        return Err(AuthError::MalformedSignedHeaders);
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// Refuses a request that leaves `host`, or an `x-amz-…` header it carries, out of the signature.
pub(crate) fn check_signed(
    request: &Request<'_>,
    signed: &[String],
    placement: Placement,
) -> Result<(), AuthError> {
    let is_signed = |name: &str| signed.iter().any(|given| given.eq_ignore_ascii_case(name));
    if !is_signed("host") {
        return Err(AuthError::HostNotSigned);
    }
    let excepted: &[&str] = match placement {
        Placement::Header => &NOT_NEEDED_BY_HEADER,
        Placement::Query { .. } => &NOT_NEEDED_BY_QUERY,
    };
    let mut names: Vec<String> = request
        .headers
        .iter()
        .map(|(name, _)| name)
        .filter(|name| starts_with_ignore_case(name, "x-amz-") && !is_signed(name))
        .map(|name| name.to_ascii_lowercase())
        .filter(|name| !NEVER_NEEDED.contains(&name.as_str()) && !excepted.contains(&name.as_str()))
        .map(|name| shorten(&name))
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    names.sort_unstable();
    names.dedup();
    Err(AuthError::HeadersNotSigned { names })
}

/// Appends `name:value` lines for each signed name; `None` when one of them is not in the request.
///
/// Values of equal names join with a comma, in order. Leading and trailing blanks go, runs of spaces
/// become one, and a folded line joins with one.
pub(crate) fn canonical_into(out: &mut Vec<u8>, request: &Request<'_>, signed: &[String]) -> Option<()> {
    for name in signed {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        let mut values = request.values(name);
        trimmed_into(out, values.next()?);
        for value in values {
            out.push(b',');
            trimmed_into(out, value);
        }
        out.push(b'\n');
    }
    Some(())
}

fn trimmed_into(out: &mut Vec<u8>, value: &[u8]) {
    let mut gap = false;
    let mut folded = false;
    for &byte in value.trim_ascii() {
        match byte {
            b'\r' | b'\n' => {
                gap = true;
                folded = true;
            }
            b' ' => gap = true,
            b'\t' if folded => {}
            _ => {
                if gap {
                    out.push(b' ');
                }
                out.push(byte);
                gap = false;
                folded = false;
            }
        }
    }
}

fn is_lower_token(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

fn starts_with_ignore_case(text: &str, prefix: &str) -> bool {
    text.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_trimmed_and_spaces_collapse() {
        let cases = [
            ("value", "value"),
            ("  value1  ", "value1"),
            ("\"a   b   c\"", "\"a b c\""),
            ("value1\r\n  value2\n\t value3", "value1 value2 value3"),
            ("a\tb", "a\tb"),
            ("\t a \t", "a"),
            ("", ""),
            ("   ", ""),
        ];
        for (value, want) in cases {
            let mut out = Vec::new();
            trimmed_into(&mut out, value.as_bytes());
            assert_eq!(String::from_utf8(out).unwrap(), want, "{value:?}");
        }
    }

    #[test]
    fn signed_header_lists_are_sorted_distinct_and_lower_case() {
        let cases = [
            ("host", true),
            ("host;x-amz-date", true),
            ("x-amz-date;host", false),
            ("host;host", false),
            ("Host", false),
            ("", false),
            ("host;", false),
            ("host; x-amz-date", false),
            ("host:x", false),
        ];
        for (list, want) in cases {
            assert_eq!(parse_signed(list).is_ok(), want, "{list}");
        }
    }
}
