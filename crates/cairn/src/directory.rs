//! `cairn directory`: whose the keys of upstreams are.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cairn_identities::Person;
use cairn_identities::directory::{DirectoryFile, ImportFormat, Secrets, import};
use cairn_server::Config;
use serde_json::json;

use crate::output::{self, Form, JsonFlag, harmless};
use crate::settings::Place;

/// What can be done with directories.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Directory {
    /// Print a directory of the users that another system lists, for the setting gateway.directory_file.
    Import(Import),
    /// List the keys of a directory and their owners; secrets are not shown.
    List(List),
}

/// Flags of `cairn directory import`.
#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// Whose list it is.
    #[arg(long, value_enum)]
    format: Format,
    /// Take secrets along where the list has them, so that the gateway can check signatures itself.
    #[arg(long)]
    secrets: bool,
    /// The list; - for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Flags of `cairn directory list`.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// The directory [default: the setting gateway.directory_file].
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    json: JsonFlag,
}

/// Whose list of users it is.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// SeaweedFS's configuration of S3, s3.json.
    Seaweedfs,
    /// What `mc admin user list --json` and `mc admin accesskey list --json` print.
    Minio,
    /// IAM's credential report, a CSV, and behind it the answers of `aws iam list-access-keys`, one a line.
    CredentialReport,
}

impl Directory {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let config = Config::understand(&place.settings(Vec::new())?)?;
        match self {
            Self::Import(command) => command.run(&config),
            Self::List(command) => command.run(&config),
        }
    }
}

impl Import {
    fn run(&self, config: &Config) -> anyhow::Result<()> {
        let text = read(&self.file)?;
        let format = match self.format {
            Format::Seaweedfs => ImportFormat::SeaweedFs,
            Format::Minio => ImportFormat::Minio,
            Format::CredentialReport => ImportFormat::CredentialReport,
        };
        let secrets = if self.secrets { Secrets::Taken } else { Secrets::Left };
        let imported = import(&text, format, config.account, secrets)
            .with_context(|| format!("import {}", self.file.display()))?;
        output::print(imported.entries.to_toml())?;
        if !imported.without_key.is_empty() {
            let names: Vec<String> = imported.without_key.iter().map(|name| harmless(name)).collect();
            eprintln!("without a key, and left out: {}", names.join(", "));
        }
        Ok(())
    }
}

impl List {
    fn run(&self, config: &Config) -> anyhow::Result<()> {
        let file = self.file.as_ref().or(config.directory_file.as_ref());
        let file = file.context("list a directory: name a file, or set gateway.directory_file")?;
        let directory = DirectoryFile::new(file, config.account).read()?;
        match Form::choose(self.json) {
            Form::JsonLines => directory.iter().try_for_each(|(key, person)| {
                let checked = directory.secret(key).is_some();
                output::print(format!("{}\n", json!({"key": key, "owner": person, "hasSecret": checked})))
            }),
            Form::Table => {
                let rows: Vec<Vec<String>> = directory
                    .iter()
                    .map(|(key, person)| row(key, person, directory.secret(key).is_some()))
                    .collect();
                let headings = ["KEY", "TYPE", "OWNER", "ACCOUNT", "HUMAN", "AGENT", "SIGNATURES"];
                output::print(output::columns(&headings, &rows))
            }
        }
    }
}

fn row(key: &str, person: &Person, has_secret: bool) -> Vec<String> {
    let identity = &person.identity;
    let owner = identity.arn.as_ref().or(identity.invoked_by.as_ref()).or(identity.user_name.as_ref());
    let of_center = || identity.on_behalf_of.as_ref().map(|user| &user.user_id);
    let shown = |text: Option<&String>| text.map(|text| harmless(text)).unwrap_or_default();
    vec![
        harmless(key),
        shown(identity.kind.as_ref()),
        shown(owner.or_else(of_center)),
        shown(identity.account_id.as_ref()),
        shown(person.human.as_ref()),
        shown(person.agent.as_ref()),
        if has_secret { "checked".to_owned() } else { String::new() },
    ]
}

fn read(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().read_to_string(&mut text).map(drop),
        _ => std::fs::read_to_string(path).map(|content| text = content),
    };
    read.with_context(|| format!("read {}", path.display()))?;
    Ok(text)
}
