//! The console's files, as they were built: from the binary, or from the checkout in a debug build.

use std::borrow::Cow;
use std::fmt::Write as _;

use bytes::Bytes;
use http::Response;
use rust_embed::{Embed, EmbeddedFile};

use super::BASE;
use crate::answer::answer;
use crate::head::Head;

#[derive(Embed)]
#[folder = "../../console/dist"]
#[allow_missing = true]
struct Built;

/// The page that all others are shown in.
const INDEX: &str = "index.html";

/// What is shown where the console was not built.
const MISSING: &str = include_str!("missing.html");

/// Files under here are named for what is in them.
const HASHED: &str = "assets/";

/// Codings that files were compressed in beforehand, the best first.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Answers with a file, or with the page that shows the console's own pages.
pub(super) fn answer_with_file(head: &Head) -> Response<Bytes> {
    let asked = head.path.strip_prefix(BASE).unwrap_or_default();
    if let Some(name) = file_name(asked)
        && let Some(file) = Built::get(name)
    {
        return send(head, name, file);
    }
    // A file that is missing is no page: a script that gets HTML fails in words that nobody understands. Pages of
    // trails and resources may have any name in their paths.
    if asked.starts_with(HASHED) || (!asked.contains('/') && known_kind(asked).is_some()) {
        return plain(404, "no such file\n");
    }
    match Built::get(INDEX) {
        Some(file) => send(head, INDEX, file),
        None => answer(503, "text/html; charset=utf-8", &[("cache-control", "no-store")], MISSING),
    }
}

fn plain(status: u16, text: &'static str) -> Response<Bytes> {
    answer(status, "text/plain; charset=utf-8", &[("cache-control", "no-store")], text)
}

/// Returns the name of a file that may be asked for: no directory above, nothing hidden, nothing escaped, and not
/// the compressed form itself.
fn file_name(asked: &str) -> Option<&str> {
    let plain = asked.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
    let parts = asked.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    let packed = CODINGS.iter().any(|(_, ending)| asked.ends_with(ending));
    (plain && parts && !packed).then_some(asked)
}

fn send(head: &Head, name: &str, file: EmbeddedFile) -> Response<Bytes> {
    let taken = head.header("accept-encoding").unwrap_or_default();
    let packed = CODINGS.into_iter().filter(|(coding, _)| takes(taken, coding));
    let packed =
        packed.filter_map(|(coding, ending)| Some((coding, Built::get(&format!("{name}{ending}"))?)));
    let (coding, sent) = match packed.into_iter().next() {
        Some((coding, packed)) => (Some(coding), packed),
        None => (None, file),
    };
    let tag = tag_of(&sent);
    let cache = if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut headers = vec![("etag", tag.as_str()), ("cache-control", cache), ("vary", "Accept-Encoding")];
    if head.header("if-none-match").is_some_and(|known| knows(known, &tag)) {
        return answer(304, kind_of(name), &headers, Bytes::new());
    }
    headers.extend(coding.map(|coding| ("content-encoding", coding)));
    let body = match sent.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    answer(200, kind_of(name), &headers, body)
}

fn tag_of(file: &EmbeddedFile) -> String {
    let mut tag = String::from('"');
    for byte in file.metadata.sha256_hash().iter().take(16) {
        // Writing to a string does not fail.
        let _written = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// Tells whether a client has a file under this tag.
fn knows(known: &str, tag: &str) -> bool {
    known.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

/// Tells whether a client takes a coding: it names it, and does not refuse it with `q=0`.
fn takes(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let refused = |part: &str| {
            let weight = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="));
            weight.is_some_and(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0))
        };
        named && !parts.any(refused)
    })
}

const KINDS: [(&str, &str); 12] = [
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("txt", "text/plain; charset=utf-8"),
    ("png", "image/png"),
    ("ico", "image/x-icon"),
    ("woff2", "font/woff2"),
    ("wasm", "application/wasm"),
    ("webmanifest", "application/manifest+json"),
];

fn kind_of(name: &str) -> &'static str {
    known_kind(name).unwrap_or("application/octet-stream")
}

fn known_kind(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    KINDS.iter().find(|(known, _)| *known == ending).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_files() {
        for (asked, named) in [
            ("index.html", true),
            ("assets/a-B_1.js", true),
            ("", false),
            ("assets/", false),
            ("../Cargo.toml", false),
            ("assets/../index.html", false),
            ("assets/%2e%2e/index.html", false),
            (".env", false),
            ("assets//a.js", false),
            ("assets/a.js.br", false),
            ("a\\b.js", false),
        ] {
            assert_eq!(file_name(asked).is_some(), named, "{asked}");
        }
    }

    #[test]
    fn a_coding_is_taken_where_it_is_named_and_not_refused() {
        for (accepted, coding, taken) in [
            ("gzip, deflate, br, zstd", "br", true),
            ("gzip, deflate", "br", false),
            ("GZIP;q=0.5", "gzip", true),
            ("br;q=0, gzip", "br", false),
            ("br; q=0.0", "br", false),
            ("", "gzip", false),
            ("*", "br", false),
            ("brotli", "br", false),
        ] {
            assert_eq!(takes(accepted, coding), taken, "{accepted} {coding}");
        }
    }

    #[test]
    fn a_known_tag_is_found_in_a_list() {
        assert!(knows("\"a\", W/\"b\"", "\"b\""));
        assert!(knows("*", "\"b\""));
        assert!(!knows("\"a\"", "\"b\""));
    }
}
