//! Where the AWS APIs are that Cairn calls.

use std::fmt;
use std::str::FromStr;

/// Where one AWS API is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// AWS's own endpoint of the Region that a call is for.
    Aws,
    /// One address for all Regions: `http(s)://HOST[:PORT][/PATH]`, without a slash at the end.
    Url(String),
}

/// Where each AWS API is; `None` where none is configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// S3. None: the built-in one.
    pub s3: Option<Endpoint>,
    /// SNS. None: trails can have no topic.
    pub sns: Option<Endpoint>,
    /// CloudWatch Logs. None: trails can have no log group.
    pub logs: Option<Endpoint>,
    /// EventBridge. None: events go to no bus.
    pub events: Option<Endpoint>,
    /// KMS. None: the built-in one.
    pub kms: Option<Endpoint>,
}

/// The text names no endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("read an endpoint: `aws` or http(s)://HOST:PORT is needed")]
pub struct EndpointError;

impl Endpoints {
    /// Returns each configured service's short name with its endpoint.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Endpoint)> {
        let all = [
            ("s3", &self.s3),
            ("sns", &self.sns),
            ("logs", &self.logs),
            ("events", &self.events),
            ("kms", &self.kms),
        ];
        all.into_iter().filter_map(|(name, endpoint)| Some((name, endpoint.as_ref()?)))
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        if text == "aws" {
            return Ok(Self::Aws);
        }
        let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
        let host = rest.and_then(|rest| rest.split('/').next()).ok_or(EndpointError)?;
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'@');
        if host.is_empty() || host.starts_with(':') || !text.bytes().all(plain) {
            return Err(EndpointError);
        }
        Ok(Self::Url(text.trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aws => "aws",
            Self::Url(url) => url,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_aws_or_an_address() {
        let url = |text: &str| Ok(Endpoint::Url(text.to_owned()));
        assert_eq!("aws".parse(), Ok(Endpoint::Aws));
        assert_eq!("http://127.0.0.1:5000".parse(), url("http://127.0.0.1:5000"));
        assert_eq!("https://s3.example.com/".parse(), url("https://s3.example.com"));
        assert_eq!("http://[::1]:9000/base/".parse(), url("http://[::1]:9000/base"));
        for text in
            ["", "AWS", "127.0.0.1:5000", "ftp://a", "http://", "http:///a", "http://:1", "http://a b"]
        {
            assert_eq!(text.parse::<Endpoint>(), Err(EndpointError), "{text}");
        }
        for text in ["http://a?b", "http://user:secret@a", "http://a#b"] {
            assert_eq!(text.parse::<Endpoint>(), Err(EndpointError), "{text}");
        }
    }

    #[test]
    fn only_what_is_configured_is_told() {
        let endpoints = Endpoints { sns: Some(Endpoint::Aws), ..Endpoints::default() };
        assert_eq!(endpoints.iter().collect::<Vec<_>>(), [("sns", &Endpoint::Aws)]);
    }
}
