//! `cairn config`.

use cairn_server::{Origin, Settings, environment_name};
use serde_json::json;

use crate::output::{self, Form, JsonFlag, Paint, Tone};
use crate::settings::Place;

/// What can be asked about settings.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Config {
    /// Print every setting with its value and where the value came from; JSON lines when piped.
    Show {
        #[command(flatten)]
        json: JsonFlag,
    },
    /// Print the reference page of all settings, in Markdown.
    Reference,
}

impl Config {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let settings = place.settings(Vec::new())?;
        match self {
            Self::Show { json } => {
                cairn_server::Config::understand(&settings)?;
                output::print(shown(&settings, Form::choose(*json), Paint::choose()))
            }
            Self::Reference => output::print(reference()),
        }
    }
}

fn shown(settings: &Settings, form: Form, paint: Paint) -> String {
    let line = |key: &str, value: &str, origin: &Origin| match form {
        Form::JsonLines => json!({ "key": key, "value": value, "origin": origin.to_string() }).to_string(),
        Form::Table => {
            let aside = paint.paint(Tone::Aside, &origin.to_string());
            format!("{key:<24}  {value:<24}  {aside}")
        }
    };
    settings.iter().map(|(setting, value, origin)| line(setting.key, value, origin) + "\n").collect()
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
        let default = if setting.default.is_empty() { "none" } else { &format!("`{}`", setting.default) };
        page.push_str(&format!(
            "| `{}` | `CAIRN_{}` | {default} | {} |\n",
            setting.key,
            environment_name(setting.key),
            setting.help
        ));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_page_is_what_is_printed() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(path, reference()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap();
        assert_eq!(committed, reference(), "UPDATE_EXPECT=1 writes docs/configuration.md anew");
    }

    #[test]
    fn settings_are_shown_with_their_origin() {
        let settings = Settings::gather(None, [], [("region", "eu-west-1".to_owned())]).unwrap();
        let json = shown(&settings, Form::JsonLines, Paint::Plain);
        let region = r#"{"key":"region","origin":"the command line","value":"eu-west-1"}"#;
        assert!(json.lines().any(|line| line == region), "{json}");
        assert_eq!(json.lines().count(), cairn_server::SETTINGS.len());
        let table = shown(&settings, Form::Table, Paint::Plain);
        let region = "region                    eu-west-1                 the command line";
        assert!(table.lines().any(|line| line == region), "{table}");
    }
}
