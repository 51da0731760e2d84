//! What is kept of how a stream fares: a state `stream/<name of the cursor>`, which changes together with the cursor.
//!
//! Counts are of what the cursor has passed, by the hour, so that a crash, which repeats what the cursor has not
//! passed, counts nothing twice. Stored form: `docs/formats/stream.md`.

use std::collections::BTreeMap;

use cairn_catalog::State;
use cairn_event::Region;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many hours are kept, the one that is not over among them.
const HOURS: i64 = 24;

const HOUR_S: i64 = 3_600;

/// The longest code of an error that is kept, bytes: it comes from a foreign server.
const CODE_BYTES_MAX: usize = 256;

const PREFIX: &str = "stream/";

/// The form of the state.
const VERSION: u32 = 1;

/// How a stream fared: what outlives the process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Book {
    hours: Hours,
    /// When something last arrived.
    pub succeeded_at: Option<Timestamp>,
    /// The last failure, be it over or not.
    pub failure: Option<StreamFailure>,
}

/// Counts by the hour since the epoch.
pub(crate) type Hours = BTreeMap<i64, StreamCounts>;

/// What came of events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamCounts {
    /// How many arrived.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub events: u64,
    /// Their bytes, as the destination counts them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub bytes: u64,
    /// How many tries failed, of one batch each.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failed_tries: u64,
    /// How many never will arrive, by the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub given_up: BTreeMap<String, u64>,
}

/// Why something did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamFailure {
    /// The destination's code, or the reason for which events were given up.
    pub code: String,
    /// The Region whose destination it was, of those that have one in each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// When it last happened.
    pub at: Timestamp,
    /// Whether it holds the stream up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lasts: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Body {
    version: u32,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    hours: Hours,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    succeeded_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<StreamFailure>,
}

/// What is kept of a stream can't be understood.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// It is none of a stream's.
    #[error("read how a stream fared: {state} can't be understood")]
    Form {
        /// The state's name.
        state: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// It was written by a newer Cairn.
    #[error("read how a stream fared: {state} is of version {found}, this Cairn knows {VERSION}")]
    Newer {
        /// The state's name.
        state: String,
        /// Its version.
        found: u32,
    },
}

impl Book {
    pub(crate) fn parse(state: &State) -> Result<Self, BookError> {
        let name = || state.name.clone();
        let body: Body =
            serde_json::from_str(&state.body).map_err(|source| BookError::Form { state: name(), source })?;
        if body.version != VERSION {
            return Err(BookError::Newer { state: name(), found: body.version });
        }
        Ok(Self { hours: body.hours, succeeded_at: body.succeeded_at, failure: body.failure })
    }

    /// Writes it down without the hours that are over for a day.
    pub(crate) fn render(&self, now: Timestamp) -> String {
        let hours =
            self.hours.range(first_hour(now)..).map(|(hour, counts)| (*hour, counts.clone())).collect();
        let (succeeded_at, failure) = (self.succeeded_at, self.failure.clone());
        // Numbers and text alone: nothing that JSON refuses.
        serde_json::to_string(&Body { version: VERSION, hours, succeeded_at, failure }).unwrap_or_default()
    }

    /// Forgets the hours that are over for a day.
    pub(crate) fn forget_old_hours(&mut self, now: Timestamp) {
        self.hours = self.hours.split_off(&first_hour(now));
    }

    /// Adds counts.
    pub(crate) fn add(&mut self, more: &Hours) {
        add(&mut self.hours, more);
    }

    /// Counts something in the hour of an instant.
    pub(crate) fn count(&mut self, at: Timestamp, more: &StreamCounts) {
        self.hours.entry(hour_of(at)).or_default().add(more);
    }

    /// Sums up the last 24 hours of the clock, the one that is not over among them.
    pub fn last_day(&self, now: Timestamp) -> StreamCounts {
        let mut sum = StreamCounts::default();
        self.hours.range(first_hour(now)..=hour_of(now)).for_each(|(_, counts)| sum.add(counts));
        sum
    }
}

impl StreamCounts {
    /// Sums up what was given up, for whatever reason.
    pub fn given_up(&self) -> u64 {
        self.given_up.values().fold(0, |sum, more| sum.saturating_add(*more))
    }

