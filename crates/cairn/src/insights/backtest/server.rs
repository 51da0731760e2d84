//! A backtest by the server, over what it has counted.

use anyhow::Context as _;
use bytes::Bytes;
use cairn_event::EventTime;
use serde::Deserialize;
use serde_json::{Value, json};

use super::found::Found;
use super::report::Report;
use super::{Backtest, Done};
use crate::client::Client;
use crate::insights::trails;
use crate::settings::Place;
use crate::tail::reader::LineReader;

/// The page that looks.
const PAGE: &str = "/_cairn/insights/backtest";

/// One line of its answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    Progress {
        metrics: u64,
        of: u64,
    },
    Found(Box<Found>),
    Done {
        from: String,
        to: String,
        metrics: u64,
    },
    /// Why it broke off.
    Failed(Value),
}

/// Asks the server, and reports what it tells.
pub(super) async fn ask(of: &Backtest, place: &Place, report: &mut Report) -> anyhow::Result<Done> {
    let client = Client::find(place, of.region.as_ref()).await?;
    let mut asked = json!({});
    for (name, at) in [("from", of.from), ("to", of.to)] {
        if let Some(at) = at {
            asked[name] = json!(EventTime::of(at).to_string());
        }
    }
    if let Some(sensitivity) = report.sensitivity() {
        asked["sensitivity"] = json!(sensitivity.as_str());
    }
    if let Some(trail) = &of.trail {
        asked["trail"] = json!(trails::named(&client, Some(trail)).await?.arn);
    }
    let mut begun = false;
    let answer = client.ask_page_in_pieces(PAGE, Bytes::from(asked.to_string())).await;
    let mut lines = LineReader::new(answer.context("look at the past")?);
    while let Some(line) = lines.next().await.context("look at the past")? {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice(&line).context("read the answer")? {
            Line::Progress { metrics, of } => {
                if !std::mem::replace(&mut begun, true) {
                    report.stage("metrics", of)?;
                }
                report.reach(metrics, of);
            }
            Line::Found(found) => report.find(*found)?,
            Line::Done { from, to, metrics } => {
                let at = |instant: String| instant.parse().map(EventTime::epoch_seconds);
                let (from, to) = (at(from).context("read the answer")?, at(to).context("read the answer")?);
                return Ok(Done { looked_at: Some((from, to)), metrics, remarks: Vec::new() });
            }
            Line::Failed(why) => anyhow::bail!("look at the past: the server broke off: {why}"),
        }
    }
    anyhow::bail!("look at the past: the server broke off; its log says why")
}
