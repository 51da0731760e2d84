//! A browser that opens the server's address is led to the console.

use bytes::Bytes;
use http::Response;

use super::BASE;
use crate::answer::answer;
use crate::head::Head;

/// Tells whether a request is a browser's for the server's own page, and no client's for a list of its buckets:
/// it asks for `/` itself, would read HTML first of all, and is not signed.
pub(crate) fn leads_here(head: &Head) -> bool {
    matches!(head.method.as_str(), "GET" | "HEAD")
        && head.path == "/"
        && head.query.is_empty()
        && head.header("authorization").is_none()
        && head.header("accept").is_some_and(reads_html)
}

/// Leads there.
pub(super) fn lead(head: &Head) -> Response<Bytes> {
    let to = if head.query.is_empty() { BASE.to_owned() } else { format!("{BASE}?{}", head.query) };
    // `Vary` keeps a cache from leading S3's clients here.
    let headers =
        [("location", to.as_str()), ("cache-control", "no-store"), ("vary", "Accept, Authorization")];
    answer(302, "text/plain", &headers, format!("The console is at {BASE}\n"))
}

fn reads_html(accept: &str) -> bool {
    let first = accept.split(',').next().unwrap_or_default();
    first.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/html")
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    #[track_caller]
    fn check(method: &str, target: &str, headers: &[(&str, &str)], leads: bool) {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let head = Head::of(&request.body(()).unwrap().into_parts().0);
        assert_eq!(leads_here(&head), leads, "{method} {target} {headers:?}");
    }

    #[test]
    fn browsers_are_led_and_clients_are_not() {
        check("GET", "/", &[("accept", BROWSER)], true);
        check("HEAD", "/", &[("accept", "text/html")], true);
        check("GET", "/", &[("accept", "TEXT/HTML; q=1")], true);
        check("GET", "/", &[], false);
        check("GET", "/", &[("accept", "*/*")], false);
        check("GET", "/", &[("accept", "application/json, text/html")], false);
        check("GET", "/", &[("accept", BROWSER), ("authorization", "AWS4-HMAC-SHA256 …")], false);
        check("GET", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256", &[("accept", BROWSER)], false);
        check("POST", "/", &[("accept", BROWSER)], false);
        check("GET", "/bucket", &[("accept", BROWSER)], false);
    }
}
