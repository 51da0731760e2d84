//! The query string: read, and written as it enters the canonical request.

use std::borrow::Cow;

use crate::error::{AuthError, Oversized};
use crate::limits;
use crate::percent::{self, Slash};

/// The decoded parameters of a query string, in order of arrival.
#[derive(Debug)]
pub(crate) struct Query<'a> {
    parameters: Vec<Parameter<'a>>,
}

/// A name and its value.
type Parameter<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

impl<'a> Query<'a> {
    /// Splits on `&` and the first `=`; a parameter without `=` has an empty value.
    pub(crate) fn parse(raw: &'a str) -> Result<Self, AuthError> {
        let decode = |text| percent::decode(text).map_err(|percent::BadEscape| AuthError::MalformedUri);
        let mut parameters = Vec::new();
        for parameter in raw.split('&').filter(|parameter| !parameter.is_empty()) {
            if parameters.len() == limits::QUERY_PARAMETERS_MAX {
                return Err(AuthError::TooLarge {
                    part: Oversized::Query,
                    limit: limits::QUERY_PARAMETERS_MAX,
                });
            }
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            parameters.push((decode(name)?, decode(value)?));
        }
        Ok(Self { parameters })
    }

    /// Returns the value of `name`: an error when it is there twice or is not text.
    pub(crate) fn single(&self, name: &str) -> Result<Option<&str>, AuthError> {
        let mut values = self.parameters.iter().filter(|(given, _)| given.as_ref() == name.as_bytes());
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some((_, value)), None) => match std::str::from_utf8(value) {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(AuthError::MalformedUri),
            },
            (Some(_), Some(_)) => Err(AuthError::SeveralMechanisms),
        }
    }

    /// Says whether a parameter called `name` is there.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.parameters.iter().any(|(given, _)| given.as_ref() == name.as_bytes())
    }

    /// Adds a parameter, as a signer does.
    pub(crate) fn push(&mut self, name: &'a str, value: &'a str) {
        self.parameters.push((Cow::Borrowed(name.as_bytes()), Cow::Borrowed(value.as_bytes())));
    }

    /// Appends the canonical form, sorted by encoded name and value, without the names in `leave_out`.
    pub(crate) fn canonical_into(&self, out: &mut Vec<u8>, leave_out: &[&str]) {
        let mut encoded: Vec<(Vec<u8>, Vec<u8>)> = self
            .parameters
            .iter()
            .filter(|(name, _)| !leave_out.iter().any(|left_out| left_out.as_bytes() == name.as_ref()))
            .map(|(name, value)| (escaped(name), escaped(value)))
            .collect();
        encoded.sort_unstable();
        for (index, (name, value)) in encoded.iter().enumerate() {
            if index > 0 {
                out.push(b'&');
            }
            out.extend_from_slice(name);
            out.push(b'=');
            out.extend_from_slice(value);
        }
    }
}

fn escaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 8);
    percent::encode_into(&mut out, bytes, Slash::Escaped);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_queries_are_decoded_escaped_and_sorted() {
        let cases = [
            ("", ""),
            ("b=2&a=1", "a=1&b=2"),
            ("acl", "acl="),
            ("a=b=c", "a=b%3Dc"),
            ("a+b=c+d", "a%2Bb=c%2Bd"),
            ("a%20b=%7e", "a%20b=~"),
            ("&&a=1&&", "a=1"),
            ("a=2&a=1&A=3", "A=3&a=1&a=2"),
            ("%E1%88%B4=1&Param=2&Param-3=3", "%E1%88%B4=1&Param=2&Param-3=3"),
            ("X-Amz-Signature=abc&z=1", "z=1"),
        ];
        for (raw, want) in cases {
            let mut out = Vec::new();
            Query::parse(raw).unwrap().canonical_into(&mut out, &["X-Amz-Signature"]);
            assert_eq!(String::from_utf8(out).unwrap(), want, "{raw}");
        }
    }

    #[test]
    fn broken_or_endless_queries_are_refused() {
        assert_eq!(Query::parse("a=%").unwrap_err(), AuthError::MalformedUri);
        let endless = "a&".repeat(limits::QUERY_PARAMETERS_MAX + 1);
        assert!(matches!(Query::parse(&endless), Err(AuthError::TooLarge { part: Oversized::Query, .. })));
    }
}