    pub(crate) fn add(&mut self, more: &Self) {
        self.events = self.events.saturating_add(more.events);
        self.bytes = self.bytes.saturating_add(more.bytes);
        self.failed_tries = self.failed_tries.saturating_add(more.failed_tries);
        for (reason, more) in &more.given_up {
            let known = self.given_up.entry(reason.clone()).or_default();
            *known = known.saturating_add(*more);
        }
    }
}

impl StreamFailure {
    pub(crate) fn new(code: &str, region: Option<&Region>, at: Timestamp, lasts: bool) -> Self {
        let end = code
            .char_indices()
            .map(|(at, char)| at + char.len_utf8())
            .take_while(|end| *end <= CODE_BYTES_MAX);
        let code = code.get(..end.last().unwrap_or_default()).unwrap_or_default().to_owned();
        Self { code, region: region.cloned(), at, lasts }
    }
}

/// Adds counts to counts, hour by hour.
pub(crate) fn add(hours: &mut Hours, more: &Hours) {
    more.iter().for_each(|(hour, more)| hours.entry(*hour).or_default().add(more));
}

/// Returns the name of the state of a stream.
pub(crate) fn state_name(stream: &str) -> String {
    format!("{PREFIX}{stream}")
}

pub(crate) fn hour_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(HOUR_S)
}

fn first_hour(now: Timestamp) -> i64 {
    hour_of(now) - HOURS + 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn state(body: &str) -> State {
        State { name: "stream/webhook/hook".to_owned(), version: 1, body: body.to_owned() }
    }

    fn sent(events: u64) -> StreamCounts {
        StreamCounts { events, bytes: events * 100, ..StreamCounts::default() }
    }

    #[test]
    fn a_day_is_the_last_24_hours_of_the_clock() {
        let mut book = Book::default();
        let now = at("2026-03-02T08:14:55Z");
        for (instant, events) in [
            ("2026-03-01T08:59:59Z", 1),
            ("2026-03-01T09:00:00Z", 10),
            ("2026-03-02T08:14:00Z", 100),
            ("2026-03-02T09:00:00Z", 1_000),
        ] {
            book.count(at(instant), &sent(events));
        }
        assert_eq!(book.last_day(now), sent(110));
    }

    #[test]
    fn what_is_kept_can_be_read_back() {
        let now = at("2026-03-02T08:14:55Z");
        let mut book = Book { succeeded_at: Some(now), ..Book::default() };
        let given_up = [("too-large".to_owned(), 2)].into();
        book.count(now, &StreamCounts { failed_tries: 3, given_up, ..sent(1) });
        book.count(at("2026-03-01T08:00:00Z"), &sent(7));
        let region = "eu-west-1".parse().unwrap();
        book.failure = Some(StreamFailure::new("Down", Some(&region), now, true));
        let body = book.render(now);
        assert_eq!(
            body,
            r#"{"version":1,"hours":{"492344":{"events":1,"bytes":100,"failed_tries":3,"given_up":{"too-large":2}}},"succeeded_at":"2026-03-02T08:14:55Z","failure":{"code":"Down","region":"eu-west-1","at":"2026-03-02T08:14:55Z","lasts":true}}"#
        );
        book.forget_old_hours(now);
        assert_eq!(Book::parse(&state(&body)).unwrap(), book);
        assert_eq!(Book::parse(&state(r#"{"version":1}"#)).unwrap(), Book::default());
    }

    #[test]
    fn what_is_no_book_is_refused() {
        for body in ["", "{}", "[]", r#"{"version":1,"hours":{"x":{}}}"#, r#"{"version":1,"hours":7}"#] {
            assert!(matches!(Book::parse(&state(body)), Err(BookError::Form { .. })), "{body}");
        }
        assert!(matches!(Book::parse(&state(r#"{"version":2}"#)), Err(BookError::Newer { found: 2, .. })));
    }

    #[test]
    fn a_long_code_is_cut_between_letters() {
        let now = Timestamp::UNIX_EPOCH;
        let code = |code: &str| StreamFailure::new(code, None, now, false).code;
        assert_eq!(code("Down"), "Down");
        assert_eq!(code(&"a".repeat(300)).len(), CODE_BYTES_MAX);
        assert_eq!(code(&format!("{}ä", "a".repeat(255))), "a".repeat(255));
    }
}
