//! The path as it enters the canonical request.

use crate::error::AuthError;
use crate::percent::{self, Slash};
use crate::rules::{PathEncoding, PathRule, PathSegments};

/// Appends the canonical URI of a raw path.
pub(crate) fn canonical_into(out: &mut Vec<u8>, path: &str, rule: PathRule) -> Result<(), AuthError> {
    if path.is_empty() {
        out.push(b'/');
        return Ok(());
    }
    if !path.starts_with('/') {
        return Err(AuthError::MalformedUri);
    }
    match rule.segments {
        PathSegments::AsSent => encode_into(out, path, rule.encoding),
        PathSegments::Normalised if is_normal(path) => encode_into(out, path, rule.encoding),
        PathSegments::Normalised => encode_into(out, &normalised(path), rule.encoding),
    }
}

fn encode_into(out: &mut Vec<u8>, path: &str, encoding: PathEncoding) -> Result<(), AuthError> {
    match encoding {
        PathEncoding::Twice => percent::encode_into(out, path.as_bytes(), Slash::Kept),
        PathEncoding::Once => {
            // Segment by segment: an escaped slash is part of a name and must stay escaped.
            for (index, segment) in path.split('/').enumerate() {
                if index > 0 {
                    out.push(b'/');
                }
                let decoded =
                    percent::decode(segment).map_err(|percent::BadEscape| AuthError::MalformedUri)?;
                percent::encode_into(out, &decoded, Slash::Escaped);
            }
        }
    }
    Ok(())
}

/// Says, at little cost, that normalising would change nothing.
fn is_normal(path: &str) -> bool {
    !path.contains("//") && !path.contains("/.")
}

/// Removes dot segments (RFC 3986 §5.2.4) and empty segments; a trailing slash stays.
fn normalised(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            name => kept.push(name),
        }
    }
    let mut out = format!("/{}", kept.join("/"));
    let names_directory = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    if names_directory && !out.ends_with('/') {
        out.push('/');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const S3: PathRule = PathRule { segments: PathSegments::AsSent, encoding: PathEncoding::Once };
    const OTHER: PathRule = PathRule { segments: PathSegments::Normalised, encoding: PathEncoding::Twice };

    #[test]
    fn s3_paths_stay_and_others_are_normalised() {
        let cases = [
            ("", Some("/"), Some("/")),
            ("/", Some("/"), Some("/")),
            ("/a//b/./c/../d", Some("/a//b/./c/../d"), Some("/a/b/d")),
            ("/a/b/..", Some("/a/b/.."), Some("/a/")),
            ("/../..", Some("/../.."), Some("/")),
            ("/a/.", Some("/a/."), Some("/a/")),
            ("/a b", Some("/a%20b"), Some("/a%20b")),
            ("/a%20b", Some("/a%20b"), Some("/a%2520b")),
            ("/pct%252Fkey", Some("/pct%252Fkey"), Some("/pct%25252Fkey")),
            ("/pct%2fkey", Some("/pct%2Fkey"), Some("/pct%252fkey")),
            ("/x+y~(1)!*", Some("/x%2By~%281%29%21%2A"), Some("/x%2By~%281%29%21%2A")),
            ("/ሴ", Some("/%E1%88%B4"), Some("/%E1%88%B4")),
            ("/bad%2", None, Some("/bad%252")),
            ("/bad%zz", None, Some("/bad%25zz")),
            ("relative", None, None),
        ];
        for (path, s3, other) in cases {
            check(path, S3, s3);
            check(path, OTHER, other);
        }
    }

    fn check(path: &str, rule: PathRule, want: Option<&str>) {
        let mut out = Vec::new();
        let got = canonical_into(&mut out, path, rule).map(|()| String::from_utf8(out).unwrap());
        assert_eq!(got.ok().as_deref(), want, "{path} by {rule:?}");
    }
}
