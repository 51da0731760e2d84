//! `cairn tlog`: the transparency logs of trails.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use cairn_tlog::{Audit, PublicKey, Tree, TreeHead};
use serde::{Deserialize, Serialize};

use crate::client::{Client, escaped};
use crate::consistency::{Consistency, Whereabouts, newest, open};
use crate::log_source::Objects;
use crate::output::{self, Form, JsonFlag, harmless};
use crate::settings::Place;

/// What can be done with transparency logs.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Tlog {
    /// Show the logs: size, root, key and place of each.
    Show {
        /// The trail's name or ARN [default: all].
        trail: Option<String>,
        #[command(flatten)]
        json: JsonFlag,
    },
    /// Write a log's newest checkpoint, to be kept where the log's keeper can't change it.
    Checkpoint {
        /// The trail's name or ARN.
        trail: String,
        /// Write it to FILE instead of standard output.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Prove that a log has only grown since an older checkpoint.
    Consistency(Consistency),
    /// Compute a log's whole tree again from the entries in the bucket, and compare.
    Audit {
        /// The trail's name or ARN; not needed with --tiles and --public-key.
        trail: Option<String>,
        #[command(flatten)]
        whereabouts: Whereabouts,
    },
}

/// A log as the server tells of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Log {
    trail: String,
    pub(crate) origin: String,
    pub(crate) public_key: String,
    bucket: String,
    folder: String,
    size: u64,
    checkpoint: Option<String>,
    ended: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    logs: Vec<Log>,
}

impl Tlog {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            match self {
                Self::Show { trail, json } => show(place, trail.as_deref(), Form::choose(*json)).await,
                Self::Checkpoint { trail, output } => checkpoint(place, trail, output.as_ref()).await,
                Self::Consistency(command) => command.compare(place).await,
                Self::Audit { trail, whereabouts } => audit(place, trail.as_deref(), whereabouts).await,
            }
        })
    }
}

impl Log {
    pub(crate) fn objects(&self) -> Objects {
        Objects::Bucket { bucket: self.bucket.clone(), prefix: self.folder.clone() }
    }

    fn is_of(&self, trail: &str) -> bool {
        self.trail == trail || self.trail.rsplit('/').next() == Some(trail)
    }

    /// Believes the log's checkpoint under its own key.
    fn head(&self) -> anyhow::Result<Option<TreeHead>> {
        let key = PublicKey::parse(&self.public_key).context("use the log's key")?;
        self.checkpoint.as_deref().map(|checkpoint| open(&key, checkpoint, "newest")).transpose()
    }
}

/// Asks the server for the logs of a trail, or of all; the newest of each trail comes last.
pub(crate) async fn logs(client: &Client, trail: Option<&str>) -> anyhow::Result<Vec<Log>> {
    let query = trail.map(|trail| format!("trail={}", escaped(trail))).unwrap_or_default();
    let body = client.whole_page("/_cairn/tlog", &query).await.context("ask for transparency logs")?;
    let answer: Answer = serde_json::from_slice(&body).context("read the list of transparency logs")?;
    Ok(answer.logs)
}

async fn show(place: &Place, trail: Option<&str>, form: Form) -> anyhow::Result<()> {
    let logs = logs(&Client::find(place, None).await?, trail).await?;
    if logs.is_empty() && form == Form::Table {
        return output::print(
            "no transparency logs; a trail with log file validation begins one with its next event\n",
        );
    }
    for log in &logs {
        output::print(match form {
            Form::JsonLines => format!("{}\n", serde_json::to_string(log)?),
            Form::Table => describe(log)?,
        })?;
    }
    Ok(())
}

fn describe(log: &Log) -> anyhow::Result<String> {
    let root = log.head()?.map_or_else(|| "none yet".to_owned(), |head| head.root.to_string());
    let lines = [
        ("log", log.origin.as_str()),
        ("trail", log.trail.as_str()),
        ("events", &log.size.to_string()),
        ("root", &root),
        ("key", log.public_key.as_str()),
        ("objects", &log.objects().to_string()),
        ("ended", log.ended.as_deref().unwrap_or_default()),
    ];
    let shown = lines.into_iter().filter(|(_, value)| !value.is_empty());
    Ok(shown.map(|(name, value)| format!("{name:<8} {}\n", harmless(value))).collect::<String>() + "\n")
}

async fn checkpoint(place: &Place, trail: &str, file: Option<&PathBuf>) -> anyhow::Result<()> {
    let logs = logs(&Client::find(place, None).await?, Some(trail)).await?;
    let log = logs.last().context("find the trail's log: it has none yet")?;
    let head = log.head()?.context("find the log's checkpoint: the log is empty")?;
    let text = log.checkpoint.as_deref().unwrap_or_default();
    let Some(file) = file else { return output::print(text) };
    fs::write(file, text).with_context(|| format!("write {}", file.display()))?;
    output::print(format!("{}: {} events, root {}\n", file.display(), head.size, head.root))
}

async fn audit(place: &Place, trail: Option<&str>, whereabouts: &Whereabouts) -> anyhow::Result<()> {
    let is_placed = whereabouts.tiles.is_some() && whereabouts.public_key.is_some();
    anyhow::ensure!(is_placed || trail.is_some(), "find the log: name a trail, or --tiles and --public-key");
    let going_on = |log: &Log| log.ended.is_none() && trail.is_none_or(|trail| log.is_of(trail));
    let (source, key) = whereabouts.find(place, going_on).await?;
    let head = open(&key, &newest(&source).await?, "newest")?;
    let bar = indicatif::ProgressBar::new(head.size);
    let audit = Audit::run(Tree::new(&source, &head), |read, _all| bar.set_position(read)).await;
    bar.finish_and_clear();
    let audit = audit.context("read the log")?;
    for fault in &audit.faults {
        output::print(format!("FAULT: {}\n", harmless(fault)))?;
    }
    let (log, size) = (harmless(&head.origin), head.size);
    anyhow::ensure!(audit.faults.is_empty(), "find the log {log} of {size} events sound");
    output::print(format!(
        "SOUND: log {log} is what its signed root says\n\n  entries  {}\n  tiles    {}\n  root     {}\n",
        audit.entries, audit.tiles, head.root
    ))
}
