//! `cairn trail health`: how the trails of a Region fared in the last day.

use anyhow::Context as _;
use cairn_event::Region;
use serde_json::{Value, json};

use super::text;
use crate::client::Client;
use crate::output::{self, Form, JsonFlag, harmless};
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
        let (trails, destinations) = (list(&answer, "Trails"), list(&answer, "Destinations"));
        match Form::choose(self.json) {
            Form::JsonLines => {
                trails.iter().chain(destinations).try_for_each(|told| output::print(format!("{told}\n")))
            }
            Form::Table => output::print(tables(trails, destinations, answer.get("DestinationsDenied"))),
        }
    }
}

/// Writes everything as tables, and below them what needs somebody.
fn tables(trails: &[Value], destinations: &[Value], denied: Option<&Value>) -> String {
    let mut told = match trails {
        [] => super::NO_TRAILS.to_owned(),
        trails => {
            let headings =
                ["NAME", "LOGS", "WAITS", "UNREAD", "FILES", "BYTES", "EVENTS", "DIGESTS", "ERRORS"];
            output::columns(&headings, &trails.iter().map(row).collect::<Vec<_>>())
        }
    };
    let folders: Vec<Vec<String>> = trails.iter().flat_map(folder_rows).collect();
    if !folders.is_empty() {
        let headings = ["NOT DELIVERED", "ACCOUNT", "REGION", "FOLDER", "SINCE", "FILES", "BYTES", "ERROR"];
        told.push_str(&format!("\n{}", output::columns(&headings, &folders)));
    }
    let rows: Vec<Vec<String>> = trails
        .iter()
        .flat_map(|trail| list(trail, "Destinations").iter().filter(|place| place.get("Waiting").is_some()))
        .chain(destinations)
        .map(destination_row)
        .collect();
    if !rows.is_empty() {
        let headings =
            ["TO", "NAME", "STATE", "LAG", "WAITING", "SENT", "FAILED", "GIVEN UP", "LAST SUCCESS"];
        told.push_str(&format!("\n{}", output::columns(&headings, &rows)));
    }
    let places = trails.iter().flat_map(|trail| list(trail, "Destinations")).chain(destinations);
    let needs: Vec<String> = places.filter_map(need).collect();
    if !needs.is_empty() {
        told.push_str(&format!("\n{}\n", needs.join("\n")));
    }
    if let Some(denied) = denied.and_then(Value::as_str) {
        let denied = harmless(denied);
        told.push_str(&format!("\ndestinations that belong to no trail are not told: {denied}\n"));
    }
    told
}

fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn number(of: &Value, name: &str) -> String {
    of.get(name).and_then(Value::as_u64).unwrap_or_default().to_string()
}

/// Tells what each folder waits for; more than are listed are counted.
fn folder_rows(trail: &Value) -> Vec<Vec<String>> {
    let Some(waits) = trail.get("Undelivered") else { return Vec::new() };
    let folders = list(waits, "Folders");
    let name = text(trail, "Name");
    let mut rows: Vec<Vec<String>> = folders
        .iter()
        .map(|folder| {
            let told = ["AccountId", "Region", "Folder", "Since"].map(|member| text(folder, member));
            let counts = ["Files", "Bytes"].map(|member| number(folder, member));
            let error = text(folder, "Error");
            std::iter::once(name.clone()).chain(told).chain(counts).chain([error]).collect()
        })
        .collect();
    let count = waits.get("FolderCount").and_then(Value::as_u64).unwrap_or_default();
    let listed = u64::try_from(folders.len()).unwrap_or(u64::MAX);
    if count > listed {
        rows.push(vec![name.clone(), format!("and {} folders more", count - listed)]);
    }
    if waits.get("More").and_then(Value::as_bool).unwrap_or_default() {
        rows.push(vec![name, "and what lies beyond".to_owned()]);
    }
    rows
}

