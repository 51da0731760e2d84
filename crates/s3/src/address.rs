//! Which bucket and key a request is about: path style and virtual-hosted style.

use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use s3s::host::{S3Host, VirtualHost};

/// A key may have this many bytes of UTF-8.
pub(crate) const KEY_BYTES_MAX: usize = 1024;

/// The bucket and key that a request names; both absent for the service itself (ListBuckets).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// The bucket, as written.
    pub bucket: Option<String>,
    /// The key, percent-decoded; never empty.
    pub key: Option<String>,
}

/// The request's host or path names nothing that can exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The path is not percent-encoded UTF-8.
    #[error("read the path: percent-encoded UTF-8 is needed")]
    Path,
    /// The key is longer than 1024 bytes.
    #[error("read the key: at most 1024 bytes are allowed")]
    KeyTooLong,
}

/// A configured base domain is not a domain name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("base domain {domain:?}: dot-separated labels of letters, digits and hyphens are needed")]
pub struct DomainError {
    domain: String,
}

/// The domains under which buckets are virtual hosts.
#[derive(Debug, Clone, Default)]
pub struct BaseDomains(Vec<String>);

impl BaseDomains {
    /// Takes the domains, in any case and order.
    ///
    /// # Errors
    /// [`DomainError`] for the first that is not a domain name.
    pub fn new<S: AsRef<str>>(domains: &[S]) -> Result<Self, DomainError> {
        let mut kept = Vec::with_capacity(domains.len());
        for domain in domains.iter().map(|domain| domain.as_ref().to_ascii_lowercase()) {
            if !is_domain(&domain) {
                return Err(DomainError { domain });
            }
            kept.push(domain);
        }
        // The longest first: `b.s3.localhost` is bucket `b` of `s3.localhost`, not `b.s3` of `localhost`.
        kept.sort_by_key(|domain| std::cmp::Reverse(domain.len()));
        Ok(Self(kept))
    }

    /// Reads which bucket and key a request names, from its `Host` (or `:authority`) and raw path.
    ///
    /// # Errors
    /// [`AddressError`] when the path cannot be a key.
    pub fn address(&self, host: Option<&str>, raw_path: &str) -> Result<Address, AddressError> {
        let path = percent_decode_str(raw_path).decode_utf8().map_err(|_not_utf8| AddressError::Path)?;
        let path = path.strip_prefix('/').unwrap_or(&path);
        let address = match host.and_then(|host| self.bucket_of(host)) {
            Some(bucket) => Address { bucket: Some(bucket), key: named(path) },
            None => match path.split_once('/') {
                Some((bucket, key)) => Address { bucket: named(bucket), key: named(key) },
                None => Address { bucket: named(path), key: None },
            },
        };
        match &address.key {
            Some(key) if key.len() > KEY_BYTES_MAX => Err(AddressError::KeyTooLong),
            _ => Ok(address),
        }
    }

    /// Returns the bucket that `host` names, when it is a virtual host of ours.
    pub fn bucket_of(&self, host: &str) -> Option<String> {
        let host = without_port(host).to_ascii_lowercase();
        if host.parse::<IpAddr>().is_ok() {
            return None;
        }
        if self.0.contains(&host) {
            return None;
        }
        let of_ours = self.0.iter().find_map(|domain| host.strip_suffix(domain.as_str())?.strip_suffix('.'));
        of_ours.or_else(|| bucket_of_amazon(&host)).filter(|bucket| !bucket.is_empty()).map(str::to_owned)
    }
}

impl S3Host for BaseDomains {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> s3s::S3Result<VirtualHost<'a>> {
        let whole = VirtualHost::new(host);
        Ok(match self.bucket_of(host) {
            Some(bucket) => whole.with_bucket(bucket),
            None => whole,
        })
    }
}

/// Cuts the bucket off `BUCKET.s3[…].amazonaws.com[.cn]`: with a Region, `dualstack`, FIPS, acceleration,
/// website and access point hosts among them. Whoever authorizes requests must read hosts the same way.
fn bucket_of_amazon(host: &str) -> Option<&str> {
    let mut rest = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    // A bucket may hold a label like the service's, so that the last such label is the service.
    while let Some((before, label)) = rest.rsplit_once('.') {
        if label == "s3" || label.starts_with("s3-") {
            return Some(before);
        }
        rest = before;
    }
    None
}

fn named(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn without_port(host: &str) -> &str {
    if let Some(v6) = host.strip_prefix('[') {
        return v6.split_once(']').map_or(host, |(address, _port)| address);
    }
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_domain(text: &str) -> bool {
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, path: &str, bucket: Option<&str>, key: Option<&str>) {
        let domains = BaseDomains::new(&["localhost", "s3.localhost"]).unwrap();
        let address = domains.address(Some(host), path).unwrap();
        assert_eq!((address.bucket.as_deref(), address.key.as_deref()), (bucket, key), "{host} {path}");
    }

    #[test]
    fn both_styles() {
        check("127.0.0.1:4566", "/", None, None);
        check("127.0.0.1:4566", "/b", Some("b"), None);
        check("127.0.0.1:4566", "/b/", Some("b"), None);
        check("localhost:4566", "/b/a%20key/%C3%A9", Some("b"), Some("a key/é"));
        check("localhost", "/b//x", Some("b"), Some("/x"));
        check("my.bucket.localhost:1", "/k/e/y", Some("my.bucket"), Some("k/e/y"));
        check("bkt.s3.localhost", "/", Some("bkt"), None);
        check("s3.localhost", "/bkt/k", Some("bkt"), Some("k"));
        check("logs.s3.eu-west-1.amazonaws.com", "/k", Some("logs"), Some("k"));
        check("a.logs.s3.amazonaws.com", "/k", Some("a.logs"), Some("k"));
        check("logs.s3-us-west-2.amazonaws.com", "/k", Some("logs"), Some("k"));
        check("s3.us-east-1.amazonaws.com", "/logs/k", Some("logs"), Some("k"));
        check("s3.amazonaws.com", "/logs/k", Some("logs"), Some("k"));
        check("[::1]:9000", "/logs/k", Some("logs"), Some("k"));
        check("other.example", "/logs/k", Some("logs"), Some("k"));
    }

    #[test]
    fn refusals() {
        let domains = BaseDomains::default();
        assert_eq!(domains.address(None, "/b/%FF"), Err(AddressError::Path));
        let long = format!("/b/{}", "k".repeat(KEY_BYTES_MAX + 1));
        assert_eq!(domains.address(None, &long), Err(AddressError::KeyTooLong));
        assert!(BaseDomains::new(&["bad domain"]).is_err());
    }
}
