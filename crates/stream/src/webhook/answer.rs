//! What a receiver's answer means: pure.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use crate::sink::PutError;

/// What came of a request.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The receiver has it.
    Taken,
    /// The receiver will never take these bytes.
    Refused(&'static str),
    /// The receiver does not take it now.
    Again(PutError),
    /// The receiver does not take it now, and said when to try again.
    Later(Duration),
}

impl Answer {
    /// Reads an answer's head; `now` tells how long a date is away.
    pub(crate) fn read(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Self {
        if status.is_success() {
            return Self::Taken;
        }
        if let Some((_, reason)) = REFUSALS.iter().find(|(code, _)| *code == status) {
            return Self::Refused(reason);
        }
        let waits = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        match headers.get("retry-after").and_then(|value| retry_after(value.to_str().ok()?, now)) {
            Some(wait) if waits => Self::Later(wait),
            _ => Self::Again(PutError::of(format!("Http{}", status.as_u16()))),
        }
    }
}

/// Statuses that refuse the bytes of a request, not the place, the caller or the moment.
const REFUSALS: &[(StatusCode, &str)] = &[
    (StatusCode::BAD_REQUEST, "refused-400"),
    (StatusCode::NOT_ACCEPTABLE, "refused-406"),
    (StatusCode::PAYLOAD_TOO_LARGE, "refused-413"),
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, "refused-415"),
    (StatusCode::UNPROCESSABLE_ENTITY, "refused-422"),
];

/// Reads a number of seconds, or a date.
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()?;
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, retry_after: Option<&str>, expected: &str) {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert("retry-after", value.parse().unwrap());
        }
        let now = "2026-03-02T08:14:55Z".parse().unwrap();
        let said = match Answer::read(StatusCode::from_u16(status).unwrap(), &headers, now) {
            Answer::Taken => "taken".to_owned(),
            Answer::Refused(reason) => reason.to_owned(),
            Answer::Again(error) => error.code,
            Answer::Later(wait) => format!("in {}s", wait.as_secs()),
        };
        assert_eq!(said, expected, "{status} {retry_after:?}");
    }

    #[test]
    fn answers_are_told_apart() {
        for (status, retry_after, expected) in [
            (200, None, "taken"),
            (204, None, "taken"),
            (302, None, "Http302"),
            (400, None, "refused-400"),
            (401, None, "Http401"),
            (404, None, "Http404"),
            (413, None, "refused-413"),
            (422, Some("5"), "refused-422"),
            (429, None, "Http429"),
            (429, Some("7"), "in 7s"),
            (503, Some("Mon, 02 Mar 2026 08:15:00 GMT"), "in 5s"),
            (503, Some("Mon, 02 Mar 2026 08:14:00 GMT"), "in 0s"),
            (503, Some("soon"), "Http503"),
            (500, Some("7"), "Http500"),
        ] {
            check(status, retry_after, expected);
        }
    }
}
