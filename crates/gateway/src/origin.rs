//! Where an upstream is.

use std::fmt;
use std::str::FromStr;

/// Scheme, host and port of an upstream. It has no path: the client's target is sent as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Whether the connection is encrypted.
    pub(crate) encrypted: bool,
    /// A name, or an address; IPv6 without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// A text is no place of an upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("find `http://HOST[:PORT]` or `https://HOST[:PORT]` without user, path and query")]
pub struct OriginError;

impl Origin {
    /// Tells whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Returns the host and the port to connect to.
    pub fn address(&self) -> (&str, u16) {
        (&self.host, self.port)
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let uri: http::Uri = text.parse().map_err(|_uri| OriginError)?;
        let (encrypted, default_port) = match uri.scheme_str() {
            Some("http") => (false, 80),
            Some("https") => (true, 443),
            _ => return Err(OriginError),
        };
        let authority = uri.authority().ok_or(OriginError)?;
        let bare = uri.path() == "/" && uri.query().is_none() && !authority.as_str().contains('@');
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        if !bare
            || host.is_empty()
            || (authority.port_u16().is_none() && authority.as_str() != authority.host())
        {
            return Err(OriginError);
        }
        let port = authority.port_u16().unwrap_or(default_port);
        Ok(Self { encrypted, host: host.to_owned(), port })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.encrypted { "https" } else { "http" };
        match self.host.contains(':') {
            true => write!(f, "{scheme}://[{}]:{}", self.host, self.port),
            false => write!(f, "{scheme}://{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_scheme_host_and_port() {
        for (text, shown) in [
            ("http://127.0.0.1:8333", "http://127.0.0.1:8333"),
            ("http://127.0.0.1:8333/", "http://127.0.0.1:8333"),
            ("https://s3.example.com", "https://s3.example.com:443"),
            ("http://moto", "http://moto:80"),
            ("http://[::1]:5000", "http://[::1]:5000"),
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().to_string(), shown);
        }
        for text in [
            "",
            "moto:5000",
            "ftp://a",
            "http://a/b",
            "http://a/?b",
            "http://u@a",
            "http://u:p@a:1",
            "http://",
            "http://a:99999",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(OriginError), "{text}");
        }
    }
}
