//! What others put here is shown in a browser without this host's rights.
//!
//! Objects of the built-in S3 and answers of upstreams are of the same origin as the console. A page among them could
//! act as whoever is signed in; a sandbox without an origin of its own can't.

use http::{HeaderMap, HeaderValue, Response, header};

use super::{BASE, CALLS};

/// Tells whether a browser would show the answer to a request as a page, and it is none of the console's.
pub(crate) fn fences(path: &str, headers: &HeaderMap) -> bool {
    let is_ours = path.starts_with(BASE) && !path.starts_with(CALLS);
    !is_ours && would_show(headers)
}

/// Takes the rights of this host's origin away from what is shown.
pub(crate) fn fence<B>(mut response: Response<B>) -> Response<B> {
    response.headers_mut().append(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Browsers say what an answer is for. Those that are too old for it name HTML where they open a page, which clients of
/// APIs don't.
fn would_show(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-dest") {
        Some(purpose) => PAGES.contains(&purpose),
        None => text("accept").is_some_and(|accept| accept.contains("text/html")),
    }
}

const PAGES: [&str; 6] = ["document", "embed", "fencedframe", "frame", "iframe", "object"];

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[track_caller]
    fn check(path: &str, headers: &[(&str, &str)], expected: bool) {
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        assert_eq!(fences(path, request.headers()), expected, "{path} {headers:?}");
    }

    #[test]
    fn what_others_put_here_is_fenced_where_a_browser_shows_it() {
        for path in
            ["/bucket/page.html", "/", "/_cairn/tail", "/_cairn/console/call/s3/us-east-1/b/page.html"]
        {
            check(path, &[("sec-fetch-dest", "document"), ("accept", "text/html")], true);
            check(path, &[("sec-fetch-dest", "iframe")], true);
            check(path, &[("accept", "text/html,application/xhtml+xml;q=0.9")], true);
            check(path, &[("sec-fetch-dest", "empty"), ("accept", "text/html")], false);
            check(path, &[("accept", "*/*")], false);
            check(path, &[], false);
        }
        check("/_cairn/console/events", &[("sec-fetch-dest", "document")], false);
        check("/_cairn/console", &[("sec-fetch-dest", "document")], true);
    }

    #[test]
    fn a_fence_adds_to_what_an_object_says_of_itself() {
        let response =
            Response::builder().header("content-security-policy", "default-src *").body(()).unwrap();
        let fenced = fence(response);
        let policies: Vec<_> = fenced.headers().get_all("content-security-policy").iter().collect();
        assert_eq!(policies, ["default-src *", "sandbox"]);
    }
}
