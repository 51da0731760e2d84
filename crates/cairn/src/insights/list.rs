//! `cairn insights list`: what was found, in management events and in the data events of every trail.

use cairn_event::{Clock as _, InsightSensitivity, Region};
use cairn_server::SystemClock;
use clap::builder::NonEmptyStringValueParser;
use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;

use super::asking::{self, Trail, Wanted};
use super::told::{Episode, Told, Way};
use super::words;
use crate::client::Client;
use crate::instant;
use crate::organization::Scope;
use crate::output::{self, Form, JsonFlag, Paint, Tone};
use crate::settings::Place;
use crate::trail::NO_TRAILS;

/// Flags of `cairn insights list`.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Only insights of the last 30m, 2h, 7d … [default: the 90 days that are kept].
    #[arg(long, value_name = "AGE", value_parser = instant::age, conflicts_with = "from")]
    since: Option<SignedDuration>,
    /// Only insights from this instant on: 2026-01-31, 2026-01-31T10:00 (UTC), 2026-01-31T10:00:00+01:00.
    #[arg(long, value_name = "INSTANT", value_parser = instant::instant)]
    from: Option<Timestamp>,
    /// Only insights up to this instant.
    #[arg(long, value_name = "INSTANT", value_parser = instant::instant)]
    to: Option<Timestamp>,
    /// The API action, such as DeleteBucket.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    event_name: Option<String>,
    /// The service, such as s3 or s3.amazonaws.com.
    #[arg(long, value_name = "SERVICE", value_parser = NonEmptyStringValueParser::new())]
    event_source: Option<String>,
    /// Show so many insights at most.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    max: u32,
    /// The Region whose activity it is [default: the server's].
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    json: JsonFlag,
}

/// Says what is to be run before there can be insights, of the account's first trail.
fn how_to_look(first: Option<&Trail>) -> String {
    let Some(trail) = first else { return NO_TRAILS.to_owned() };
    format!(
        "no trail looks for any; one is let by: aws cloudtrail put-insight-selectors --trail-name {} --region {} \
         --insight-selectors '[{{\"InsightType\":\"ApiCallRateInsight\"}},{{\"InsightType\":\"ApiErrorRateInsight\"}}]'\n",
        output::harmless(&trail.name),
        output::harmless(&trail.home)
    )
}

impl List {
    pub(super) async fn run(&self, place: &Place) -> anyhow::Result<()> {
        let client = Client::find(place, self.region.as_ref()).await?;
        let part = self.scope.resolve(&client).await?;
        let wanted = self.wanted();
        let mut told = asking::of_management(&client, &wanted, part.as_ref()).await?;
        let mut trails = Vec::new();
        // Trails of other accounts tell of their data events themselves.
        if part.is_none() {
            trails = asking::trails(&client).await?;
            for trail in &trails {
                told.extend(asking::of_data(&client, trail, &wanted).await?);
            }
        }
        // Those of one second have no order: the ids give them one.
        told.sort_by(|a, b| (b.at, &b.event_id).cmp(&(a.at, &a.event_id)));
        let mut episodes = Episode::pair(told);
        let max = usize::try_from(self.max).unwrap_or(usize::MAX);
        let more = episodes.len() > max;
        episodes.truncate(max);
        match Form::choose(self.json) {
            Form::JsonLines => episodes.iter().try_for_each(|episode| output::print(json(episode)? + "\n")),
            Form::Table if episodes.is_empty() => {
                let looking = trails.iter().any(|trail| trail.has_insights) || part.is_some();
                let next = if looking { String::new() } else { how_to_look(trails.first()) };
                output::print(format!("no insights in {}\n{next}", client.region()))
            }
            Form::Table => {
                let whose = part.is_some();
                output::print(table(&episodes, SystemClock.now().as_second(), whose))?;
                output::print(
                    Paint::choose().paint(Tone::Aside, &note(episodes.len(), more, client.region())),
                )
            }
        }
    }

    fn wanted(&self) -> Wanted {
        let start = self.from.or_else(|| SystemClock.now().checked_sub(self.since?).ok());
        Wanted {
            name: self.event_name.clone(),
            source: self.event_source.as_deref().map(full_source),
            from: start.map(Timestamp::as_second),
            to: self.to.map(Timestamp::as_second),
            // Each insight has two events.
            max: usize::try_from(self.max).unwrap_or(usize::MAX).saturating_mul(2).saturating_add(2),
        }
    }
}

fn full_source(source: &str) -> String {
    if source.contains('.') { source.to_owned() } else { format!("{source}.amazonaws.com") }
}

fn json(episode: &Episode) -> anyhow::Result<String> {
    #[derive(serde::Serialize)]
    struct Both<'a> {
        start: Option<&'a RawValue>,
        end: Option<&'a RawValue>,
    }
    let raw = |told: &'_ Option<Told>| told.as_ref().map(|told| RawValue::from_string(told.record.clone()));
    let (start, end) = (raw(&episode.start).transpose()?, raw(&episode.end).transpose()?);
    Ok(serde_json::to_string(&Both { start: start.as_deref(), end: end.as_deref() })?)
}

fn note(shown: usize, more: bool, region: &Region) -> String {
    let shown = words::many(shown as u64, "insight", "insights");
    let more = if more { "; there are more: --max shows them" } else { "" };
    format!("{shown} in {region}{more}; `cairn insights explain ID` says more of one\n")
}

const HEADINGS: [&str; 12] = [
    "START (UTC)",
    "LASTED",
    "ACCOUNT",
    "EVENT",
    "SOURCE",
    "ERROR",
    "USUALLY",
    "THEN",
    "WHO",
    "TRAIL",
    "SENSITIVITY",
    "ID",
];

fn table(episodes: &[Episode], now: i64, of_many_accounts: bool) -> String {
    let rows: Vec<Vec<String>> = episodes.iter().map(|episode| row(episode, now, of_many_accounts)).collect();
    output::columns_that_fit(&HEADINGS, &rows)
}

fn row(episode: &Episode, now: i64, of_many_accounts: bool) -> Vec<String> {
    let (told, began) = (episode.last(), episode.began());
    let lasted = match &episode.end {
        Some(end) => words::span((end.at - began) / 60),
        None => format!("{}, goes on", words::span((now - began).max(0) / 60)),
    };
    vec![
        words::minute(began),
        lasted,
        if of_many_accounts { told.account.clone() } else { String::new() },
        told.name.clone(),
        words::service(&told.source).to_owned(),
        told.error_code.clone().unwrap_or_default(),
        words::pace(told.statistics.baseline.average),
        words::pace(told.statistics.insight.average),
        who(told, episode.way()),
        told.trail.as_deref().map(words::trail_name).unwrap_or_default().to_owned(),
        match told.sensitivity {
            InsightSensitivity::Medium => String::new(),
            unlike => unlike.to_string(),
        },
        told.event_id.clone(),
    ]
}

/// Names who made the most of the calls; of a silence, who made them before.
fn who(told: &Told, way: Way) -> String {
    let Some(by) = told.attribution("userIdentityArn") else { return String::new() };
    let values = match way {
        Way::Surge => &by.insight,
        Way::Silence => &by.baseline,
    };
    match values.as_slice() {
        [] => String::new(),
        [(one, _)] => words::principal(one).to_owned(),
        [(first, _), rest @ ..] => format!("{} +{}", words::principal(first), rest.len()),
    }
}

#[cfg(test)]
mod tests;
