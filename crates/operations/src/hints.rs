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

/// What a request says of its service and its operation beside the call: a client can make it up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hints<'a> {
    /// `x-id`, as SDKs for JavaScript send it: the operation.
    id: Option<&'a str>,
    /// `api/s3#3.1` of an SDK's user agent: the service.
    api: Option<&'a str>,
    /// `md/command#s3api.copy-object` of the AWS CLI's: service and operation.
    command: Option<(&'a str, &'a str)>,
    /// `lambda.us-east-1.amazonaws.com`, and so for other domains: the service stands in front.
    host: Option<&'a str>,
}

impl<'a> Hints<'a> {
    pub(crate) fn of(seen: &Seen<'a>) -> Self {
        let words = || seen.user_agent.unwrap_or_default().split(' ');
        let api = words().find_map(|word| word.strip_prefix("api/"));
        Self {
            id: query_value(seen.query, "x-id"),
            api: api.and_then(|api| api.split(['#', '/']).next()),
            command: words().find_map(|word| word.strip_prefix("md/command#")?.split_once('.')),
            host: seen.host.filter(|host| host.contains('.')),
        }
    }

    pub(crate) fn name_operation(&self, operation: &Operation) -> bool {
        self.id == Some(operation.name.as_str())
            || self.command.is_some_and(|(_, command)| same_letters(command, &operation.name))
    }

    pub(crate) fn name_service(&self, service: &Service) -> bool {
        self.api.is_some_and(|api| same_letters(api, &service.service_id))
            || self.command.is_some_and(|(of, _)| same_letters(of, &service.name))
    }

    pub(crate) fn host_service(&self, service: &Service) -> bool {
        let host = self.host.unwrap_or_default().as_bytes();
        let prefix = service.endpoint_prefix.as_bytes();
        let (begins, rest) = (host.get(..prefix.len()), host.get(prefix.len()));
        begins.is_some_and(|begins| begins.eq_ignore_ascii_case(prefix)) && rest == Some(&b'.')
    }
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
