//! The head of a request as it was on the wire.

use cairn_event::Region;
use cairn_signin::SessionId;
use cairn_sigv4::{Carrier, Request};
use http::Version;
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
    /// What stands in place of a signature, where the console calls.
    pub(crate) session: Option<SessionClaim>,
}

/// A call of the console: the session of whoever signed in vouches for it. Which service it is for, the header says
/// that a signature would be in.
#[derive(Debug, Clone)]
pub(crate) struct SessionClaim {
    pub(crate) id: SessionId,
    pub(crate) region: Region,
}

impl Head {
    pub(crate) fn of(parts: &Parts) -> Self {
        // HTTP/2 names the host beside the headers; SigV4 signs it as a header all the same. A client may send
        // a `Host` too, which then counts for nothing: the request can't be for two hosts.
        let authority = parts.uri.authority().filter(|_| parts.version == Version::HTTP_2);
        let mut headers: Vec<(String, Vec<u8>)> = parts
            .headers
            .iter()
            .filter(|(name, _)| authority.is_none() || *name != http::header::HOST)
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect();
        if let Some(authority) = authority {
            headers.push(("host".to_owned(), authority.as_str().as_bytes().to_vec()));
        }
        let path = parts.uri.path();
        Self {
            method: parts.method.as_str().to_owned(),
            path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers,
            session: None,
        }
    }

    /// Returns the first value of a header as text; `None` when it is absent or no text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(given, _)| given == name);
        found.and_then(|(_, value)| std::str::from_utf8(value).ok())
    }

    /// Returns the host that S3 may look for a bucket in; none where the console calls: its paths name buckets, and the
    /// server's own name may lie below a base domain.
    pub(crate) fn host_of_bucket(&self) -> &str {
        match self.session {
            Some(_) => "",
            None => self.header("host").unwrap_or_default(),
        }
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

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[track_caller]
    fn check(version: Version, target: &str, host: Option<&str>, expected: &[&str]) {
        let mut request = Request::builder().version(version).uri(target);
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let head = Head::of(&request.body(()).unwrap().into_parts().0);
        let hosts = head.headers.iter().filter(|(name, _)| name == "host");
        let hosts: Vec<&str> = hosts.map(|(_, value)| std::str::from_utf8(value).unwrap()).collect();
        assert_eq!(hosts, expected, "{version:?} {target} {host:?}");
        assert_eq!((head.path.as_str(), head.query.as_str()), ("/a", "b"));
    }

    #[test]
    fn a_request_is_for_one_host() {
        check(Version::HTTP_2, "http://one.example:1/a?b", None, &["one.example:1"]);
        check(Version::HTTP_2, "http://one.example:1/a?b", Some("two.example"), &["one.example:1"]);
        check(Version::HTTP_2, "/a?b", Some("two.example"), &["two.example"]);
        check(Version::HTTP_11, "/a?b", Some("two.example"), &["two.example"]);
        // HTTP/1.1 to a proxy: the client signs what it sends as Host.
        check(Version::HTTP_11, "http://one.example/a?b", Some("two.example"), &["two.example"]);
        check(Version::HTTP_11, "/a?b", None, &[]);
    }
}
