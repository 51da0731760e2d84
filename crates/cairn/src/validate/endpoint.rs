//! Where the APIs are: one address for everything, or AWS.

/// Where an API is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// One address for all Regions: `http://HOST:PORT`, perhaps with a path. Buckets are part of the path.
    At { origin: String, path: String },
    /// AWS's own of the Region that is called.
    Aws,
}

impl Endpoint {
    /// Reads an address.
    pub(super) fn at(url: &str) -> anyhow::Result<Self> {
        let uri: http::Uri = url.parse().map_err(|_no_uri| refused(url))?;
        match (uri.scheme_str(), uri.authority(), uri.query()) {
            (Some(scheme @ ("http" | "https")), Some(authority), None) => Ok(Self::At {
                origin: format!("{scheme}://{authority}"),
                path: uri.path().trim_end_matches('/').to_owned(),
            }),
            _ => Err(refused(url)),
        }
    }

    /// Returns the origin, and the path below which the bucket's objects are.
    pub(super) fn of_bucket(&self, bucket: &str, region: &str) -> (String, String) {
        match self {
            Self::At { origin, path } => (origin.clone(), format!("{path}/{bucket}")),
            // No certificate is for names with more dots.
            Self::Aws if bucket.contains('.') => {
                (format!("https://s3.{region}.{}", domain(region)), format!("/{bucket}"))
            }
            Self::Aws => (format!("https://{bucket}.s3.{region}.{}", domain(region)), String::new()),
        }
    }

    /// Returns the origin and the path of an API in a Region.
    pub(super) fn of_service(&self, service: &str, region: &str) -> (String, String) {
        match self {
            Self::At { origin, path } => (origin.clone(), format!("{path}/")),
            Self::Aws => (format!("https://{service}.{region}.{}", domain(region)), "/".to_owned()),
        }
    }

    /// Says whether it is reached in the clear.
    pub(super) fn scheme(&self) -> &'static str {
        match self {
            Self::At { origin, .. } if origin.starts_with("http:") => "http:",
            Self::At { .. } | Self::Aws => "https:",
        }
    }
}

fn domain(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

fn refused(url: &str) -> anyhow::Error {
    anyhow::anyhow!("use the endpoint {url}: http://HOST:PORT or https://HOST:PORT is needed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_in_the_path_or_in_the_name() {
        let pair = |origin: &str, path: &str| (origin.to_owned(), path.to_owned());
        let own = Endpoint::at("http://127.0.0.1:8585/").unwrap();
        assert_eq!(own.of_bucket("b", "r"), pair("http://127.0.0.1:8585", "/b"));
        assert_eq!(own.of_service("cloudtrail", "r"), pair("http://127.0.0.1:8585", "/"));
        let aws = Endpoint::Aws;
        assert_eq!(aws.of_bucket("b", "eu-west-1"), pair("https://b.s3.eu-west-1.amazonaws.com", ""));
        assert_eq!(
            aws.of_bucket("b.c", "cn-north-1"),
            pair("https://s3.cn-north-1.amazonaws.com.cn", "/b.c")
        );
        for url in ["", "127.0.0.1:1", "ftp://a", "http://a/?b"] {
            assert!(Endpoint::at(url).is_err(), "{url}");
        }
    }
}
