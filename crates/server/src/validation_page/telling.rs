//! What a run tells, a line of JSON each.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cairn_digest::verify::{Chain, Coverage, Finding, Object, Severity, Stretch, Tally, Verdict};
use cairn_validation::{Ended, FetchError, RunError, Standing, Tell};
use cairn_wire::json11;
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::mpsc;

use super::elsewhere::Lacking;
use super::ending::Why;
use crate::incoming::StreamError;
use crate::telemetry;

/// The code where a shorter time would do.
const TOO_MUCH: &str = "InvalidTimeRangeException";

/// The longest that findings are in the report, bytes: the lines have all of them.
const REPORT_BYTES_MAX: usize = 256 << 10;

/// How long a client may take no line: then it is as good as gone, and must not keep others from validating.
const SILENCE_MAX: Duration = Duration::from_mins(10);

/// One line. Members are as they are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "Kind", rename_all_fields = "PascalCase")]
pub(super) enum Line {
    /// The run begins.
    Begun {
        #[serde(rename = "TrailARN")]
        trail_arn: String,
        start_time: String,
        end_time: String,
        /// Whether Cairn's credentials read, in a bucket elsewhere.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        elsewhere: bool,
    },
    /// How far it has come.
    Progress {
        digests: u64,
        files: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        checked_back_to: Option<String>,
    },
    /// What is to be said of a digest.
    Digest(Told),
    /// Of a backfill digest.
    Backfill(Told),
    /// Of a log file.
    LogFile(Told),
    /// Time that nothing proves.
    Gap { start_time: String, end_time: String, severity: Severity, finding: String },
    /// The run is over.
    Ended {
        valid: bool,
        verdict: Verdict,
        digests: Counted,
        files: Counted,
        /// What Cairn's credentials lack in the bucket.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        missing_permissions: Vec<&'static str>,
        report: String,
    },
    /// It could not go on.
    Refused { code: String, message: String },
}

/// What is to be said of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Told {
    object: String,
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<Severity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Counted {
    valid: u64,
    invalid: u64,
    unchecked: u64,
}

/// Where the files lie.
#[derive(Debug)]
pub(super) enum Place {
    /// In Cairn's own S3.
    Here,
    /// Where the settings say, and what turned out to be lacking to read there.
    Elsewhere(Lacking),
}

/// The client has left, or takes nothing any more.
#[derive(Debug, thiserror::Error)]
#[error("tell of a validation: the client has left")]
pub(super) struct ClientLeft;

/// Tells whoever takes the lines.
#[derive(Debug)]
pub(super) struct Telling {
    lines: mpsc::Sender<Result<Bytes, StreamError>>,
    place: Place,
    trail_arn: String,
    range: Stretch,
    tally: Tally,
    digests: u64,
    checked_back_to: Option<Timestamp>,
    /// What the report has between its head and its summary.
    findings: String,
    left_out: u64,
}

impl Telling {
    pub(super) fn begin(
        (lines, place): (mpsc::Sender<Result<Bytes, StreamError>>, Place),
        trail_arn: &str,
        range: Stretch,
    ) -> Self {
        let (trail_arn, tally, findings) = (trail_arn.to_owned(), Tally::default(), String::new());
        Self {
            lines,
            place,
            trail_arn,
            range,
            tally,
            digests: 0,
            checked_back_to: None,
            findings,
            left_out: 0,
        }
    }

    /// Says what is validated.
    pub(super) async fn begun(&self) -> Result<(), RunError> {
        let Stretch { from, until } = self.range;
        let (start_time, end_time) = (from.to_string(), until.to_string());
        let elsewhere = matches!(self.place, Place::Elsewhere(_));
        let begun = Line::Begun { trail_arn: self.trail_arn.clone(), start_time, end_time, elsewhere };
        self.send(&begun).await.map_err(|left| RunError::Untold(Box::new(left)))
    }

