//! `cairn prove`: writes what proves to anybody that an event was logged.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cairn_event::{EventView, Region};
use cairn_tlog::{EventProof, PublicKey};
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::client::{Client, escaped};
use crate::output;
use crate::settings::Place;

/// The longest event id that is asked for; AWS's have 36 characters.
const EVENT_ID_MAX: usize = 256;

/// Flags of `cairn prove`.
#[derive(Debug, clap::Args)]
pub(crate) struct Prove {
    /// The event's id, as its record and `cairn lookup` show it.
    event_id: String,
    /// The trail whose log shall prove it, by name or ARN [default: any that has it].
    #[arg(long, value_name = "TRAIL")]
    trail: Option<String>,
    /// Write the proof to FILE instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Take the event out of a delivered log file, where the server may not find it by its id any longer.
    #[arg(long, value_name = "FILE")]
    log_file: Option<PathBuf>,
    /// The Region whose event it is [default: the server's].
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
}

impl Prove {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.prove(place))
    }

    async fn prove(&self, place: &Place) -> anyhow::Result<()> {
        anyhow::ensure!(self.event_id.len() <= EVENT_ID_MAX, "use the event id: it is too long");
        let client = Client::find(place, self.region.as_ref()).await?;
        let body = match &self.log_file {
            None => {
                let trail = self.trail.as_deref().map(|trail| format!("&trail={}", escaped(trail)));
                let query = format!("event-id={}{}", escaped(&self.event_id), trail.unwrap_or_default());
                client.whole_page("/_cairn/proof", &query).await
            }
            Some(file) => {
                let event = event_in(file, &self.event_id)
                    .with_context(|| format!("find the event in {}", file.display()))?;
                let query = self.trail.as_deref().map(|trail| format!("trail={}", escaped(trail)));
                client.ask_page("/_cairn/proof", &query.unwrap_or_default(), event.into()).await
            }
        };
        let body = body.context("prove the event")?;
        let proof: EventProof = serde_json::from_slice(&body).context("read the proof")?;
        // Nobody should carry away a proof that proves nothing.
        let key = PublicKey::parse(&proof.public_key).context("read the proof")?;
        let head = proof.verify(&key).context("check the proof")?;
        let text = format!("{}\n", serde_json::to_string_pretty(&proof)?);
        let Some(file) = &self.output else { return output::print(text) };
        fs::write(file, text).with_context(|| format!("write {}", file.display()))?;
        output::print(format!(
            "{}: event {} is number {} of {} in log {}\n",
            file.display(),
            output::harmless(&self.event_id),
            proof.leaf_index,
            head.size,
            output::harmless(&head.origin)
        ))
    }
}

/// The most bytes of a log file before compression; CloudTrail's have 50 MB at most.
const LOG_FILE_BYTES_MAX: u64 = 256 << 20;

#[derive(Deserialize)]
struct LogFile<'a> {
    #[serde(rename = "Records", borrow)]
    records: Vec<&'a RawValue>,
}

/// Takes a record out of a log file, byte for byte.
fn event_in(file: &Path, event_id: &str) -> anyhow::Result<String> {
    let mut text = String::new();
    GzDecoder::new(File::open(file)?).take(LOG_FILE_BYTES_MAX).read_to_string(&mut text)?;
    let log_file: LogFile<'_> = serde_json::from_str(&text).context("read it as a log file")?;
    let is_it = |record: &&&RawValue| {
        EventView::parse(record.get().as_bytes()).is_ok_and(|event| event.event_id == event_id)
    };
    let found = log_file.records.iter().find(is_it).context("it holds no event with this id")?;
    Ok(found.get().to_owned())
}
