//! Bucket and key, from the host and the path.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::operation::operation;
use super::{Call, Level, Seen};

/// Reads S3 requests, given the domains below which buckets are addressed by host name.
#[derive(Debug, Clone, Default)]
pub struct Resolver {
    /// Lower case, longest first.
    base_domains: Vec<String>,
}

impl Resolver {
    /// Takes the configured base domains, such as `s3.localhost`; AWS's own are always known.
    pub fn new(base_domains: impl IntoIterator<Item = String>) -> Self {
        let trimmed = base_domains.into_iter().map(|domain| domain.trim_matches('.').to_ascii_lowercase());
        let mut base_domains: Vec<String> = trimmed.filter(|domain| !domain.is_empty()).collect();
        base_domains.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        base_domains.dedup();
        Self { base_domains }
    }

    /// Returns the bucket that the host names; absent for path-style requests.
    pub fn bucket_of_host(&self, host: &str) -> Option<String> {
        let host = without_port(host).to_ascii_lowercase();
        for domain in &self.base_domains {
            if host == *domain {
                return None;
            }
            if let Some(bucket) = label_before(&host, domain) {
                return Some(bucket.to_owned());
            }
        }
        bucket_of_aws_host(&host).map(str::to_owned)
    }

    /// Decides which call `seen` makes.
    pub fn resolve(&self, seen: &Seen<'_>) -> Call {
        let (bucket, key) = self.address(seen);
        let level = match (&bucket, &key) {
            (None, _) => Level::Service,
            (Some(_), None) => Level::Bucket,
            (Some(_), Some(_)) => Level::Object,
        };
        Call::new(operation(seen, level), level, bucket, key)
    }

    /// Decodes before it splits, so that an escaped slash is a slash: whoever serves the request decodes
    /// first, and both must mean the same bucket and key.
    fn address(&self, seen: &Seen<'_>) -> (Option<String>, Option<String>) {
        let path = decode(seen.path);
        let path = path.strip_prefix('/').unwrap_or(&path);
        let (bucket, key) = match self.bucket_of_host(seen.host) {
            Some(bucket) => (bucket, path),
            None => {
                let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
                (bucket.to_owned(), key)
            }
        };
        if bucket.is_empty() {
            return (None, None);
        }
        (Some(bucket), (!key.is_empty()).then(|| key.to_owned()))
    }
}

/// Decodes percent escapes once; what is not UTF-8 then stays as it was sent. `+` is a plus.
fn decode(raw: &str) -> Cow<'_, str> {
    percent_decode_str(raw).decode_utf8().unwrap_or(Cow::Borrowed(raw))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn label_before<'a>(host: &'a str, domain: &str) -> Option<&'a str> {
    let bucket = host.strip_suffix(domain)?.strip_suffix('.')?;
    (!bucket.is_empty()).then_some(bucket)
}

/// Reads `<bucket>.s3[…].amazonaws.com[.cn]`, with a Region, `dualstack`, FIPS, acceleration, website
/// and access point hosts among them.
fn bucket_of_aws_host(host: &str) -> Option<&str> {
    let front = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    // A bucket may hold a label like the service's, so that the last such label is the service.
    let mut rest = front;
    while let Some((before, label)) = rest.rsplit_once('.') {
        if label == "s3" || label.starts_with("s3-") {
            return Some(before).filter(|bucket| !bucket.is_empty());
        }
        rest = before;
    }
    None
}
