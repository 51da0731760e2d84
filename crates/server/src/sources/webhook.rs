//! The webhook that MinIO sends its audit log to.
//!
//! MinIO tries again what is not answered with 200, so that is answered only once the events are durable. What it
//! could never be answered so, because nobody can read it, is refused with 400 and counted.

use std::path::Path;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{Digest, SHA256, digest};
use cairn_event::{AccountId, Region};
use cairn_sources::minio::{BODY_BYTES_MAX, Batch, SOURCE, events};
use cairn_sources::{Book, Outcome, TOLD_MAX};
use hyper::body::Incoming;
use serde_json::json;

use super::{OpenSourcesError, People, telemetry};
use crate::answer::{Answered, answer};
use crate::incoming::{ReadBodyError, Room};
use crate::serve::Arrival;

/// The webhook, where it is switched on.
pub(super) struct Webhook {
    /// Of the `Authorization` header that MinIO sends: the token itself is not kept.
    expected: Digest,
    /// The account and Region of what it tells.
    place: (AccountId, Region),
    /// Of its own: whoever has no token can't fill it.
    room: Room,
}

impl Webhook {
    /// Reads the token. MinIO sends one word as a bearer token, and two as they are.
    pub(super) fn open(file: &Path, place: (AccountId, Region)) -> Result<Self, OpenSourcesError> {
        let read = std::fs::read_to_string(file);
        let text = read.map_err(|source| OpenSourcesError::Token { file: file.to_owned(), source })?;
        let token = text.trim();
        if !(TOKEN_CHARS_MIN..=TOKEN_CHARS_MAX).contains(&token.len()) || token.contains(['\n', '\r']) {
            return Err(OpenSourcesError::TokenForm { file: file.to_owned() });
        }
        let bearer = format!("Bearer {token}");
        let expected = if token.contains(' ') { token } else { bearer.as_str() };
        let expected = digest(&SHA256, expected.as_bytes());
        Ok(Self { expected, place, room: Room::new(ROOM_BYTES) })
    }

    /// Takes the entries of a request and answers once they are durable.
    pub(super) async fn take(
        &self,
        arrival: &Arrival,
        body: Incoming,
        (book, people): (&Book, &People),
    ) -> Answered {
        let refuse = |status, reason, text: &'static str| -> Answered {
            telemetry::refused(SOURCE, reason);
            answer(status, "text/plain", &[], text).into()
        };
        if !self.is_authorized(arrival) {
            return refuse(403, "token", "the token is not that of sources.minio.token_file\n");
        }
        let body = match self.room.read_whole(arrival, body, BODY_BYTES_MAX).await {
            Ok(body) => body,
            Err(ReadBodyError::TooLong) => return refuse(413, "too-long", "the body is too long\n"),
            Err(ReadBodyError::NoRoom) => return refuse(503, "no-room", "too much is sent at once\n"),
            Err(ReadBodyError::Silent) => return refuse(408, "silent", "the body did not come in time\n"),
            Err(ReadBodyError::Broken) => return refuse(400, "broken", "the body broke off\n"),
        };
        let (account, region) = &self.place;
        let known = |key: &str| people.accepted(key, *account);
        let batch = match events(&body, &people.home(*account, region), &known) {
            Ok(batch) => batch,
            Err(error) => {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "request of MinIO's webhook not understood"
                );
                return refuse(400, "unreadable", "the body is no JSON of audit entries\n");
            }
        };
        match self.record(batch, book).await {
            Ok(recorded) => {
                let told = json!({ "recorded": recorded });
                answer(200, "application/json", &[], format!("{told}\n")).into()
            }
            Err(error) => {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "audit entries of MinIO not recorded"
                );
                refuse(503, "journal", "the events can't be recorded now; send them again\n")
            }
        }
    }

    async fn record(&self, batch: Batch, book: &Book) -> Result<usize, cairn_sources::BookError> {
        telemetry::passed(SOURCE, "no-call", batch.passed as u64);
        let mut recorded = 0;
        for told in batch.events.chunks(TOLD_MAX) {
            for outcome in book.take(told).await? {
                telemetry::told(SOURCE, outcome);
                match outcome {
                    Outcome::Recorded => recorded += 1,
                    Outcome::TooLarge => telemetry::lost(SOURCE, "too-large"),
                    Outcome::Repeated | Outcome::NotSelected => {}
                }
            }
        }
        Ok(recorded)
    }

    fn is_authorized(&self, arrival: &Arrival) -> bool {
        let sent = arrival.head.header("authorization").unwrap_or_default();
        let sent = digest(&SHA256, sent.as_bytes());
        verify_slices_are_equal(sent.as_ref(), self.expected.as_ref()).is_ok()
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("place", &self.place).finish_non_exhaustive()
    }
}

/// What long bodies take at most while they are read: four of the longest, where MinIO sends one after the other.
const ROOM_BYTES: usize = 4 * BODY_BYTES_MAX;

const TOKEN_CHARS_MIN: usize = 16;
const TOKEN_CHARS_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::answer::RequestIds;
    use crate::head::Head;

    fn webhook(token: &str) -> Result<Webhook, OpenSourcesError> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("token");
        std::fs::write(&file, token).unwrap();
        Webhook::open(&file, ("123456789012".parse().unwrap(), Region::us_east_1()))
    }

    fn arrival(authorization: Option<&str>) -> Arrival {
        let headers = authorization.map(|value| ("authorization".to_owned(), value.as_bytes().to_vec()));
        let head = Head {
            method: "POST".to_owned(),
            path: String::new(),
            query: String::new(),
            headers: headers.into_iter().collect(),
            session: None,
        };
        let ids = RequestIds { request: String::new(), host: String::new(), event: String::new() };
        let gone = tokio_util::sync::CancellationToken::new();
        let (version, peer) = (http::Version::HTTP_11, ([127, 0, 0, 1], 1).into());
        Arrival { head, version, peer, tls: None::<Arc<_>>, ids, gone }
    }

    #[test]
    fn the_token_is_expected_as_minio_sends_it() {
        for (token, authorization, expected) in [
            ("a-token-of-many-chars\n", Some("Bearer a-token-of-many-chars"), true),
            ("a-token-of-many-chars", Some("Basic a-token-of-many-chars"), false),
            ("a-token-of-many-chars", Some("a-token-of-many-chars"), false),
            ("a-token-of-many-chars", Some("Bearer a-token-of-many-char"), false),
            ("a-token-of-many-chars", None, false),
            // Two words are sent as they are.
            ("Splunk a-token-of-many-chars", Some("Splunk a-token-of-many-chars"), true),
            ("Splunk a-token-of-many-chars", Some("Bearer Splunk a-token-of-many-chars"), false),
        ] {
            let authorized = webhook(token).unwrap().is_authorized(&arrival(authorization));
            assert_eq!(authorized, expected, "{token} {authorization:?}");
        }
    }

    #[test]
    fn a_token_that_could_be_guessed_is_refused_and_none_is_shown() {
        for token in ["", "short", "two lines of it\nare not a token", &"x".repeat(513)] {
            assert!(matches!(webhook(token), Err(OpenSourcesError::TokenForm { .. })), "{token}");
        }
        assert!(!format!("{:?}", webhook("a-token-of-many-chars").unwrap()).contains("many"));
        let missing =
            Webhook::open(Path::new("/nowhere"), ("123456789012".parse().unwrap(), Region::us_east_1()));
        assert!(matches!(missing, Err(OpenSourcesError::Token { .. })));
    }
}
