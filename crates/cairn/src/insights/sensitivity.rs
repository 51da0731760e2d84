//! `cairn insights sensitivity`: how much has to happen before a trail is told.

use cairn_catalog::SENSITIVITY_TAG;
use cairn_event::InsightSensitivity;
use serde_json::json;

use super::mutes::{self, OnTrail};
use super::trails::{self, Tagged};
use crate::output::{self, Form, JsonFlag, harmless};
use crate::settings::Place;
use crate::trail::NO_TRAILS;

/// Flags of `cairn insights sensitivity`.
#[derive(Debug, clap::Args)]
pub(crate) struct Sensitivity {
    /// low, medium or high. Without it, what each trail has is shown.
    level: Option<InsightSensitivity>,
    #[command(flatten)]
    on: OnTrail,
    #[command(flatten)]
    json: JsonFlag,
}

impl Sensitivity {
    pub(super) async fn run(&self, place: &Place) -> anyhow::Result<()> {
        let Some(level) = self.level else { return self.show(place).await };
        let trail = self.on.find(place).await?;
        match level {
            // What is so without a tag needs none.
            InsightSensitivity::Medium => trails::untag(place, &trail, SENSITIVITY_TAG).await?,
            InsightSensitivity::Low | InsightSensitivity::High => {
                trails::tag(place, &trail, SENSITIVITY_TAG, level.as_str()).await?;
            }
        }
        let said = match self.json.wanted {
            true => json!({ "trail": trail.arn, "sensitivity": level.as_str() }).to_string(),
            false => {
                harmless(&format!("{} is told of what is unusual at {level} sensitivity", trail.shown()))
            }
        };
        output::print(said + "\n")
    }

    async fn show(&self, place: &Place) -> anyhow::Result<()> {
        let tagged = mutes::all(place, self.on.trail.as_deref()).await?;
        match Form::choose(self.json) {
            Form::JsonLines => tagged.iter().try_for_each(|tagged| {
                let told = json!({ "trail": tagged.trail.arn, "sensitivity": level(tagged).as_str(),
                    "hasInsights": tagged.trail.has_insights });
                output::print(format!("{told}\n"))
            }),
            Form::Table if tagged.is_empty() => output::print(NO_TRAILS),
            Form::Table => {
                let rows: Vec<Vec<String>> = tagged.iter().map(row).collect();
                output::print(output::columns(&["TRAIL", "INSIGHTS", "SENSITIVITY", "MUTE RULES"], &rows))
            }
        }
    }
}

fn level(tagged: &Tagged) -> InsightSensitivity {
    tagged.sensitivity.as_deref().and_then(|level| level.parse().ok()).unwrap_or_default()
}

fn row(tagged: &Tagged) -> Vec<String> {
    let has = if tagged.trail.has_insights { "on" } else { "off" };
    let mutes = if tagged.mutes.is_empty() { String::new() } else { tagged.mutes.len().to_string() };
    vec![tagged.trail.shown().to_owned(), has.to_owned(), level(tagged).to_string(), mutes]
}