    /// Says how the run ended.
    pub(super) async fn end(&self, walked: Result<Ended, RunError>) {
        let (line, outcome) = match walked {
            Ok(Ended::Done) => {
                let outcome = match self.tally.verdict() {
                    Verdict::Valid => "valid",
                    Verdict::Invalid => "invalid",
                    Verdict::Incomplete => "incomplete",
                };
                (self.ended(), outcome)
            }
            // Nobody is there any more, or the answer breaks off with the server.
            Ok(Ended::Stopped(_)) | Err(RunError::Untold(_)) => return telemetry::validated("broken_off"),
            Err(error) => (refused(&error), "refused"),
        };
        telemetry::validated(outcome);
        tracing::info!(trail = %self.trail_arn, outcome, digests = self.digests, "validation ended");
        if let Err(left) = self.send(&line).await {
            tracing::debug!(error = &left as &dyn std::error::Error, "nobody heard how a validation ended");
        }
    }

    /// Says that the run ends before it is done, where somebody is there to hear it.
    pub(super) async fn break_off(&self, why: Why) {
        telemetry::validated("broken_off");
        tracing::info!(trail = %self.trail_arn, ?why, digests = self.digests, "validation broke off");
        let (code, message) = match why {
            Why::Left => return,
            Why::Unentitled => {
                ("ExpiredTokenException", "The session or key that began this validation has ended.")
            }
            Why::Requests => {
                (TOO_MUCH, "The bucket was asked as often as one validation may. Shorten the time.")
            }
            Why::Time => (TOO_MUCH, "It took as long as one validation may. Shorten the time."),
        };
        let line = Line::Refused { code: code.to_owned(), message: message.to_owned() };
        if let Err(left) = self.send(&line).await {
            tracing::debug!(error = &left as &dyn std::error::Error, "nobody heard how a validation ended");
        }
    }

    fn ended(&self) -> Line {
        let (verdict, tally) = (self.tally.verdict(), &self.tally);
        let of = |counts: &[cairn_digest::verify::Counts]| Counted {
            valid: counts.iter().map(|counts| counts.valid).sum(),
            invalid: counts.iter().map(|counts| counts.invalid).sum(),
            unchecked: counts.iter().map(|counts| counts.unchecked).sum(),
        };
        Line::Ended {
            valid: verdict == Verdict::Valid,
            verdict,
            digests: of(&[tally.digest_files, tally.backfill_digest_files]),
            files: of(&[tally.log_files]),
            missing_permissions: self.missing_permissions(),
            report: self.report(),
        }
    }

    fn missing_permissions(&self) -> Vec<&'static str> {
        match &self.place {
            Place::Here => Vec::new(),
            Place::Elsewhere(lacking) => lacking.permissions(),
        }
    }

    /// Writes what `cairn validate` prints.
    fn report(&self) -> String {
        let Stretch { from, until } = self.range;
        let more = match self.left_out {
            0 => String::new(),
            count => format!("… and {count} more\n\n"),
        };
        format!(
            "Validating log files for trail {} between {from} and {until}\n\n{}{more}\
             Results requested for {from} to {until}\n{}{}",
            self.trail_arn,
            self.findings,
            self.tally,
            lacks(&self.missing_permissions())
        )
    }

    async fn send(&self, line: &Line) -> Result<(), ClientLeft> {
        let mut text = json11::success_body(line);
        text.push(b'\n');
        match tokio::time::timeout(SILENCE_MAX, self.lines.send(Ok(Bytes::from(text)))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(ClientLeft),
        }
    }
}

#[async_trait]
impl Tell for Telling {
    type Error = ClientLeft;

    async fn valid_digest(
        &mut self,
        chain: Chain,
        object: &Object,
        stretch: Stretch,
    ) -> Result<(), ClientLeft> {
        self.tally.valid_digest(chain, stretch, self.range);
        self.checked_back_to = Some(stretch.from);
        let time = Some(stretch.until.to_string());
        self.send(&of_chain(chain, Told { time, ..Told::valid(object) })).await
    }

    async fn valid_log(&mut self, object: &Object) -> Result<(), ClientLeft> {
        self.tally.log_files.valid += 1;
        self.send(&Line::LogFile(Told::valid(object))).await
    }

