//! `cairn events`: searches of the event history from the command line.

mod condition;

use std::io::IsTerminal as _;

use anyhow::Context as _;
use bytes::Bytes;
use cairn_event::{Clock as _, Region};
use cairn_server::SystemClock;
use clap::ValueEnum;
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use self::condition::Condition;
use crate::client::Client;
use crate::instant;
use crate::lookup::table;
use crate::output::{self, Paint, Tone};
use crate::row::Row;
use crate::settings::Place;

const SEARCH: &str = "/_cairn/history/search";

const EXPORT: &str = "/_cairn/history/export";

/// The events of a table, when nobody says.
const TABLE_EVENTS: u32 = 50;

/// The most events of one page of a search.
const PAGE_EVENTS_MAX: usize = 100;

/// Flags of `cairn events`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Events {
    /// Words that must all stand somewhere in an event, whatever their letters' case.
    #[arg(value_name = "WORD")]
    words: Vec<String>,
    /// A condition; all must hold: FIELD=VALUE, FIELD!=VALUE, FIELD^=BEGINNING, FIELD (there is one), !FIELD. Values
    /// of which one is enough are separated by commas.
    #[arg(short = 'w', long = "where", value_name = "CONDITION")]
    conditions: Vec<Condition>,
    /// Only events of the last 30m, 2h, 7d …
    #[arg(long, value_name = "AGE", help_heading = "Time", value_parser = instant::age, conflicts_with = "from")]
    since: Option<SignedDuration>,
    /// Only events from this instant on: 2026-01-31, 2026-01-31T10:00 (UTC), 2026-01-31T10:00:00+01:00.
    #[arg(long, value_name = "INSTANT", help_heading = "Time", value_parser = instant::instant)]
    from: Option<Timestamp>,
    /// Only events up to this instant.
    #[arg(long, value_name = "INSTANT", help_heading = "Time", value_parser = instant::instant)]
    to: Option<Timestamp>,
    /// Search Insights events.
    #[arg(long)]
    insights: bool,
    /// The Region whose history is searched [default: the server's].
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
    /// Show so many events at most [default: 50 in a table, else 200,000].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max: Option<u32>,
    /// How events are shown [default: a table on a terminal, else JSON lines].
    #[arg(long, value_name = "FORM")]
    output: Option<Output>,
    /// The same as --output json.
    #[arg(long, conflicts_with = "output")]
    json: bool,
}

/// How events are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// Columns for people.
    Table,
    /// A record a line, as it was recorded.
    Json,
    /// AWS's columns, comma-separated.
    Csv,
}

/// A page of a search.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    events: Vec<Found>,
    next_token: Option<String>,
    total: Option<Total>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    cloud_trail_event: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Total {
    count: u64,
    exact: bool,
}

impl Events {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let client = Client::find(place, self.region.as_ref()).await?;
            match self.form() {
                Output::Table => self.show(&client).await,
                Output::Json => self.hand_out(&client, "format=ndjson").await,
                Output::Csv => self.hand_out(&client, "format=csv").await,
            }
        })
    }

    fn form(&self) -> Output {
        let named = if self.json { Some(Output::Json) } else { self.output };
        named.unwrap_or_else(Output::usual)
    }

    /// Prints a table of the newest events.
    async fn show(&self, client: &Client) -> anyhow::Result<()> {
        let most = usize::try_from(self.max.unwrap_or(TABLE_EVENTS)).unwrap_or(usize::MAX);
        let (mut input, mut rows, mut total) = (self.input(), Vec::new(), None);
        let more = loop {
            let left = most.saturating_sub(rows.len());
            input["MaxResults"] = json!(left.min(PAGE_EVENTS_MAX));
            let answer = client.ask_page(SEARCH, "", Bytes::from(input.to_string())).await;
            let page: Page = serde_json::from_slice(&answer.context("search")?).context("read the answer")?;
            rows.extend(page.events.iter().map(|found| row(client, found)));
            total = total.or(page.total);
            match page.next_token {
                Some(token) if rows.len() < most => input["NextToken"] = Value::String(token),
                token => break token.is_some(),
            }
        };
        let note =
            Paint::choose().paint(Tone::Aside, &note(rows.len(), more, total.as_ref(), client.region()));
        if rows.is_empty() {
            return output::print(note + "\n");
        }
        let table = table::render(&rows, output::terminal_columns(), Paint::choose());
        output::print(format!("{table}{note}\n"))
    }

    /// Hands all events out as they come.
    async fn hand_out(&self, client: &Client, form: &str) -> anyhow::Result<()> {
        let mut input = self.input();
        if let Some(max) = self.max {
            input["MaxEvents"] = json!(max);
        }
        let answer = client.ask_page_for_pieces(EXPORT, form, Bytes::from(input.to_string())).await;
        let mut body = answer.context("export events")?;
        while let Some(frame) = body.frame().await {
            if let Ok(piece) = frame.context("read the export")?.into_data() {
                output::print(&piece)?;
            }
        }
        Ok(())
    }

    fn input(&self) -> Value {
        let mut input = json!({});
        if !self.conditions.is_empty() {
            input["Filters"] = self.conditions.iter().map(Condition::filter).collect();
        }
        if !self.words.is_empty() {
            let words: Vec<String> = self.words.iter().map(|word| quoted(word)).collect();
            input["Text"] = json!(words.join(" "));
        }
        if self.insights {
            input["EventCategory"] = json!("insight");
        }
        let start = self.from.or_else(|| SystemClock.now().checked_sub(self.since?).ok());
        for (name, at) in [("StartTime", start), ("EndTime", self.to)] {
            if let Some(at) = at {
                input[name] = json!(at.to_string());
            }
        }
        input
    }
}

impl Output {
    fn usual() -> Self {
        if std::io::stdout().is_terminal() { Self::Table } else { Self::Json }
    }
}

fn row(client: &Client, found: &Found) -> Row {
    let row = Row::of(found.cloud_trail_event.as_bytes());
    let region = if row.region == client.region().as_str() { String::new() } else { row.region };
    Row { region, account: String::new(), ..row }
}

/// Keeps what the shell took for one word together.
fn quoted(word: &str) -> String {
    if word.contains(char::is_whitespace) { format!("\"{word}\"") } else { word.to_owned() }
}

/// Says what is to be known beside the table.
fn note(shown: usize, more: bool, total: Option<&Total>, region: &Region) -> String {
    match (shown, more, total) {
        (0, ..) => format!("no event matches in {region}"),
        (1, false, _) => format!("1 event in {region}"),
        (shown, false, _) => format!("{shown} events in {region}"),
        (shown, true, Some(Total { count, exact: true })) => {
            format!("the newest {shown} of {count} in {region}")
        }
        (shown, true, Some(Total { count, .. })) => {
            format!("the newest {shown} of more than {count} in {region}")
        }
        (shown, true, None) => format!("the newest {shown} in {region}; there may be more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_says_how_many_there_are() {
        let region = Region::us_east_1();
        let told = |shown, more, total: Option<(u64, bool)>| {
            let total = total.map(|(count, exact)| Total { count, exact });
            note(shown, more, total.as_ref(), &region)
        };
        assert_eq!(told(0, false, Some((0, true))), "no event matches in us-east-1");
        assert_eq!(told(1, false, None), "1 event in us-east-1");
        assert_eq!(told(50, true, Some((1234, true))), "the newest 50 of 1234 in us-east-1");
        assert_eq!(told(50, true, Some((1234, false))), "the newest 50 of more than 1234 in us-east-1");
        assert_eq!(told(50, true, None), "the newest 50 in us-east-1; there may be more");
    }
}
