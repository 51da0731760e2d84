//! Bodies as they were before they were compressed.

use std::borrow::Cow;
use std::io::Read as _;

use flate2::read::{MultiGzDecoder, ZlibDecoder};

use crate::{Captured, Request, Response};

/// The most that a body may inflate to, in bytes.
const INFLATED_BYTES_MAX: u64 = 2 * 1024 * 1024;
/// How many times as long as it came a body may become; documents of AWS reach thirty.
const RATIO_MAX: u64 = 200;

/// Returns the body of a request as its protocol wrote it.
pub(crate) fn request_body<'a>(request: &Request<'a>) -> Option<Cow<'a, [u8]>> {
    plain(request.body, || request.header("content-encoding"))
}

/// Returns the body of an answer as its protocol wrote it.
pub(crate) fn response_body<'a>(response: &Response<'a>) -> Option<Cow<'a, [u8]>> {
    plain(response.body, || response.header("content-encoding"))
}

/// Nothing when the body was not kept whole, is compressed in a way that is not known, or inflates beyond the
/// limits.
fn plain(body: Captured<'_>, encoding: impl FnOnce() -> Option<String>) -> Option<Cow<'_, [u8]>> {
    let bytes = body.whole()?;
    let Some(encoding) = encoding() else { return Some(Cow::Borrowed(bytes)) };
    match encoding.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => inflate(MultiGzDecoder::new(bytes), bytes.len()),
        "deflate" => inflate(ZlibDecoder::new(bytes), bytes.len()),
        // `aws-chunked` is a framing of objects; servers that name it for documents do not use it.
        "" | "identity" | "aws-chunked" => Some(Cow::Borrowed(bytes)),
        _ => None,
    }
}

fn inflate<'a>(from: impl std::io::Read, compressed: usize) -> Option<Cow<'a, [u8]>> {
    let compressed = u64::try_from(compressed).unwrap_or(u64::MAX);
    let bytes_max = compressed.saturating_mul(RATIO_MAX).min(INFLATED_BYTES_MAX);
    let mut inflated = Vec::new();
    let read = from.take(bytes_max + 1).read_to_end(&mut inflated).ok()?;
    (u64::try_from(read).ok()? <= bytes_max).then_some(Cow::Owned(inflated))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::plain;
    use crate::Captured;

    fn check(bytes: &[u8], encoding: Option<&str>, expected: Option<&[u8]>) {
        let found = plain(Captured::Whole(bytes), || encoding.map(str::to_owned));
        assert_eq!(found.as_deref(), expected, "{encoding:?}");
    }

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn bodies_are_inflated_within_limits() {
        check(b"{}", None, Some(b"{}"));
        check(b"{}", Some("identity"), Some(b"{}"));
        check(b"{}", Some("br"), None);
        check(b"{}", Some("gzip"), None);
        check(&gzip(b"{\"a\":1}"), Some("GZIP"), Some(b"{\"a\":1}"));
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(b"<a/>").unwrap();
        check(&encoder.finish().unwrap(), Some("deflate"), Some(b"<a/>"));
        // Too much, and too much for what came.
        check(&gzip(&vec![b' '; 3 << 20]), Some("gzip"), None);
        check(&gzip(&vec![b' '; 1 << 20]), Some("gzip"), None);
        assert_eq!(plain(Captured::Cut, || None), None);
    }
}