fn destination_row(place: &Value) -> Vec<String> {
    let day = place.get("LastDay").cloned().unwrap_or_else(|| json!({}));
    let state = match (place.get("Error").and_then(Value::as_str), place.get("LastSuccess")) {
        (Some(code), _) => code.to_owned(),
        (None, Some(_)) => "works".to_owned(),
        (None, None) => "nothing yet".to_owned(),
    };
    let waiting = match place.get("Behind").and_then(Value::as_u64) {
        Some(behind @ 1..) => format!("{} + {behind} unread", number(place, "Waiting")),
        Some(0) | None => number(place, "Waiting"),
    };
    let sent = |name| if place.get("LastDay").is_some() { number(&day, name) } else { "-".to_owned() };
    vec![
        text(place, "Kind"),
        text(place, "Name"),
        state,
        format!("{} s", number(place, "LagSeconds")),
        waiting,
        sent("Events"),
        sent("FailedTries"),
        sent("GivenUp"),
        text(place, "LastSuccess"),
    ]
}

/// Says what helps where something fails, or was given up.
fn need(place: &Value) -> Option<String> {
    let gave_up = place.get("LastDay").is_some_and(|day| number(day, "GivenUp") != "0");
    let code =
        place.get("Error").or_else(|| place.get("LastError").filter(|_| gave_up)?.get("Code"))?.as_str()?;
    let told = format!("{} {}: {code}: {}", text(place, "Kind"), text(place, "Name"), text(place, "Advice"));
    Some(harmless(&told))
}

fn row(trail: &Value) -> Vec<String> {
    let logs = trail.get("IsLogging").and_then(Value::as_bool).unwrap_or_default();
    let day = trail.get("LastDay").cloned().unwrap_or_else(|| json!({}));
    let errors = list(trail, "Destinations").iter().filter_map(|place| {
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

    #[test]
    fn what_fails_is_told_with_what_helps() {
        let hook = json!({
            "Kind": "Webhook", "Name": "hook", "Error": "Http401", "Advice": "Compare its secret.", "LagSeconds": 70,
            "Waiting": 3, "Behind": 9, "LastDay": { "Events": 5, "Bytes": 900, "FailedTries": 4, "GivenUp": 1 },
        });
        let bus = json!({
            "Kind": "EventBridge", "Name": "bus", "LastSuccess": "2026-03-02T08:14:55Z", "LagSeconds": 0, "Waiting": 0,
            "Behind": 0, "LastDay": { "Events": 7, "Bytes": 900, "FailedTries": 0, "GivenUp": 0 },
        });
        let trail = json!({
            "Name": "main", "Undelivered": { "FolderCount": 3, "More": true, "Folders": [{
                "AccountId": "123456789012", "Region": "eu-west-1", "Folder": "CloudTrail",
                "Since": "2026-03-02T08:14:55Z", "Files": 2, "Bytes": 900, "Error": "AccessDenied",
            }] },
        });
        let told = tables(&[trail], &[hook, bus], Some(&json!("You may not.")));
        for line in [
            "main CloudTrail eu-west-1",
            "and 2 folders more",
            "and what lies beyond",
            "Webhook hook Http401 70 s 3 + 9 unread 5 4 1",
            "EventBridge bus works 0 s 0 7 0 0 2026-03-02T08:14:55Z",
            "Webhook hook: Http401: Compare its secret.",
            "destinations that belong to no trail are not told: You may not.",
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            let is_told = |told: &str| words.iter().all(|word| told.contains(word));
            assert!(told.lines().any(is_told), "{line}\n{told}");
        }
        assert!(!told.contains("EventBridge bus:"), "nobody is needed for what works");
        let foreign =
            json!({ "Kind": "EventBridge", "Name": "bus", "Error": "\u{1b}[2J", "Advice": "Look." });
        let told = tables(&[], &[foreign], Some(&json!("\u{1b}[2J")));
        assert!(
            told.contains("EventBridge bus: \u{fffd}[2J: Look.") && !told.contains("\u{1b}[2J"),
            "{told}"
        );
    }
}
