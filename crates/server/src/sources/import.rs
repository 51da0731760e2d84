//! `/_cairn/import`: events out of logs, line by line.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `format=access-log` | each line is one of S3's server access logs |
//! | `format=cloudtrail` | each line is an event of CloudTrail, as it is, in an envelope of EventBridge, or as LookupEvents tells it |
//!
//! Events are recorded in the caller's account. The answer counts what became of them, and names the lines that are
//! none. It is recorded as `ImportEvents`, with the counts.

use cairn_event::EventView;
use cairn_history::RETENTION_DAYS;
use cairn_sources::{Home, Outcome, TOLD_MAX, Told, access_log, cloudtrail};
use hyper::body::Incoming;
use serde_json::{Map, Value, json};

use super::telemetry;
use crate::answer::Answered;
use crate::page::{Asked, Page, Refused};
use crate::serve::{Arrival, Front};

const IMPORT: Page = Page { event: "ImportEvents", body_bytes_max: 8 << 20 };

/// What the lines are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    AccessLog,
    CloudTrail,
}

/// What became of the lines.
#[derive(Debug, Default)]
struct Report {
    recorded: u64,
    repeated: u64,
    not_selected: u64,
    /// Older than the event history tells of, so that nobody would ever find them.
    too_old: u64,
    /// Which lines are no events, and why.
    refused: Vec<Value>,
}

/// The events of the lines, each with the place of its line.
type Parsed = (Vec<(usize, Told)>, Report);

impl Front {
    /// Imports the lines of a request's body.
    pub(crate) async fn import(&self, arrival: &Arrival, body: Incoming) -> Answered {
        let answer = async |asked: &mut Asked<'_>| {
            let (report, format) = self.import_for(asked).await?;
            asked.remark("import", report.remark(format));
            Ok::<_, Refused>(report.told())
        };
        self.page(&IMPORT, (arrival, body), answer).await
    }

    async fn import_for(&self, asked: &Asked<'_>) -> Result<(Report, Format), Refused> {
        self.permit(asked, &[PERMISSION])?;
        let format = Format::parse(&asked.arrival.head.query)
            .ok_or_else(|| Refused::misunderstood("format=access-log or cloudtrail is needed."))?;
        let home = self.sources.people.home(asked.who.account, &asked.who.region);
        let oldest = self.clock.now().as_second() - i64::from(RETENTION_DAYS) * 86_400;
        let body = asked.body.clone();
        // Parsing megabytes of lines does not belong on a thread that serves.
        let parsed = tokio::task::spawn_blocking(move || parse(&body, format, &home, oldest)).await;
        let (told, mut report) = match parsed {
            Ok(Ok(parsed)) => parsed,
            Ok(Err(message)) => return Err(Refused::misunderstood(message)),
            Err(_gone) => return Err(Refused::internal()),
        };
        let (places, told): (Vec<usize>, Vec<Told>) = told.into_iter().unzip();
        let outcomes = self.sources.book.take(&told).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "events not imported");
            Refused::Unrecorded
        })?;
        for (at, outcome) in places.into_iter().zip(outcomes) {
            report.count(at, outcome, format);
        }
        Ok((report, format))
    }
}

impl Format {
    fn parse(query: &str) -> Option<Self> {
        match query {
            "format=access-log" => Some(Self::AccessLog),
            "format=cloudtrail" => Some(Self::CloudTrail),
            _ => None,
        }
    }

    fn source(self) -> &'static str {
        match self {
            Self::AccessLog => access_log::SOURCE,
            Self::CloudTrail => "cloudtrail-files",
        }
    }
}

impl Report {
    fn refuse(&mut self, at: usize, reason: &str, format: Format) {
        telemetry::passed(format.source(), "unreadable", 1);
        self.refused.push(json!({ "at": at, "reason": reason }));
    }

    fn count(&mut self, at: usize, outcome: Outcome, format: Format) {
        telemetry::told(format.source(), outcome);
        match outcome {
            Outcome::Recorded => self.recorded += 1,
            Outcome::Repeated => self.repeated += 1,
            Outcome::NotSelected => self.not_selected += 1,
            Outcome::TooLarge => self.refuse(at, "it is larger than the journal takes", format),
        }
    }

    fn counts(&self) -> Map<String, Value> {
        let mut counts = Map::new();
        for (name, count) in [
            ("recorded", self.recorded),
            ("repeated", self.repeated),
            ("notSelected", self.not_selected),
            ("tooOld", self.too_old),
        ] {
            counts.insert(name.to_owned(), Value::from(count));
        }
        counts
    }

    fn told(&self) -> Vec<u8> {
        let mut told = self.counts();
        told.insert("refused".to_owned(), Value::from(self.refused.clone()));
        Value::Object(told).to_string().into_bytes()
    }

    fn remark(&self, format: Format) -> Value {
        let mut import = self.counts();
        import.insert("format".to_owned(), Value::from(format.source()));
        import.insert("refused".to_owned(), Value::from(self.refused.len()));
        Value::Object(import)
    }
}

/// Makes events of lines, each with its place.
fn parse(body: &[u8], format: Format, home: &Home, oldest: i64) -> Result<Parsed, &'static str> {
    let mut report = Report::default();
    let mut told = Vec::new();
    for (at, line) in body.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        if told.len() + report.refused.len() >= TOLD_MAX {
            return Err("Too many lines at once: 16384 are the most.");
        }
        let Ok(text) = std::str::from_utf8(line) else {
            report.refuse(at, "it is not UTF-8", format);
            continue;
        };
        let made = match format {
            Format::AccessLog => access_log::event(text, home).map_err(|error| error.to_string()),
            Format::CloudTrail => cloudtrail::event(text, home).map_err(|error| error.to_string()),
        };
        match made {
            Ok(event) if format == Format::CloudTrail && is_older(&event, oldest) => report.too_old += 1,
            Ok(event) => told.push((at, event)),
            Err(reason) => report.refuse(at, &reason, format),
        }
    }
    Ok((told, report))
}

/// Tells whether the event history would not tell of an event any longer. It goes to no trail either, so that it
/// would be nowhere.
fn is_older(told: &Told, oldest: i64) -> bool {
    EventView::parse(&told.draft.event).is_ok_and(|event| event.event_time.epoch_seconds() < oldest)
}

/// Whoever has it can put into the history whatever he likes.
const PERMISSION: &str = "cairn:ImportEvents";
