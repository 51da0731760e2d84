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
    let own = settings.iter().map(|(setting, value, origin)| line(setting.key, value, origin));
    let of_named = settings.of_named().map(|(key, value, origin)| line(&key, value, origin));
    own.chain(of_named).map(|line| line + "\n").collect()
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
    for (section, settings) in
        [(UPSTREAMS, cairn_server::UPSTREAM_SETTINGS), (DESTINATIONS, cairn_server::DESTINATION_SETTINGS)]
    {
        page.push_str(section);
        for setting in settings {
            let default = if setting.default.is_empty() { "none" } else { &format!("`{}`", setting.default) };
            page.push_str(&format!("| `{}` | {default} | {} |\n", setting.key, setting.help));
        }
    }
    page
}

const UPSTREAMS: &str = r#"
## Upstreams

Endpoints that calls are forwarded to are tables of the file, `[upstreams.NAME]`; NAME has at most 32 lowercase
letters, digits, `-` and `_`. In the environment `url` of `store` is `CAIRN_UPSTREAMS_STORE_URL`. On the command line
`cairn serve --upstream s3,iam=http://127.0.0.1:8333` makes the upstream `s3`, and `--upstream http://127.0.0.1:5000`
the upstream `default`, which has the rest. [gateway.md](gateway.md) tells how calls are forwarded and recorded.

```toml
[upstreams.store]
url = "http://127.0.0.1:8333"
services = "s3,iam,sts"
verifies_signatures = true

[upstreams.rest]
url = "http://127.0.0.1:5000"
account_id = "111122223333"
record = "best_effort"
```

| key | default | meaning |
| --- | --- | --- |
"#;

const DESTINATIONS: &str = r#"
## Destinations

Webhooks and NATS subjects are tables of the file, `[destinations.NAME]`; NAME has at most 32 lowercase letters,
digits, `-` and `_`. In the environment `url` of `audit-hook` is `CAIRN_DESTINATIONS_AUDIT_HOOK_URL`. A destination
gets every event that is recorded: management events always, data events where some trail selects them.

```toml
[destinations.audit-hook]
type = "webhook"
url = "https://siem.example.com/cairn"
secret_file = "/etc/cairn/audit-hook.secret"
pattern = '''{"detail": {"eventName": [{"prefix": "Delete"}, "StopLogging"]}}'''

[destinations.bus]
type = "nats"
url = "tls://nats.example.com:4222"
credentials_file = "/etc/cairn/nats.creds"
jetstream = true
```

What arrives is described in [formats/webhook.md](formats/webhook.md); `cairn destination test NAME` tries it.

| key | default | meaning |
| --- | --- | --- |
"#;

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
