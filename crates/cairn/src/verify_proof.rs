//! `cairn verify-proof`: checks a proof of an event, with no server and no network.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cairn_event::EventView;
use cairn_tlog::{EventProof, PublicKey};

use crate::output::{self, harmless};

/// Flags of `cairn verify-proof`.
#[derive(Debug, clap::Args)]
pub(crate) struct VerifyProof {
    /// The proof, as `cairn prove` writes it.
    file: PathBuf,
    /// The log's public key, or a file with it: from `cairn tlog show`, by a way that the proof did not come.
    #[arg(long, value_name = "KEY")]
    public_key: Option<String>,
    /// Print the proven event, byte for byte, instead of what was proved.
    #[arg(long)]
    event: bool,
}

impl VerifyProof {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let shown = self.file.display();
        let text = fs::read(&self.file).with_context(|| format!("read {shown}"))?;
        let proof: EventProof = serde_json::from_slice(&text)
            .with_context(|| format!("read {shown}: it is no proof of an event"))?;
        let given = self.public_key.as_deref().map(public_key).transpose()?;
        let own = || PublicKey::parse(&proof.public_key).context("use the key in the proof");
        let key = given.clone().map_or_else(own, Ok)?;
        let head = proof.verify(&key).context("believe the proof: NOTHING IS PROVED")?;
        if self.event {
            return output::print(format!("{}\n", proof.event));
        }
        let size = head.size;
        output::print(format!(
            "PROVED: this event is in the log, exactly as it stands in the file.\n\n{}\n\
             \x20 log         {}\n  number      {} of {size} (counted from 0)\n  key         {}\n\n\
             Whoever holds the log's key has signed that these {size} events, this one among them and in this\n\
             place, are the log's beginning for ever. It tells nothing about the events beside it.\n{}",
            describe(&proof.event),
            harmless(&head.origin),
            proof.leaf_index,
            harmless(key.as_str()),
            match given {
                Some(_) => "",
                None =>
                    "\nThe key came with the proof. It proves something only if it is the key of the log: compare it\n\
                     with what `cairn tlog show` says, or pass it with --public-key.\n",
            },
        ))
    }
}

/// Reads a key, or the file that has it.
///
/// # Errors
/// It is neither.
pub(crate) fn public_key(text: &str) -> anyhow::Result<PublicKey> {
    if let Ok(key) = PublicKey::parse(text) {
        return Ok(key);
    }
    let path = Path::new(text);
    let read =
        fs::read_to_string(path).with_context(|| format!("use the key {text}: it is none, and no file"));
    PublicKey::parse(&read?).with_context(|| format!("use the key in {text}"))
}

/// Says what the event is about, in a line for each thing.
fn describe(event: &str) -> String {
    let Ok(view) = EventView::parse(event.as_bytes()) else {
        return format!("  event       {} bytes, which are no CloudTrail record\n", event.len());
    };
    let who = view.user_identity.arn.as_deref().or(view.user_identity.invoked_by.as_deref());
    let lines = [
        ("event", Some(view.event_id.as_ref())),
        ("what", Some(view.event_name.as_ref())),
        ("service", Some(view.event_source.as_ref())),
        ("when", Some(&*view.event_time.to_string())),
        ("who", who),
        ("from", view.source_ip_address.as_deref()),
        ("error", view.error_code.as_deref()),
    ]
    .map(|(name, value)| value.map(|value| format!("  {name:<11} {}\n", harmless(value))));
    lines.into_iter().flatten().collect()
}
