//! `cairn doctor`: looks at an installation, running or not, and says what is wrong and what to do.
//!
//! It only looks. Nothing is written into the data directory and nothing is repaired: the catalog is
//! examined in a copy elsewhere, the journal is read without its lock.

mod catalog;
mod clock;
mod dead_letters;
mod directory;
mod finding;
mod insights;
mod intents;
mod journal;
mod key_directory;
mod server;
mod trails;
mod upstreams;

use cairn_event::Clock as _;
use cairn_journal::Position;
use cairn_server::{Config, SystemClock};

use self::finding::{Finding, Level};
use crate::installation::Installation;
use crate::output::{self, JsonFlag, Paint};
use crate::settings::Place;

/// Flags of `cairn doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    json: JsonFlag,
    /// Leave out what takes long: reading every byte of the journal.
    #[arg(long)]
    quick: bool,
}

/// What the findings come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// There is no problem.
    Healthy,
    /// There is one at least.
    Ill,
}

/// Findings as they are made: each is printed at once, for a look at the journal takes its time.
struct Report {
    json: bool,
    paint: Paint,
    problems: usize,
    warnings: usize,
}

impl Doctor {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<Verdict> {
        let mut report = Report { json: self.json.wanted, paint: Paint::choose(), problems: 0, warnings: 0 };
        let installation = place.installation()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let config = Config::understand(&place.settings(Vec::new())?)?;
        runtime.block_on(self.examine(&installation, &mut report))?;
        report.all(runtime.block_on(upstreams::look(&config.upstreams)))?;
        report.all(key_directory::look(config.directory_file.as_deref(), config.account))?;
        report.sum_up()
    }

    async fn examine(&self, installation: &Installation, report: &mut Report) -> anyhow::Result<()> {
        let dir = &installation.dir;
        report.all(directory::look(dir))?;
        if !directory::is_there(dir) {
            return Ok(());
        }
        let (running, findings) = server::look(installation).await;
        report.all(findings)?;
        let (catalog, findings) = catalog::look(dir).await;
        report.all(findings)?;
        let end = if self.quick {
            report.one(Finding::ok("journal", "not read (--quick)"))?;
            None
        } else {
            journal::announce(&dir.journal());
            let (end, findings) = journal::look(&dir.journal(), running.is_some());
            report.all(findings)?;
            report.all(intents::look(&dir.intents(), running.is_some()))?;
            end
        };
        if let Some(catalog) = &catalog {
            report.all(trails::look(catalog).await)?;
            report.all(journal::cursors(&catalog.cursors, end, running.as_ref()))?;
        }
        report.all(insights::look(&dir.insights()).await)?;
        report.all(dead_letters::look(&dir.dead_letters()))?;
        report.all(clock::look(dir, catalog.as_ref(), running.as_ref(), SystemClock.now()))
    }
}

impl Report {
    fn all(&mut self, findings: impl IntoIterator<Item = Finding>) -> anyhow::Result<()> {
        findings.into_iter().try_for_each(|finding| self.one(finding))
    }

    fn one(&mut self, finding: Finding) -> anyhow::Result<()> {
        match finding.level {
            Level::Ok => {}
            Level::Warning => self.warnings += 1,
            Level::Problem => self.problems += 1,
        }
        output::print(if self.json { finding.json() } else { finding.text(self.paint) })
    }

    fn sum_up(&self) -> anyhow::Result<Verdict> {
        if !self.json {
            output::print(finding::summary(self.problems, self.warnings))?;
        }
        Ok(if self.problems == 0 { Verdict::Healthy } else { Verdict::Ill })
    }
}

/// A span of positions a person can read.
fn events(count: Position) -> String {
    if count == 1 { "1 event".to_owned() } else { format!("{count} events") }
}
