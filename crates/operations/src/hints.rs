//! What a request says beside its call: names in the query, in the user agent and in the host.

use crate::{Operation, Seen, Service};

/// Returns the raw value of a query parameter; the empty one for a flag.
pub(crate) fn query_value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.into_iter().find(|(given, _)| is_escaped(given, name)).map(|(_, value)| value)
}

/// Tells whether `raw` is `plain`, perhaps percent-escaped.
pub(crate) fn is_escaped(raw: &str, plain: &str) -> bool {
    if !raw.contains('%') {
        return raw == plain;
    }
    let mut raw = raw.bytes();
    let mut plain = plain.bytes();
    while let Some(byte) = raw.next() {
        let mut ahead = raw.clone();
        let byte = match (byte, ahead.next().and_then(hex), ahead.next().and_then(hex)) {
            (b'%', Some(high), Some(low)) => {
                raw = ahead;
                high << 4 | low
            }
            _ => byte,
        };
        if plain.next() != Some(byte) {
            return false;
        }
    }
    plain.next().is_none()
}

/// Tells whether the request names the operation beside its call: `x-id` as SDKs for JavaScript send it, or
/// the command of the AWS CLI.
pub(crate) fn names_operation(seen: &Seen<'_>, operation: &Operation) -> bool {
    if query_value(seen.query, "x-id") == Some(operation.name.as_str()) {
        return true;
    }
    let command = word(seen, "md/command#").and_then(|command| command.rsplit_once('.'));
    command.is_some_and(|(_, command)| same_letters(command, &operation.name))
}

/// Tells whether the user agent names the service: `api/s3#3.1` as SDKs send it, or the command of the AWS
/// CLI.
pub(crate) fn names_service(seen: &Seen<'_>, service: &Service) -> bool {
    let api = word(seen, "api/").map(|api| api.split(['#', '/']).next().unwrap_or_default());
    if api.is_some_and(|api| same_letters(api, &service.service_id)) {
        return true;
    }
    let command = word(seen, "md/command#").and_then(|command| command.split_once('.'));
    command.is_some_and(|(of, _)| same_letters(of, &service.name))
}

/// Tells whether the host is the service's own: `lambda.us-east-1.amazonaws.com`, and so for other domains.
pub(crate) fn hosts_service(seen: &Seen<'_>, service: &Service) -> bool {
    let Some(host) = seen.host else { return false };
    let prefix = service.endpoint_prefix.as_bytes();
    let (begins, rest) = (host.as_bytes().get(..prefix.len()), host.as_bytes().get(prefix.len()));
    begins.is_some_and(|begins| begins.eq_ignore_ascii_case(prefix)) && rest.is_some_and(|byte| *byte == b'.')
}

/// Finds the word of the user agent that begins so, and returns what follows.
fn word<'a>(seen: &Seen<'a>, begin: &str) -> Option<&'a str> {
    seen.user_agent?.split(' ').find_map(|word| word.strip_prefix(begin))
}

/// Compares names without regard to case and to what is between their words.
fn same_letters(a: &str, b: &str) -> bool {
    letters(a).eq(letters(b))
}

fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