    async fn finding(&mut self, finding: Finding) -> Result<(), ClientLeft> {
        self.tally.finding(&finding);
        let words = cairn_validation::lines(&finding.to_string());
        if self.findings.len() + words.len() <= REPORT_BYTES_MAX {
            self.findings.push_str(&words);
            self.findings.push_str("\n\n");
        } else {
            self.left_out += 1;
        }
        self.send(&line(&finding)).await
    }

    fn read(&mut self, _bytes: u64) {}

    async fn step(&mut self) -> Result<(), ClientLeft> {
        self.digests += 1;
        let logs = self.tally.log_files;
        let (digests, files) = (self.digests, logs.valid + logs.invalid + logs.unchecked);
        let checked_back_to = self.checked_back_to.map(|at| at.to_string());
        self.send(&Line::Progress { digests, files, checked_back_to }).await
    }

    async fn stands(&mut self, _standing: &Standing, _coverage: &Coverage) -> Result<(), ClientLeft> {
        Ok(())
    }
}

impl Told {
    fn valid(object: &Object) -> Self {
        Self { object: object.to_string(), valid: true, severity: None, finding: None, time: None }
    }

    fn found(object: &Object, finding: &Finding) -> Self {
        let severity = finding.severity();
        let valid = match severity {
            Severity::Note | Severity::Warning => true,
            Severity::Unchecked | Severity::Invalid => false,
        };
        let finding = Some(words(finding));
        Self { valid, severity: Some(severity), finding, ..Self::valid(object) }
    }
}

fn of_chain(chain: Chain, told: Told) -> Line {
    match chain {
        Chain::Regular => Line::Digest(told),
        Chain::Backfill => Line::Backfill(told),
    }
}

fn line(finding: &Finding) -> Line {
    match finding {
        Finding::Digest { chain, object, .. }
        | Finding::PreviousHash { chain, object, .. }
        | Finding::UncheckedDigest { chain, object, .. } => of_chain(*chain, Told::found(object, finding)),
        Finding::Log { object, .. }
        | Finding::Unlisted { object }
        | Finding::UncheckedLog { object, .. }
        | Finding::UncheckedDay { object, .. } => Line::LogFile(Told::found(object, finding)),
        Finding::Unproven { from, until, .. }
        | Finding::NewChain { from, until, .. }
        | Finding::Gap { from, until, .. }
        | Finding::NewestMissing { after: from, until } => Line::Gap {
            start_time: from.to_string(),
            end_time: until.to_string(),
            severity: finding.severity(),
            finding: words(finding),
        },
    }
}

/// Says what was found, without what the line's other members say: the lines of the report are of three parts.
fn words(finding: &Finding) -> String {
    let line = finding.to_string();
    let last = line.rsplit('\t').next().unwrap_or(&line);
    let plain = last.strip_prefix("INVALID: ").or_else(|| last.strip_prefix("WARNING: ")).unwrap_or(last);
    plain.replacen("NOT CHECKED", "Not checked", 1)
}

/// Says which permissions Cairn's credentials lack; nothing where they have what they need.
fn lacks(permissions: &[&str]) -> String {
    match permissions {
        [] => String::new(),
        permissions => {
            format!("\nCairn's own credentials lack {} in the bucket.\n", permissions.join(" and "))
        }
    }
}

/// Says why a run could not go on. What S3 said of the digests' folder is for the caller, who asked it.
fn refused(error: &RunError) -> Line {
    let internal = || Line::Refused {
        code: "InternalFailure".to_owned(),
        message: "An internal error occurred.".to_owned(),
    };
    match error {
        RunError::List { source: FetchError::Failed(why), .. } => match why.split_once(": ") {
            Some((code, message)) => Line::Refused { code: code.to_owned(), message: message.to_owned() },
            None => Line::Refused { code: "ServiceUnavailable".to_owned(), message: why.clone() },
        },
        RunError::TooMany(why) => {
            Line::Refused { code: "InvalidTimeRangeException".to_owned(), message: why.to_string() }
        }
        RunError::List { source: FetchError::NotFound, .. }
        | RunError::Keys(_)
        | RunError::Untold(_)
        | RunError::Thread(_) => {
            tracing::error!(error = error as &dyn std::error::Error, "a validation broke off");
            internal()
        }
    }
}

#[cfg(test)]
mod tests;
