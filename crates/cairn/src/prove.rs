//! `cairn prove`: writes what proves to anybody that an event was logged.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use cairn_event::Region;
use cairn_tlog::{EventProof, PublicKey};

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
        let trail = self.trail.as_deref().map(|trail| format!("&trail={}", escaped(trail)));
        let query = format!("event-id={}{}", escaped(&self.event_id), trail.unwrap_or_default());
        let body = client.whole_page("/_cairn/proof", &query).await.context("prove the event")?;
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
