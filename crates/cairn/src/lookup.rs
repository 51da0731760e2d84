//! `cairn lookup`: LookupEvents from the command line.

mod actor;
mod conditions;
pub(crate) mod table;

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use cairn_event::{Clock as _, Region};
use cairn_server::SystemClock;
use clap::builder::NonEmptyStringValueParser;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use self::conditions::Conditions;
use crate::client::{CallError, Client};
use crate::instant;
use crate::organization::{Ids, Scope};
use crate::output::{self, Form, JsonFlag, Paint, Tone};
use crate::row::Row;
use crate::settings::Place;

/// The most events of one page.
const PAGE_EVENTS_MAX: usize = 50;

/// How long to wait when the server throttles, and how often.
const THROTTLED: (Duration, u32) = (Duration::from_millis(500), 20);

/// Where the events of an organization are looked up.
const ORGANIZATION_PAGE: &str = "/_cairn/organization/events";

/// Flags of `cairn lookup`.
#[derive(Debug, clap::Args)]
pub(crate) struct Lookup {
    /// The API action, such as CreateBucket.
    #[arg(long, value_name = "NAME", help_heading = "Conditions", value_parser = NonEmptyStringValueParser::new())]
    event_name: Option<String>,
    /// The service, such as s3 or s3.amazonaws.com.
    #[arg(long, value_name = "SERVICE", help_heading = "Conditions", value_parser = NonEmptyStringValueParser::new())]
    event_source: Option<String>,
    /// The user, the role session or the service that called.
    #[arg(long, value_name = "NAME", help_heading = "Conditions", value_parser = NonEmptyStringValueParser::new())]
    username: Option<String>,
    /// The event's own id.
    #[arg(long, value_name = "GUID", help_heading = "Conditions", value_parser = NonEmptyStringValueParser::new())]
    event_id: Option<String>,
    /// The access key that signed the call.
    #[arg(long, value_name = "ID", help_heading = "Conditions", value_parser = NonEmptyStringValueParser::new())]
    access_key: Option<String>,
    /// The type of a resource, such as AWS::S3::Bucket.
    #[arg(long, value_name = "TYPE", help_heading = "Conditions", value_parser = NonEmptyStringValueParser::new())]
    resource_type: Option<String>,
    /// The id, name or ARN of a resource.
    #[arg(long, value_name = "NAME", help_heading = "Conditions", value_parser = NonEmptyStringValueParser::new())]
    resource_name: Option<String>,
    /// Whether the call could change nothing.
    #[arg(long, value_name = "true|false", help_heading = "Conditions", hide_possible_values = true)]
    read_only: Option<bool>,
    /// The person, the agent or the tool behind the call, such as aws-cli: what records tell of the actor.
    #[arg(long, value_name = "NAME", help_heading = "Conditions", value_parser = NonEmptyStringValueParser::new())]
    actor: Option<String>,
    /// Only events of the last 30m, 2h, 7d …
    #[arg(long, value_name = "AGE", help_heading = "Time", value_parser = instant::age, conflicts_with = "from")]
    since: Option<SignedDuration>,
    /// Only events from this instant on: 2026-01-31, 2026-01-31T10:00 (UTC), 2026-01-31T10:00:00+01:00.
    #[arg(long, value_name = "INSTANT", help_heading = "Time", value_parser = instant::instant)]
    from: Option<Timestamp>,
    /// Only events up to this instant.
    #[arg(long, value_name = "INSTANT", help_heading = "Time", value_parser = instant::instant)]
    to: Option<Timestamp>,
    /// The Region whose history is searched [default: the server's].
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
    /// Show so many events at most.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    max: u32,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    json: JsonFlag,
}

/// A page of LookupEvents.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    events: Vec<Found>,
    next_token: Option<String>,
}

/// An event as LookupEvents tells it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Found {
    event_id: Option<String>,
    event_name: Option<String>,
    read_only: Option<String>,
    access_key_id: Option<String>,
    event_source: Option<String>,
    username: Option<String>,
    resources: Vec<FoundResource>,
    cloud_trail_event: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FoundResource {
    resource_type: Option<String>,
    resource_name: Option<String>,
}

