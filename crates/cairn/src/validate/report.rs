//! What is told: lines as the AWS CLI prints them, or one JSON object; and a progress bar on a terminal.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use cairn_digest::verify::{Chain, Coverage, Finding, Object, Severity, Stretch, Tally};
use cairn_validation::{Standing, Tell, lines};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::plan::Plan;
use super::state::State;
use crate::output;

/// The most findings that are kept for the report of a run that goes on later.
pub(super) const FINDINGS_KEPT_MAX: usize = 1_000;

/// The most warnings that are printed as text; JSON has all.
const WARNINGS_SHOWN_MAX: u64 = 100;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Form {
    /// Lines as `aws cloudtrail validate-logs` prints them, and a summary.
    Text,
    /// One JSON object.
    Json,
}

/// Whether valid files are told too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    Faults,
    Everything,
}

/// What was told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// A line with another right after it.
    Valid,
    /// Something with a blank line after it, or a comma before the next.
    Fault,
}

/// Tells what is found, as it is found.
#[derive(Debug)]
pub(super) struct Report {
    form: Form,
    detail: Detail,
    range: Stretch,
    plan: Plan,
    /// Where it is kept how far the run has come; none where it is not.
    pub(super) state_file: Option<PathBuf>,
    pub(super) tally: Tally,
    /// The first findings, for a run that goes on later.
    pub(super) kept: Vec<Finding>,
    bar: ProgressBar,
    began: Instant,
    bytes: u64,
    before: Before,
}

impl Report {
    /// Begins a report. `digests` is how many digests are listed.
    pub(super) fn begin(
        (form, detail): (Form, Detail),
        plan: &Plan,
        state_file: Option<PathBuf>,
        digests: u64,
    ) -> anyhow::Result<Self> {
        let is_seen = std::io::stderr().is_terminal();
        let target = if is_seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(digests), target);
        bar.set_style(ProgressStyle::with_template(
            "{bar:30} {pos}/{len} digest files, {msg}, {elapsed} (about {eta} left)",
        )?);
        let Stretch { from, until } = plan.range;
        match form {
            Form::Text => output::print(format!(
                "Validating log files for trail {} between {from} and {until}\n\n",
                output::harmless(&plan.trail.whole)
            ))?,
            Form::Json => {
                let scope = plan.names.scope();
                let head = json!({
                    "trailArn": plan.trail.whole,
                    "region": scope.source_region,
                    "accountId": scope.account,
                    "bucket": plan.bucket,
                    "requested": plan.range,
                });
                let head = head.to_string();
                output::print(format!("{},\"findings\":[", head.strip_suffix('}').unwrap_or(&head)))?;
            }
        }
        Ok(Self {
            form,
            detail,
            range: plan.range,
            plan: plan.clone(),
            state_file,
            tally: Tally::default(),
            kept: Vec::new(),
            bar,
            began: Instant::now(),
            bytes: 0,
            before: Before::Nothing,
        })
    }

    /// Takes over what another run found, and tells it again.
    pub(super) fn go_on(&mut self, tally: Tally, kept: Vec<Finding>) -> anyhow::Result<()> {
        kept.into_iter().try_for_each(|finding| self.tell(finding))?;
        self.tally = tally;
        Ok(())
    }

    /// Tells what was found before.
    fn tell(&mut self, finding: Finding) -> anyhow::Result<()> {
        self.tally.finding(&finding);
        match self.form {
            Form::Json => {
                let comma = if self.before == Before::Nothing { "\n" } else { ",\n" };
                self.before = Before::Fault;
                let text = printed(&finding);
                self.bar.suspend(|| output::print(format!("{comma}{text}")))?;
            }
            Form::Text => self.line(&finding),
        }
        if self.kept.len() < FINDINGS_KEPT_MAX {
            self.kept.push(finding);
        }
        Ok(())
    }

    /// Writes where the run stands, where that is wanted.
    pub(super) fn save(&self, standing: &Standing, coverage: &Coverage) -> anyhow::Result<()> {
        let Some(path) = &self.state_file else { return Ok(()) };
        let mut coverage = coverage.clone();
        coverage.shrink();
        State::of(&self.plan, standing, self.tally, self.kept.clone(), coverage).save(path)
    }

    /// Ends the report.
    pub(super) fn end(self) -> anyhow::Result<()> {
        self.bar.finish_and_clear();
        let Stretch { from, until } = self.range;
        let (took, bytes) = (self.began.elapsed(), self.bytes);
        match self.form {
            Form::Json => {
                let tail = json!({
                    "summary": self.tally,
                    "verdict": self.tally.verdict(),
                    "bytesRead": bytes,
                    "seconds": took.as_secs_f64(),
                });
                let tail = tail.to_string();
                output::print(format!("],{}\n", tail.strip_prefix('{').unwrap_or(&tail)))
            }
            Form::Text => {
                let blank = self.before.blank();
                if self.tally.warnings > WARNINGS_SHOWN_MAX {
                    eprintln!("… and more warnings; --output json prints all");
                }
                output::print(format!(
                    "{blank}Results requested for {from} to {until}\n{}{}",
                    self.tally,
                    pace(took, bytes)
                ))
            }
        }
    }

    /// Clears the terminal of what is not to stay.
    pub(super) fn pause(&self) {
        self.bar.finish_and_clear();
    }

    fn valid(&mut self, line: impl FnOnce() -> String) -> anyhow::Result<()> {
        if self.detail == Detail::Everything && self.form == Form::Text {
            self.before = Before::Valid;
            let line = line();
            self.bar.suspend(|| output::print(lines(&line)))?;
        }
        Ok(())
    }

    /// Writes a line to standard error with a blank one after it, as the AWS CLI does.
    fn line(&mut self, finding: &Finding) {
        if finding.severity() == Severity::Warning && self.tally.warnings > WARNINGS_SHOWN_MAX {
            return;
        }
        let blank = self.before.blank();
        self.before = Before::Fault;
        self.bar.suspend(|| eprintln!("{blank}{}\n", lines(&finding.to_string())));
    }
}

