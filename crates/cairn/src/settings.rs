//! Where settings come from: the file, the environment, the flags that every command takes.

use std::path::PathBuf;

use anyhow::Context as _;
use cairn_server::Settings;

use crate::installation::Installation;

/// What every command is told about the installation.
#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    /// Configuration file (TOML). Environment variables named CAIRN_… override it.
    #[arg(long, global = true, help_heading = "Installation", env = "CAIRN_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Directory for everything Cairn keeps [default: cairn-data].
    #[arg(long, global = true, help_heading = "Installation", value_name = "DIR")]
    data_dir: Option<String>,
    /// The account [default: 123456789012].
    #[arg(long, global = true, help_heading = "Installation", value_name = "ID")]
    account_id: Option<String>,
}

impl Place {
    /// Gathers the settings; `flags` are those of one command alone.
    pub(crate) fn settings(&self, flags: Vec<(&'static str, String)>) -> anyhow::Result<Settings> {
        let file = match &self.config {
            Some(path) => Some(
                std::fs::read_to_string(path)
                    .with_context(|| format!("read the configuration file {}", path.display()))?,
            ),
            None => None,
        };
        let own = [("data_dir", &self.data_dir), ("account_id", &self.account_id)];
        let own = own.into_iter().filter_map(|(key, value)| Some((key, value.clone()?)));
        Ok(Settings::gather(file.as_deref(), std::env::vars(), own.chain(flags))?)
    }

    /// Returns the installation that the settings and the data directory tell of.
    pub(crate) fn installation(&self) -> anyhow::Result<Installation> {
        Installation::understand(&self.settings(Vec::new())?)
    }

    /// Returns the account that a flag names.
    pub(crate) fn account_id(&self) -> Option<&str> {
        self.account_id.as_deref()
    }

    /// Tells whether a flag names the data directory.
    pub(crate) fn names_data_dir(&self) -> bool {
        self.data_dir.is_some()
    }
}