impl Lookup {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.search(place))
    }

    async fn search(&self, place: &Place) -> anyhow::Result<()> {
        let client = Client::find(place, self.region.as_ref()).await?;
        let (form, max) = (Form::choose(self.json), usize::try_from(self.max).unwrap_or(usize::MAX));
        let (conditions, mut rows, mut shown) = (self.conditions(), Vec::new(), 0);
        let mut input = self.input(&conditions, max);
        let part = self.scope.resolve(&client).await.context("look events up")?;
        if let Some(part) = &part {
            part.ask(&mut input);
        }
        let whose = Whose { region: client.region(), part: part.as_ref() };
        let more = loop {
            let page = page(&client, &whose, &input).await?;
            let matching = page.events.iter().filter(|found| conditions.hold(found));
            for found in matching.take(max - shown) {
                shown += 1;
                match form {
                    Form::Table => rows.push(whose.row(found)),
                    Form::JsonLines => output::print(format!("{}\n", found.cloud_trail_event))?,
                }
            }
            match page.next_token {
                Some(token) if shown < max => input["NextToken"] = Value::String(token),
                token => break token.is_some(),
            }
        };
        match form {
            Form::Table if rows.is_empty() => output::print(whose.note(0, false, self.max) + "\n"),
            Form::Table => {
                let table = table::render(&rows, output::terminal_columns(), Paint::choose());
                let note = whose.note(rows.len(), more, self.max);
                output::print(format!("{table}{}\n", Paint::choose().paint(Tone::Aside, &note)))
            }
            Form::JsonLines => Ok(()),
        }
    }

    fn conditions(&self) -> Conditions {
        Conditions::new(
            self.event_id.clone(),
            self.resource_name.clone(),
            self.access_key.clone(),
            self.username.clone(),
            self.event_name.clone(),
            self.resource_type.clone(),
            self.event_source.clone(),
            self.read_only,
        )
        .behind_which(self.actor.clone())
    }

    fn input(&self, conditions: &Conditions, max: usize) -> Value {
        // A condition that is checked here leaves little of a page, so pages are as large as can be.
        let size = if conditions.are_all_asked() { max.min(PAGE_EVENTS_MAX) } else { PAGE_EVENTS_MAX };
        let mut input = json!({ "MaxResults": size });
        if let Some((attribute, value)) = conditions.asked() {
            input["LookupAttributes"] = json!([{ "AttributeKey": attribute, "AttributeValue": value }]);
        }
        let start = self.from.or_else(|| SystemClock.now().checked_sub(self.since?).ok());
        for (name, at) in [("StartTime", start), ("EndTime", self.to)] {
            if let Some(at) = at {
                input[name] = json!(at.as_second());
            }
        }
        input
    }
}

/// Whose events are looked up.
struct Whose<'a> {
    region: &'a Region,
    /// The part of an organization; none for the caller's account.
    part: Option<&'a Ids>,
}

impl Whose<'_> {
    async fn ask(&self, client: &Client, input: &Value) -> Result<Value, CallError> {
        if self.part.is_none() {
            return client.call("LookupEvents", input).await;
        }
        let answer = client.ask_page(ORGANIZATION_PAGE, "", Bytes::from(input.to_string())).await?;
        serde_json::from_slice(&answer)
            .map_err(|error| CallError::Unmakeable(anyhow::Error::new(error).context("read the answer")))
    }

    /// Makes a row; Region and account are left out where they are the ones that were asked.
    fn row(&self, found: &Found) -> Row {
        let row = Row::of(found.cloud_trail_event.as_bytes());
        let region = if row.region == self.region.as_str() { String::new() } else { row.region };
        let account = if self.part.is_none() { String::new() } else { row.account };
        Row { region, account, ..row }
    }

    /// Says what is to be known beside the table.
    fn note(&self, shown: usize, more: bool, max: u32) -> String {
        let region = self.region;
        match (shown, more) {
            (0, _) => format!("no event matches in {region}"),
            (1, false) => format!("1 event in {region}"),
            (shown, false) => format!("{shown} events in {region}"),
            (shown, true) => format!(
                "the newest {shown} in {region}; there may be more: --max {} shows them",
                max.saturating_mul(10)
            ),
        }
    }
}

/// Asks for a page; waits a little where the server throttles.
async fn page(client: &Client, whose: &Whose<'_>, input: &Value) -> anyhow::Result<Page> {
    let (pause, tries) = THROTTLED;
    for attempt in 1.. {
        match whose.ask(client, input).await {
            Ok(answer) => return serde_json::from_value(answer).context("read the answer of LookupEvents"),
            Err(CallError::Refused { code, .. }) if code == "ThrottlingException" && attempt < tries => {
                tokio::time::sleep(pause).await;
            }
            Err(error) => return Err(anyhow::Error::new(error).context("look events up")),
        }
    }
    anyhow::bail!("look events up")
}

#[cfg(test)]
mod tests;
