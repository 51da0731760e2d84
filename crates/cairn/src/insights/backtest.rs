//! `cairn insights backtest`: what would have been found in the past, by a server or in log files.

mod counting;
mod found;
mod logs;
mod report;
mod server;
mod sorting;

use cairn_event::{InsightSensitivity, Region};
use jiff::Timestamp;

use self::report::Report;
use crate::import::place::Origin;
use crate::instant;
use crate::output::JsonFlag;
use crate::settings::Place;

/// Flags of `cairn insights backtest`.
#[derive(Debug, clap::Args)]
pub(crate) struct Backtest {
    /// Log files of CloudTrail: files, directories, s3://BUCKET/PREFIX, or - for standard input. Gzip is unpacked.
    /// They are read here, without a server but that of the bucket [default: what the server has counted].
    #[arg(value_name = "PLACE")]
    places: Vec<Origin>,
    /// Only what began from this instant on: 2026-01-31, 2026-01-31T10:00 (UTC), 2026-01-31T10:00:00+01:00. Five
    /// weeks before it are looked at too, for what was usual.
    #[arg(long, value_name = "INSTANT", value_parser = instant::instant)]
    from: Option<Timestamp>,
    /// Only up to this instant.
    #[arg(long, value_name = "INSTANT", value_parser = instant::instant)]
    to: Option<Timestamp>,
    /// How much has to happen: low, medium or high [default: medium, and JSON tells all three].
    #[arg(long, value_name = "low|medium|high")]
    sensitivity: Option<InsightSensitivity>,
    /// Look at the data events of this trail, by its name or ARN.
    #[arg(long, value_name = "TRAIL", conflicts_with = "places")]
    trail: Option<String>,
    /// The Region whose activity is looked at [default: the server's; of log files all].
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
    #[command(flatten)]
    json: JsonFlag,
}

/// What was looked at.
#[derive(Debug, Clone, Default)]
struct Done {
    /// From and to, seconds since 1970; none where there was nothing to look at.
    looked_at: Option<(i64, i64)>,
    metrics: u64,
    /// What else is to be known, in sentences.
    remarks: Vec<String>,
}

impl Backtest {
    pub(super) async fn run(&self, place: &Place) -> anyhow::Result<()> {
        let mut report = Report::begin(self.sensitivity, self.json, self.places.is_empty());
        let done = match self.places.as_slice() {
            [] => server::ask(self, place, &mut report).await?,
            _ => logs::read(self, place, &mut report).await?,
        };
        report.end(&done)
    }
}