/// The report could not be written.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct ReportError(#[from] anyhow::Error);

#[async_trait]
impl Tell for Report {
    type Error = ReportError;

    async fn valid_digest(
        &mut self,
        chain: Chain,
        object: &Object,
        stretch: Stretch,
    ) -> Result<(), ReportError> {
        self.tally.valid_digest(chain, stretch, self.range);
        Ok(self.valid(|| format!("{}Digest file\t{object}\tvalid\n", chain.mark()))?)
    }

    async fn valid_log(&mut self, object: &Object) -> Result<(), ReportError> {
        self.tally.log_files.valid += 1;
        Ok(self.valid(|| format!("Log file\t{object}\tvalid\n"))?)
    }

    async fn finding(&mut self, finding: Finding) -> Result<(), ReportError> {
        Ok(self.tell(finding)?)
    }

    fn read(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    async fn step(&mut self) -> Result<(), ReportError> {
        self.bar.inc(1);
        let logs = self.tally.log_files;
        self.bar.set_message(format!("{} log files", logs.valid + logs.invalid + logs.unchecked));
        Ok(())
    }

    async fn stands(&mut self, standing: &Standing, coverage: &Coverage) -> Result<(), ReportError> {
        Ok(self.save(standing, coverage)?)
    }
}

impl Before {
    /// Returns what separates a fault or the summary from what was told last.
    fn blank(self) -> &'static str {
        match self {
            Self::Valid => "\n",
            Self::Nothing | Self::Fault => "",
        }
    }
}

/// Renders a finding with its severity and its line.
fn printed(finding: &Finding) -> String {
    let mut value = json!(finding);
    if let Value::Object(members) = &mut value {
        members.insert("severity".to_owned(), json!(finding.severity()));
        members.insert("text".to_owned(), json!(finding.to_string()));
    }
    value.to_string()
}

fn pace(took: Duration, bytes: u64) -> String {
    let mib = bytes >> 20;
    format!("{:.1} s, {mib} MiB read\n", took.as_secs_f64())
}
