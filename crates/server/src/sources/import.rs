//! `/_cairn/import`: events out of logs, line by line.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `format=access-log` | each line is one of S3's server access logs |
//! | `format=cloudtrail` | each line is an event of CloudTrail, as it is, in an envelope of EventBridge, or as LookupEvents tells it |
//! | `import=ID` | the request is part of an import that was [begun](super::imports) |
//!
//! Events are recorded in the caller's account. The answer counts what became of them, and names the lines that are
//! none. A request of its own is recorded as `ImportEvents`, with the counts; one that is part of an import is counted
//! in the record of its end, unless it is refused.

use cairn_history::RETENTION_DAYS;
use cairn_sources::{Home, Outcome, TOLD_MAX, Tally, Told, access_log, cloudtrail};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::imports::counts;
use super::telemetry;
use crate::answer::Answered;
use crate::page::{Asked, Page, Refused};
use crate::serve::{Arrival, Front};

/// What every request to import is recorded as.
pub(super) const EVENT: &str = "ImportEvents";

const IMPORT: Page = Page { event: EVENT, body_bytes_max: 8 << 20 };

/// What the lines are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    AccessLog,
    CloudTrail,
}

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Wanted<'q> {
    format: Format,
    /// The import that it is part of.
    import: Option<&'q str>,
}

/// What became of the lines.
#[derive(Debug, Default)]
struct Report {
    tally: Tally,
    /// Which lines are no events, and why.
    refused: Vec<Value>,
}

/// The events of the lines, each with the place of its line.
type Parsed = (Vec<(usize, Told)>, Report);

impl Front {
    /// Imports the lines of a request's body.
    pub(crate) async fn import(&self, arrival: &Arrival, body: Incoming) -> Answered {
        self.page(&IMPORT, (arrival, body), async |asked| self.import_for(asked).await).await
    }

    async fn import_for(&self, asked: &mut Asked<'_>) -> Result<Vec<u8>, Refused> {
        self.permit(asked, &[PERMISSION])?;
        let Wanted { format, import } = Wanted::parse(&asked.arrival.head.query)
            .ok_or_else(|| Refused::misunderstood("format=access-log or cloudtrail is needed."))?;
        let imports = &self.sources.imports;
        let Some(id) = import else {
            let report = self.import_lines(asked, format).await?;
            asked.remark("import", report.remark(format));
            return Ok(report.told());
        };
        let pass = imports.enter(id, &self.importer(asked), format.name(), asked.at).await?;
        let report = self.import_lines(asked, format).await?;
        imports.count(&pass, &report.tally, self.clock.now()).await?;
        asked.told_elsewhere = true;
        Ok(report.told())
    }

    async fn import_lines(&self, asked: &Asked<'_>, format: Format) -> Result<Report, Refused> {
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
        for ((at, told), outcome) in places.into_iter().zip(&told).zip(outcomes) {
            report.count((at, told.seconds), outcome, format);
        }
        Ok(report)
    }
}

impl<'q> Wanted<'q> {
    fn parse(query: &'q str) -> Option<Self> {
        let (format, import) = match query.split_once("&import=") {
            Some((format, import)) => (format, Some(import)),
            None => (query, None),
        };
        let format = Format::named(format.strip_prefix("format=")?)?;
        Some(Self { format, import })
    }
}

impl Format {
    /// Finds a format by its name in requests.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::AccessLog, Self::CloudTrail].into_iter().find(|format| format.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::AccessLog => "access-log",
            Self::CloudTrail => "cloudtrail",
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
        self.tally.refused += 1;
        self.refused.push(json!({ "at": at, "reason": reason }));
    }

    fn count(&mut self, (at, seconds): (usize, i64), outcome: Outcome, format: Format) {
        telemetry::told(format.source(), outcome);
        match outcome {
            Outcome::TooLarge => self.refuse(at, "it is larger than the journal takes", format),
            Outcome::Recorded | Outcome::Repeated | Outcome::NotSelected => {
                self.tally.count(outcome, seconds)
            }
        }
    }

    fn told(&self) -> Vec<u8> {
        let mut told = counts(&self.tally);
        told.insert("refused".to_owned(), Value::from(self.refused.clone()));
        Value::Object(told).to_string().into_bytes()
    }

    fn remark(&self, format: Format) -> Value {
        let mut import = counts(&self.tally);
        import.insert("format".to_owned(), json!(format.name()));
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
            // The event history would not tell of it any longer, and it goes to no trail: it would be nowhere.
            Ok(event) if format == Format::CloudTrail && event.seconds < oldest => report.tally.too_old += 1,
            Ok(event) => told.push((at, event)),
            Err(reason) => report.refuse(at, &reason, format),
        }
    }
    Ok((told, report))
}

/// Whoever has it can put into the history whatever he likes.
pub(super) const PERMISSION: &str = "cairn:ImportEvents";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_read() {
        let wanted = |format, import| Some(Wanted { format, import });
        for (query, expected) in [
            ("format=access-log", wanted(Format::AccessLog, None)),
            ("format=cloudtrail&import=8b1c-1", wanted(Format::CloudTrail, Some("8b1c-1"))),
            ("format=cloudtrail&import=", wanted(Format::CloudTrail, Some(""))),
            ("format=cloudtrail&other=1", None),
            ("format=cloud", None),
            ("import=1&format=cloudtrail", None),
            ("", None),
        ] {
            assert_eq!(Wanted::parse(query), expected, "{query}");
        }
    }
}
