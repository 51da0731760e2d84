//! `cairn import`: events out of logs that other systems wrote.
//!
//! The server reads the lines; here they are found, unpacked and sent in batches, each of which is durable when it is
//! answered. What was imported before is not imported again, so that an import that broke off can simply be repeated;
//! `--resume` spares it the way to where it stopped.

pub(crate) mod documents;
pub(crate) mod place;
mod report;
mod sending;
mod state;

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use cairn_event::Region;
use tokio_util::sync::CancellationToken;

use self::documents::Documents;
use self::place::{Found, Origin};
use self::report::Report;
use self::sending::{Opening, Sending};
use self::state::State;
use crate::client::Client;
use crate::output::{Form, JsonFlag};
use crate::settings::Place;

/// What can be imported.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Import {
    /// Import S3's server access logs, and those of stores that write the same lines.
    ///
    /// Each line becomes the event of its request: who asked for what, when, from where, with what result. Data events
    /// are kept where a trail selects them, as those of calls are.
    AccessLogs(Logs),
    /// Import events of CloudTrail: log files, JSON lines, what EventBridge delivers, what LookupEvents answers.
    ///
    /// Events are taken byte for byte into the event history; they go to no trail, for they have been in one. Those
    /// older than the 90 days of the event history are passed over, and so are data events.
    Cloudtrail(Logs),
}

/// Where logs are, and how it is told what became of them.
#[derive(Debug, clap::Args)]
pub(crate) struct Logs {
    /// Files, directories, s3://BUCKET/PREFIX, or - for standard input. Gzip is unpacked.
    #[arg(required = true, value_name = "PLACE")]
    places: Vec<Origin>,
    /// The Region of events that do not tell theirs [default: the server's].
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
    /// Keep in FILE how far the import has come, and go on from there.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    #[command(flatten)]
    json: JsonFlag,
}

/// What is in the logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    AccessLogs,
    CloudTrail,
}

/// Whether everything that was found could be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Imported,
    Refused,
}

/// The way through the documents.
struct Walk<'w, 'c> {
    sending: &'w mut Sending<'c>,
    report: &'w mut Report,
    state: &'w mut Option<State>,
    stop: &'w CancellationToken,
}

impl Import {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<ExitCode> {
        let (logs, format) = match self {
            Self::AccessLogs(logs) => (logs, Format::AccessLogs),
            Self::Cloudtrail(logs) => (logs, Format::CloudTrail),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let stop = CancellationToken::new();
        let verdict = runtime.block_on(async {
            tokio::select! {
                imported = logs.import(format, place, stop.clone()) => imported,
                twice = interrupted(stop.clone()) => Err(twice),
            }
        })?;
        Ok(match verdict {
            Verdict::Imported => ExitCode::SUCCESS,
            Verdict::Refused => ExitCode::FAILURE,
        })
    }
}

impl Logs {
    async fn import(
        &self,
        format: Format,
        place: &Place,
        stop: CancellationToken,
    ) -> anyhow::Result<Verdict> {
        let opened = |file: &PathBuf| State::open(file, format.name(), self.named_places());
        let mut state = self.resume.as_ref().map(opened).transpose()?;
        let client = Client::find(place, self.region.as_ref()).await?;
        let mut found = Vec::new();
        for origin in &self.places {
            found.extend(origin.find(Some(&client)).await?);
        }
        let mut report = Report::begin(Form::choose(self.json), format, found.len())?;
        let opening = Opening { format, places: self.named_places(), documents: found.len() };
        let mut sending = Sending::new(&client, opening, stop.clone());
        let mut walk = Walk { sending: &mut sending, report: &mut report, state: &mut state, stop: &stop };
        let walked = walk.through_all(&found, &client, format).await.with_context(|| self.how_to_go_on());
        let outcome = match &walked {
            Ok(()) => "complete",
            Err(_) if stop.is_cancelled() => "stopped",
            Err(_) => "failed",
        };
        let ended = sending.end(outcome, report.documents()).await;
        walked?;
        if let Some(state) = state {
            state.remove()?;
        }
        let verdict = report.end(sending.import())?;
        // What was imported stays so: the server records the end by itself in a while.
        ended.map(|()| verdict)
    }

    fn named_places(&self) -> Vec<String> {
        self.places.iter().map(ToString::to_string).collect()
    }

    fn how_to_go_on(&self) -> String {
        match &self.resume {
            Some(file) => {
                format!("import everything; the same command goes on where it stopped ({})", file.display())
            }
            None => "import everything; the same command imports the rest".to_owned(),
        }
    }
}

impl Walk<'_, '_> {
    /// Sends what is in the documents, those that an earlier run finished apart.
    async fn through_all(&mut self, found: &[Found], client: &Client, format: Format) -> anyhow::Result<()> {
        for document in found {
            let name = document.to_string();
            let Some(done) = self.state.as_ref().map_or(Some(0), |state| state.done_of(&name)) else {
                self.report.skip();
                continue;
            };
            self.report.look_at(&name);
            self.sending.begin(&name, done);
            let walked = self.through(document.open(Some(client)).await, format).await;
            self.settle()?;
            if walked.is_err()
                && let Some(state) = &mut self.state
            {
                state.reach(&name, Some(self.sending.lines()))?;
            }
            walked.with_context(|| format!("import {name}"))?;
        }
        let flushed = self.sending.flush(self.report).await;
        self.settle()?;
        flushed
    }

    /// Reads a document and sends its lines, or has them wait for those of the next.
    async fn through(&mut self, read: anyhow::Result<Box<dyn Read>>, format: Format) -> anyhow::Result<()> {
        let mut documents = Documents::open(read?, format)?;
        while let Some(line) = documents.next()? {
            anyhow::ensure!(!self.stop.is_cancelled(), "go on: stopped");
            self.sending.add(line, self.report).await?;
            self.settle()?;
        }
        self.sending.finish();
        Ok(())
    }

    /// Writes down which documents are imported.
    fn settle(&mut self) -> anyhow::Result<()> {
        for document in self.sending.imported() {
            if let Some(state) = &mut self.state {
                state.reach(&document, None)?;
            }
            self.report.finish_document();
        }
        Ok(())
    }
}

/// Asks for a stop on the first interrupt, and ends on the second.
async fn interrupted(stop: CancellationToken) -> anyhow::Error {
    for _ in 0..2 {
        if let Err(error) = tokio::signal::ctrl_c().await {
            return error.into();
        }
        stop.cancel();
    }
    anyhow::anyhow!("go on: interrupted")
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::AccessLogs => "access-log",
            Self::CloudTrail => "cloudtrail",
        }
    }
}
