//! Answers that overtake `100 Continue`.
//!
//! A client that sends `Expect: 100-continue` waits for leave before it sends the body. Leave is given when
//! the body is first read: never for an empty body, nor for a call that is refused unread. Such a final
//! answer is right, but the AWS CLI misreads the next answer on the same connection (it keeps the early
//! status line), and a refused body may still be on its way. So the connection ends with such an answer.

use http::header::CONNECTION;
use http::{HeaderValue, Response, StatusCode, Version};

use crate::head::Head;

/// What a request says about leave to send its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leave {
    /// It is not awaited, or the protocol has no connection to end.
    NotAwaited,
    /// It is awaited for a body that has bytes.
    Awaited,
    /// It is awaited for no bytes at all, so it is never given.
    NeverGiven,
}

impl Leave {
    pub(crate) fn of(head: &Head, version: Version) -> Self {
        let awaited =
            head.header("expect").is_some_and(|expected| expected.eq_ignore_ascii_case("100-continue"));
        match head.header("content-length") {
            _ if !awaited || version != Version::HTTP_11 => Self::NotAwaited,
            Some("0") => Self::NeverGiven,
            Some(_) | None => Self::Awaited,
        }
    }

    /// Ends the connection with an answer that may be early.
    pub(crate) fn settle<Body>(self, mut response: Response<Body>) -> Response<Body> {
        if self.may_be_early(response.status()) {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    fn may_be_early(self, status: StatusCode) -> bool {
        match self {
            Self::NotAwaited => false,
            Self::Awaited => !status.is_success(),
            Self::NeverGiven => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[(&str, &str)], version: Version, status: u16, ends: bool) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        let (method, path, query) = ("PUT".to_owned(), "/b/k".to_owned(), String::new());
        let head = Head { method, path, query, headers: headers.collect(), session: None };
        let response = Response::builder().status(status).body(()).unwrap();
        let settled = Leave::of(&head, version).settle(response);
        assert_eq!(settled.headers().contains_key(CONNECTION), ends, "{head:?} {status}");
    }

    #[test]
    fn only_an_answer_that_may_overtake_the_leave_ends_the_connection() {
        let (expect, empty) = (("expect", "100-Continue"), ("content-length", "0"));
        check(&[expect, empty], Version::HTTP_11, 200, true);
        check(&[expect, ("content-length", "5")], Version::HTTP_11, 403, true);
        check(&[expect], Version::HTTP_11, 400, true);
        check(&[expect, ("content-length", "5")], Version::HTTP_11, 200, false);
        check(&[empty], Version::HTTP_11, 200, false);
        check(&[empty], Version::HTTP_11, 403, false);
        check(&[expect, empty], Version::HTTP_2, 200, false);
    }
}
