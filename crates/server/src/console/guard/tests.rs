use http::Request;
use proptest::prelude::*;

use super::*;

fn head(headers: &[(&str, &str)]) -> Head {
    let mut request = Request::builder().uri("/");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Head::of(&request.body(()).unwrap().into_parts().0)
}

#[track_caller]
fn check(headers: &[(&str, &str)], is_here: bool) {
    assert_eq!(comes_from_here(&head(headers)).is_ok(), is_here, "{headers:?}");
}

#[test]
fn other_sites_are_kept_out() {
    let host = ("host", "localhost:8585");
    check(&[host], true);
    check(&[host, ("origin", "http://localhost:8585")], true);
    check(&[host, ("origin", "http://LOCALHOST:8585"), ("sec-fetch-site", "same-origin")], true);
    check(&[("host", "cairn.example"), ("origin", "https://cairn.example")], true);
    for origin in [
        "http://localhost",
        "http://localhost:8586",
        "http://localhost:8585.evil.example",
        "https://evil.example",
        "null",
        "",
        "file://localhost:8585",
        "localhost:8585",
    ] {
        check(&[host, ("origin", origin)], false);
    }
    check(&[host, ("origin", "http://localhost:8585"), ("origin", "http://evil.example")], false);
    check(&[("origin", "http://localhost:8585")], false);
    for site in ["cross-site", "same-site", "none", ""] {
        check(&[host, ("sec-fetch-site", site)], false);
    }
}

proptest! {
    #[test]
    fn only_the_own_host_is_here(origin in "[ -~]{0,60}") {
        let seen = head(&[("host", "cairn.example"), ("origin", &origin)]);
        let own = ["http://cairn.example", "https://cairn.example"];
        prop_assert_eq!(comes_from_here(&seen).is_ok(), own.contains(&origin.to_ascii_lowercase().as_str()));
    }
}
