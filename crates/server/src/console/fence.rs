//! What others put here is shown in a browser without this host's rights, and runs in no page of the console.
//!
//! Objects of the built-in S3 and answers of upstreams are of the same origin as the console. A page among them could
//! act as whoever is signed in; a sandbox without an origin of its own can't. A script among them is the console's own
//! to its policy, if somebody brings a page to load it; it is not handed out for that.

use http::{HeaderMap, HeaderValue, Response, header};

use super::{BASE, CALLS, telemetry};
use crate::answer::{Answered, answer};

/// Tells whether a browser would show the answer to a request as a page, and it is none of the console's.
pub(crate) fn fences(path: &str, headers: &HeaderMap) -> bool {
    !is_ours(path) && would_show(headers)
}

/// Refuses to give a page of this origin a script, or what is as good as one, that is none of the console's. Pages of
/// others have no origin in their sandbox.
pub(crate) fn refuse_to_run(path: &str, headers: &HeaderMap) -> Option<Answered> {
    let is_here = text(headers, "sec-fetch-site") == Some("same-origin");
    let runs = text(headers, "sec-fetch-dest").is_some_and(|purpose| RUN.contains(&purpose));
    (is_here && runs && !is_ours(path)).then(|| {
        telemetry::kept_out("script");
        answer(403, "text/plain", &[], "pages of the console run the console's own files alone\n").into()
    })
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
    match text(headers, "sec-fetch-dest") {
        Some(purpose) => PAGES.contains(&purpose),
        None => text(headers, "accept").is_some_and(|accept| accept.contains("text/html")),
    }
}

fn is_ours(path: &str) -> bool {
    path.starts_with(BASE) && !path.starts_with(CALLS)
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

const PAGES: [&str; 6] = ["document", "embed", "fencedframe", "frame", "iframe", "object"];
const RUN: [&str; 8] =
    ["audioworklet", "paintworklet", "script", "serviceworker", "sharedworker", "style", "worker", "xslt"];

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
    fn a_page_of_the_console_gets_no_script_of_others() {
        let runs = |path: &str, site: &str, purpose: &str| {
            let request = Request::builder().header("sec-fetch-site", site).header("sec-fetch-dest", purpose);
            refuse_to_run(path, request.body(()).unwrap().headers()).is_none()
        };
        for purpose in ["script", "style", "worker", "serviceworker"] {
            assert!(runs("/_cairn/console/assets/index.js", "same-origin", purpose), "{purpose}");
            for path in ["/bucket/page.js", "/_cairn/tail", "/_cairn/console/call/s3/us-east-1/b/page.js"] {
                assert!(!runs(path, "same-origin", purpose), "{path} as {purpose}");
                assert!(runs(path, "cross-site", purpose), "{path} as {purpose} elsewhere");
            }
        }
        for purpose in ["empty", "image", "document"] {
            assert!(runs("/bucket/page.js", "same-origin", purpose), "{purpose}");
        }
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
