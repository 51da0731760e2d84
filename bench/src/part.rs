//! What every part gets: where to write, how long to measure, and the report it adds to.

use std::path::PathBuf;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::report::{Report, Table, Target};

/// One run of some parts.
#[derive(Debug)]
pub(crate) struct Run {
    /// Where parts make their directories.
    pub(crate) dir: PathBuf,
    /// How long closed loops run.
    pub(crate) during: Duration,
    /// How many events the largest history gets.
    pub(crate) events: u64,
    /// How many bytes the large upload has.
    pub(crate) upload_bytes: u64,
    /// How many calls the read load makes.
    pub(crate) calls: u64,
    /// How many log files are validated.
    pub(crate) files: u64,
    /// How many accounts the organization has.
    pub(crate) accounts: usize,
    /// How many Regions they are called in.
    pub(crate) regions: usize,
    pub(crate) report: Report,
}

/// A part by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Events/s through intake with fsync at 1, 16 and 256 callers.
    Intake,
    /// Events/s durably journaled and indexed at 256 callers.
    Indexed,
    /// Time from opening what a killed process left to a complete history.
    Recovery,
    /// LookupEvents in the engine, each attribute.
    Lookup,
    /// Searches, counts and exports behind Event history; only when asked for.
    Search,
    /// Makes a data directory with `--events` events in `--dir` and leaves it there, for `cairn serve`.
    Past,
    /// LookupEvents over HTTP.
    Socket,
    /// What recording adds to an S3 PUT of 4 KB.
    Put,
    /// A read load of signed calls: calls/s, latency, CPU, memory.
    Reads,
    /// Memory of a server that does nothing.
    Idle,
    /// A 2 GB upload and 1,000 small ones.
    Upload,
    /// What log files cost, how soon they are there, what a dead bucket does to other trails.
    Delivery,
    /// How soon events are at log groups, event buses and webhooks, and how many a second.
    Streams,
    /// Cairn before an upstream beside nginx before the same one; needs nginx.
    Gateway,
    /// An organization of many accounts: joining and leaving under load, delivery, digests, memory.
    Organization,
    /// `cairn validate` against `aws cloudtrail validate-logs`; only when asked for, for the latter takes long.
    Validate,
    /// Time from a fresh clone to the first answered request; only when asked for.
    Build,
    /// The process that `recovery` kills.
    #[value(hide = true)]
    Victim,
    /// The process that `gateway` forwards to.
    #[value(hide = true)]
    Upstream,
}

impl Part {
    /// What runs when no part is named, in this order.
    pub(crate) const DEFAULT: [Self; 12] = [
        Self::Intake,
        Self::Indexed,
        Self::Recovery,
        Self::Lookup,
        Self::Put,
        Self::Reads,
        Self::Idle,
        Self::Upload,
        Self::Delivery,
        Self::Streams,
        Self::Organization,
        Self::Gateway,
    ];

    /// Measures.
    pub(crate) fn run(self, run: &mut Run) -> anyhow::Result<()> {
        match self {
            Self::Intake => crate::intake::run(run),
            Self::Indexed => crate::indexed::run(run),
            Self::Recovery => crate::recovery::run(run),
            Self::Lookup => crate::lookup::run(run),
            Self::Search => crate::searches::run(run),
            Self::Past => crate::searches::past(run),
            Self::Socket => crate::socket::run(run),
            Self::Put => crate::put::run(run),
            Self::Reads => crate::reads::run(run),
            Self::Idle => crate::idle::run(run),
            Self::Upload => crate::upload::run(run),
            Self::Delivery => crate::delivery::run(run),
            Self::Streams => crate::streams::run(run),
            Self::Gateway => crate::gateway::run(run),
            Self::Organization => crate::organization::run(run),
            Self::Validate => crate::validate::run(run),
            Self::Build => crate::build::run(run),
            Self::Victim => crate::recovery::victim(run),
            Self::Upstream => crate::gateway::serve(),
        }
    }
}

impl Run {
    /// Prints a table and keeps it for the end.
    #[expect(clippy::print_stdout, reason = "figures are what this program is for")]
    pub(crate) fn show(&mut self, table: Table) {
        print!("{}", self.report.add(table));
    }

    /// Says something beside the figures.
    #[expect(clippy::print_stdout, reason = "figures are what this program is for")]
    pub(crate) fn told(&self, what: &str) {
        println!("\n{what}");
    }

    /// Says aloud what can't be measured here.
    #[expect(clippy::print_stdout, reason = "figures are what this program is for")]
    pub(crate) fn skipped(&self, part: &str, why: &str) {
        println!("\n{part} SKIPPED: {why}");
    }

    pub(crate) fn target(&mut self, target: Target) {
        self.report.target(target);
    }

    pub(crate) fn into_report(self) -> Report {
        self.report
    }
}

/// Makes the runtime of a part: two workers, as a server has on the machine of the targets.
pub(crate) fn runtime(name: &str) -> anyhow::Result<Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name(name)
        .enable_all()
        .build()?)
}

/// Makes a count a figure.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(crate) fn count(number: u64) -> f64 {
    number as f64
}
