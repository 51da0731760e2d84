//! `cairn trail health`: how the trails of a Region fared in the last day.

use anyhow::Context as _;
use cairn_event::Region;
use serde_json::{Value, json};

use super::text;
use crate::client::Client;
use crate::output::{self, Form, JsonFlag};
use crate::settings::Place;

/// The page that tells it.
const PAGE: &str = "/_cairn/delivery";

/// Flags of `cairn trail health`.
#[derive(Debug, clap::Args)]
pub(crate) struct Health {
    /// The Region whose events are meant [default: the server's].
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
    #[command(flatten)]
    json: JsonFlag,
}

impl Health {
    pub(super) async fn run(&self, place: &Place) -> anyhow::Result<()> {
        let client = Client::find(place, self.region.as_ref()).await?;
        let answer = client.whole_page(PAGE, "").await.context("ask how trails fare")?;
        let answer: Value = serde_json::from_slice(&answer).context("read the answer")?;
        let trails = answer.get("Trails").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        match Form::choose(self.json) {
            Form::JsonLines => trails.iter().try_for_each(|trail| output::print(format!("{trail}\n"))),
            Form::Table if trails.is_empty() => output::print("no trails; `cairn trail create` makes one\n"),
            Form::Table => {
                let headings =
                    ["NAME", "LOGS", "WAITS", "UNREAD", "FILES", "BYTES", "EVENTS", "DIGESTS", "ERRORS"];
                let rows: Vec<Vec<String>> = trails.iter().map(row).collect();
                output::print(output::columns(&headings, &rows))
            }
        }
    }
}

fn row(trail: &Value) -> Vec<String> {
    let number =
        |of: &Value, name: &str| of.get(name).and_then(Value::as_u64).unwrap_or_default().to_string();
    let logs = trail.get("IsLogging").and_then(Value::as_bool).unwrap_or_default();
    let day = trail.get("LastDay").cloned().unwrap_or_else(|| json!({}));
    let places = trail.get("Destinations").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let errors = places.iter().filter_map(|place| {
        let error = place.get("Error")?.as_str()?;
        Some(format!("{}: {error}", text(place, "Kind")))
    });
    vec![
        text(trail, "Name"),
        if logs { "yes" } else { "no" }.to_owned(),
        format!("{} s", number(trail, "LagSeconds")),
        number(trail, "Behind"),
        number(&day, "Files"),
        number(&day, "Bytes"),
        number(&day, "Events"),
        number(&day, "Digests"),
        errors.collect::<Vec<_>>().join(", "),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_days_figures_and_every_error() {
        let trail = json!({
            "Name": "main", "IsLogging": true, "LagSeconds": 41, "Behind": 3,
            "LastDay": { "Files": 7, "Bytes": 900, "Events": 30, "Digests": 2 },
            "Destinations": [
                { "Kind": "S3", "Error": "AccessDenied" }, { "Kind": "Digest" }, { "Kind": "SNS", "Error": "NotFound" },
            ],
        });
        let told = ["main", "yes", "41 s", "3", "7", "900", "30", "2", "S3: AccessDenied, SNS: NotFound"];
        assert_eq!(row(&trail), told);
        assert_eq!(row(&json!({}))[1..4], ["no", "0 s", "0"]);
    }
}
