//! Where a destination is, without what must not be seen: pure.

use http::Uri;

/// The longest part of a path that is shown, bytes: receivers put tokens there, which are longer.
const PART_BYTES_MAX: usize = 20;

/// Writes a webhook's address without user, password and query, and without long parts of its path.
pub(super) fn webhook(url: &Uri) -> String {
    let host = url.host().unwrap_or_default();
    let port = url.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    let part = |part| if str::len(part) > PART_BYTES_MAX { "…" } else { part };
    let path: Vec<&str> = url.path().split('/').map(part).collect();
    format!("{}://{host}{port}{}", url.scheme_str().unwrap_or("http"), path.join("/"))
}

/// Writes the addresses of NATS servers without users and whatever stands behind the port.
pub(super) fn nats(urls: &str) -> String {
    let servers = urls.split(',').filter_map(|url| {
        let url: Uri = url.trim().parse().ok()?;
        let port = url.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}://{}{port}", url.scheme_str()?, url.host()?))
    });
    servers.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhooks_address_tells_no_secret() {
        for (url, shown) in [
            ("https://siem.example.com/cairn", "https://siem.example.com/cairn"),
            ("http://127.0.0.1:8080/events?of=hook&token=s3cret", "http://127.0.0.1:8080/events"),
            ("https://user:password@h.example:8443/a", "https://h.example:8443/a"),
            (
                "https://h.example/services/T00/B00/XXXXXXXXXXXXXXXXXXXXXXXX",
                "https://h.example/services/T00/B00/…",
            ),
            ("https://[::1]:9/x", "https://[::1]:9/x"),
        ] {
            assert_eq!(webhook(&url.parse().unwrap()), shown);
        }
    }

    #[test]
    fn a_nats_address_is_its_servers() {
        for (urls, shown) in [
            ("nats://127.0.0.1:4222", "nats://127.0.0.1:4222"),
            ("tls://u:p@a.example:4222, nats://b.example/x", "tls://a.example:4222, nats://b.example"),
        ] {
            assert_eq!(nats(urls), shown);
        }
    }
}
