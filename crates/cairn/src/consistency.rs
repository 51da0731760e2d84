//! `cairn tlog consistency`: proves that one tree continues another.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use cairn_tlog::{LogSource as _, PublicKey, Tree, TreeHead};

use crate::client::Client;
use crate::log_source::{Fetching, Objects};
use crate::output::{self, harmless};
use crate::settings::Place;
use crate::tlog::{self, Log};
use crate::verify_proof::public_key;

/// Flags of `cairn tlog consistency`.
#[derive(Debug, clap::Args)]
pub(crate) struct Consistency {
    /// The older checkpoint: a file, or s3://BUCKET/KEY.
    pub(crate) old: String,
    /// The newer checkpoint: a file, or s3://BUCKET/KEY [default: the log's newest].
    pub(crate) new: Option<String>,
    #[command(flatten)]
    pub(crate) whereabouts: Whereabouts,
}

/// Where a log is, for those who don't want to ask its server.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Whereabouts {
    /// The log's folder: s3://BUCKET/FOLDER, or a directory with a copy of it [default: as the server says].
    #[arg(long, value_name = "PLACE")]
    pub(crate) tiles: Option<Objects>,
    /// The log's public key, or a file with it [default: as the server says].
    #[arg(long, value_name = "KEY")]
    pub(crate) public_key: Option<String>,
}

impl Consistency {
    pub(crate) async fn compare(&self, place: &Place) -> anyhow::Result<()> {
        let old = checkpoint(&self.old, place).await?;
        let origin = old.lines().next().unwrap_or_default();
        let log = self.whereabouts.find(place, |log| log.origin == origin).await;
        let (source, key) = log.with_context(|| format!("find the log {}", harmless(origin)))?;
        let new = match &self.new {
            Some(new) => checkpoint(new, place).await?,
            None => newest(&source).await?,
        };
        let (old, new) = (open(&key, &old, "older")?, open(&key, &new, "newer")?);
        Tree::new(&source, &new).continues(&old).await.context("prove that the log has only grown")?;
        output::print(format!(
            "PROVED: the log has only grown.\n\n  log   {}\n  then  {} events, root {}\n  now   {} events, root {}\n\n\
             All {} events that the older checkpoint promised are in the newer one, unchanged and in their places.\n",
            harmless(&new.origin),
            old.size,
            old.root,
            new.size,
            new.root,
            old.size
        ))
    }
}

impl Whereabouts {
    /// Finds a log's objects and key: as the flags say, else as the server says of the log that `meant` knows.
    pub(crate) async fn find(
        &self,
        place: &Place,
        meant: impl Fn(&Log) -> bool,
    ) -> anyhow::Result<(Fetching, PublicKey)> {
        let given = self.public_key.as_deref().map(public_key).transpose()?;
        let (objects, key) = match (&self.tiles, given) {
            (Some(tiles), Some(key)) => (tiles.clone(), key),
            (tiles, given) => {
                let client = Client::find(place, None).await?;
                let logs = tlog::logs(&client, None).await?;
                let log = logs.iter().rev().find(|log| meant(log)).context(
                    "find it on the server; name its folder with --tiles and its key with --public-key",
                )?;
                let key =
                    given.map_or_else(|| PublicKey::parse(&log.public_key).context("use its key"), Ok)?;
                (tiles.clone().unwrap_or_else(|| log.objects()), key)
            }
        };
        let client = match objects {
            Objects::Bucket { .. } => Some(Client::find(place, None).await?),
            Objects::Directory(_) => None,
        };
        Ok((Fetching::new(objects, client), key))
    }
}

/// Fetches the newest checkpoint of a log.
pub(crate) async fn newest(source: &Fetching) -> anyhow::Result<String> {
    let fetched = source.fetch(cairn_tlog::CHECKPOINT).await;
    let fetched = fetched.map_err(|error| anyhow::anyhow!(error)).context("fetch the log's checkpoint")?;
    let bytes = fetched.context("find the log's checkpoint: the log is empty, or this is not its folder")?;
    String::from_utf8(bytes.to_vec()).context("read the log's checkpoint")
}

/// Believes a checkpoint, or says which of them is not to be believed.
pub(crate) fn open(key: &PublicKey, checkpoint: &str, which: &str) -> anyhow::Result<TreeHead> {
    key.open(checkpoint).with_context(|| format!("use the {which} checkpoint"))
}

async fn checkpoint(named: &str, place: &Place) -> anyhow::Result<String> {
    let Some(address) = named.strip_prefix("s3://") else {
        return fs::read_to_string(Path::new(named)).with_context(|| format!("read the checkpoint {named}"));
    };
    let (bucket, key) = address.split_once('/').context("use the checkpoint: s3://BUCKET/KEY is needed")?;
    let client = Client::find(place, None).await?;
    let path = format!("/{bucket}/{}", crate::client::escaped_path(key));
    let body = client.s3_get(&path).await.with_context(|| format!("fetch the checkpoint {named}"))?;
    String::from_utf8(body.to_vec()).with_context(|| format!("read the checkpoint {named}"))
}
