//! Which headers go from one connection to the next.

use std::net::IpAddr;

use http::header::{
    CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, TE, TRANSFER_ENCODING, UPGRADE,
};

/// Whether an upstream is told where a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forwarded {
    /// `X-Forwarded-For`, `-Proto` and `-Host` are added. No client signs them.
    Told,
    /// Nothing is added.
    Untold,
}

/// Where a request came from.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// The peer of the connection.
    pub address: IpAddr,
    /// Whether the connection was encrypted.
    pub encrypted: bool,
}

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

const HTTP2_SETTINGS: HeaderName = HeaderName::from_static("http2-settings");

/// Takes away what is meant for one connection alone. What stays keeps its order and its bytes.
///
/// What else `Connection` names stays: a client that named `X-Amz-Copy-Source` there would have its call recorded
/// as one and carried out as another. Neither AWS's clients nor its services send headers of one connection of
/// their own.
///
/// `Transfer-Encoding` stays: it decides how the body is framed on the next connection, as on this one. A
/// `Content-Length` beside it counts for nothing (RFC 9112, section 6.3) and goes.
pub(crate) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    if headers.contains_key(TRANSFER_ENCODING) {
        headers.remove(CONTENT_LENGTH);
    }
    if !headers.iter().any(|(name, value)| is_hop_by_hop(name, value)) {
        return;
    }
    let mut kept = HeaderMap::with_capacity(headers.keys_len());
    let mut last = None;
    for (name, value) in std::mem::take(headers) {
        if name.is_some() {
            last = name;
        }
        let Some(name) = &last else { continue };
        if !is_hop_by_hop(name, &value) {
            kept.append(name, value);
        }
    }
    *headers = kept;
}

fn is_hop_by_hop(name: &HeaderName, value: &HeaderValue) -> bool {
    if *name == TE {
        return !value.as_bytes().eq_ignore_ascii_case(b"trailers");
    }
    [CONNECTION, KEEP_ALIVE, UPGRADE, HTTP2_SETTINGS].contains(name) || name.as_str().starts_with("proxy-")
}

/// Tells the upstream where the request came from. What a proxy before us said stays before it.
pub(crate) fn tell(headers: &mut HeaderMap, client: &Peer) {
    let address = client.address.to_canonical().to_string();
    let address = match headers.get(X_FORWARDED_FOR) {
        Some(before) => [before.as_bytes(), b", ", address.as_bytes()].concat(),
        None => address.into_bytes(),
    };
    if let Ok(value) = HeaderValue::from_bytes(&address) {
        headers.insert(X_FORWARDED_FOR, value);
    }
    if !headers.contains_key(X_FORWARDED_PROTO) {
        let proto = if client.encrypted { "https" } else { "http" };
        headers.insert(X_FORWARDED_PROTO, HeaderValue::from_static(proto));
    }
    if !headers.contains_key(X_FORWARDED_HOST)
        && let Some(host) = headers.get(HOST).cloned()
    {
        headers.insert(X_FORWARDED_HOST, host);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        headers
    }

    fn shown(headers: &HeaderMap) -> Vec<String> {
        headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect()
    }

    #[test]
    fn only_what_is_meant_for_one_connection_goes() {
        let mut given = headers(&[
            ("host", "b.s3.localhost:8333"),
            ("connection", "keep-alive, x-amz-copy-source, HTTP2-Settings, host, authorization"),
            ("a", "1"),
            ("keep-alive", "timeout=5"),
            ("x-amz-copy-source", "/b/secret"),
            ("http2-settings", "gone"),
            ("a", "2"),
            ("proxy-connection", "keep-alive"),
            ("authorization", "AWS4-HMAC-SHA256 …"),
            ("te", "gzip"),
            ("upgrade", "h2c"),
            ("transfer-encoding", "chunked"),
            ("trailer", "x-checksum"),
            ("z", "3"),
        ]);
        strip_hop_by_hop(&mut given);
        let expected = [
            "host: b.s3.localhost:8333",
            "a: 1",
            "a: 2",
            "x-amz-copy-source: /b/secret",
            "authorization: AWS4-HMAC-SHA256 …",
            "transfer-encoding: chunked",
            "trailer: x-checksum",
            "z: 3",
        ];
        let shown: Vec<String> = given
            .iter()
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn te_trailers_passes() {
        let mut given = headers(&[("te", "trailers"), ("connection", "te")]);
        strip_hop_by_hop(&mut given);
        assert_eq!(shown(&given), ["te: trailers"]);
    }

    #[test]
    fn a_length_beside_chunks_counts_for_nothing() {
        let mut given = headers(&[("content-length", "5"), ("transfer-encoding", "chunked")]);
        strip_hop_by_hop(&mut given);
        assert_eq!(shown(&given), ["transfer-encoding: chunked"]);
    }

    #[test]
    fn an_upstream_is_told_after_what_it_was_told_before() {
        let client = Peer { address: "::ffff:10.0.0.9".parse().unwrap(), encrypted: true };
        let mut given = headers(&[("host", "h:1")]);
        tell(&mut given, &client);
        let told =
            ["host: h:1", "x-forwarded-for: 10.0.0.9", "x-forwarded-proto: https", "x-forwarded-host: h:1"];
        assert_eq!(shown(&given), told);
        let mut given = headers(&[("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "http")]);
        tell(&mut given, &client);
        assert_eq!(shown(&given), ["x-forwarded-for: 1.2.3.4, 10.0.0.9", "x-forwarded-proto: http"]);
    }
}
