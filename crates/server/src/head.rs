//! The head of a request as it was on the wire.

use cairn_sigv4::{Carrier, Request};
use http::request::Parts;

/// Method, target and headers, before anything is decided about them.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) method: String,
    /// The raw path, without the query.
    pub(crate) path: String,
    /// The raw query, without `?`; empty when there is none.
    pub(crate) query: String,
    /// Names in lower case, in the order of arrival.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

impl Head {
    pub(crate) fn of(parts: &Parts) -> Self {
        let mut headers: Vec<(String, Vec<u8>)> = parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect();
        // HTTP/2 names the host in the request line; SigV4 signs it as a header all the same.
        if !parts.headers.contains_key(http::header::HOST)
            && let Some(authority) = parts.uri.authority()
        {
            headers.push(("host".to_owned(), authority.as_str().as_bytes().to_vec()));
        }
        let path = parts.uri.path();
        Self {
            method: parts.method.as_str().to_owned(),
            path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers,
        }
    }

    /// Returns the first value of a header as text; `None` when it is absent or no text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(given, _)| given == name);
        found.and_then(|(_, value)| std::str::from_utf8(value).ok())
    }

    /// Lends the headers as the signature's verifier wants them.
    pub(crate) fn pairs(&self) -> Vec<(&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect()
    }

    /// Tells where the signature stands, which decides the words of its refusal.
    pub(crate) fn carrier(&self) -> Carrier {
        let headers = self.pairs();
        let request =
            Request { method: &self.method, path: &self.path, query: &self.query, headers: &headers };
        Carrier::of(&request)
    }

    /// Tells whether the body is a form, in which a query call names its action.
    pub(crate) fn is_form(&self) -> bool {
        self.header("content-type").is_some_and(|kind| {
            kind.trim_start().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
        })
    }
}
