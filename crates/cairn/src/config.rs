//! `cairn config`.

use std::io::IsTerminal as _;

use cairn_server::environment_name;
use serde_json::json;

use crate::settings::Place;

/// What can be asked about settings.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Config {
    /// Print every setting with its value and where the value came from; JSON lines when piped.
    Show,
    /// Print the reference page of all settings, in Markdown.
    Reference,
}

impl Config {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let settings = place.settings(Vec::new())?;
        match self {
            Self::Show => {
                cairn_server::Config::understand(&settings)?;
                for (setting, value, origin) in settings.iter() {
                    if std::io::stdout().is_terminal() {
                        println!("{:<24} {value:<24} # {origin}", setting.key);
                    } else {
                        println!(
                            "{}",
                            json!({ "key": setting.key, "value": value, "origin": origin.to_string() })
                        );
                    }
                }
            }
            Self::Reference => print!("{}", reference()),
        }
        Ok(())
    }
}

/// Renders `docs/configuration.md`.
fn reference() -> String {
    let mut page = String::from(
        "# Settings\n\n\
         One TOML file (`--config FILE` or `CAIRN_CONFIG`), overridden by the environment, overridden by \
         flags. A key the program does not know is refused, in the file as in the environment. This page is \
         printed by `cairn config reference`.\n\n\
         | key | environment | default | meaning |\n| --- | --- | --- | --- |\n",
    );
    for setting in cairn_server::SETTINGS {
        page.push_str(&format!(
            "| `{}` | `CAIRN_{}` | `{}` | {} |\n",
            setting.key,
            environment_name(setting.key),
            setting.default,
            setting.help
        ));
    }
    page
}
