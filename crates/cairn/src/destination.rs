//! `cairn destination`: webhooks and NATS subjects, tried before they are relied on.

use anyhow::{Context as _, bail};
use cairn_event::{Clock as _, Ids as _};
use cairn_server::{Config, SystemClock, SystemIds, open_destination};
use cairn_stream::{
    Destination as Opened, DestinationConfig, DestinationKind, Format, TestEvent, TestOutcome,
};
use serde_json::json;

use crate::output::{self, Form, JsonFlag, columns};
use crate::settings::Place;

/// What can be done with destinations.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Destination {
    /// List the destinations that the settings name.
    List {
        #[command(flatten)]
        json: JsonFlag,
    },
    /// Send one event that nobody caused, and say what came of it.
    ///
    /// The event is sent whatever the destination's pattern, once, and recorded nowhere. Its eventSource is
    /// cairn.internal, its eventName DestinationTest.
    Test {
        /// The destination's name in the settings.
        name: String,
        #[command(flatten)]
        json: JsonFlag,
    },
}

impl Destination {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let config = Config::understand(&place.settings(Vec::new())?)?;
        match self {
            Self::List { json } => output::print(listed(&config.destinations, Form::choose(*json))),
            Self::Test { name, json } => {
                let found = config.destinations.iter().find(|destination| destination.name == *name);
                let Some(destination) = found else {
                    bail!("find a destination `{name}` in the settings; `cairn destination list` shows them")
                };
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(test(&config, destination, Form::choose(*json)))
            }
        }
    }
}

async fn test(config: &Config, destination: &DestinationConfig, form: Form) -> anyhow::Result<()> {
    let opened: Opened = open_destination(config, destination)?;
    let event = TestEvent::new(SystemIds.guid(), config.account, config.region.clone(), &SystemClock);
    let wanted = opened.wants(&event);
    let begun = SystemClock.now();
    let outcome = opened.test(&event).await;
    let took_ms = SystemClock.now().duration_since(begun).as_millis();
    let url = url(destination);
    match outcome.with_context(|| format!("send an event to {url}"))? {
        TestOutcome::Accepted => {}
        TestOutcome::Refused(reason) => bail!("send an event to {url}: it was refused for good: {reason}"),
    }
    let line = match form {
        Form::JsonLines => {
            json!({ "accepted": true, "eventID": event.id(), "milliseconds": took_ms, "patternMatches": wanted })
                .to_string()
        }
        Form::Table if wanted => format!("event {} was accepted by {url} in {took_ms} ms", event.id()),
        Form::Table => format!(
            "event {} was accepted by {url} in {took_ms} ms; the pattern would have kept it back",
            event.id()
        ),
    };
    output::print(line + "\n")
}

fn listed(destinations: &[DestinationConfig], form: Form) -> String {
    let row = |destination: &DestinationConfig| {
        let format = match destination.format {
            Format::EventBridge => "eventbridge",
            Format::Record => "record",
        };
        [destination.name.clone(), kind(destination).to_owned(), url(destination), format.to_owned()]
    };
    match form {
        Form::JsonLines => {
            let line = |[name, kind, url, format]: [String; 4]| {
                format!("{}\n", json!({ "name": name, "type": kind, "url": url, "format": format }))
            };
            destinations.iter().map(row).map(line).collect()
        }
        Form::Table => {
            let rows: Vec<Vec<String>> = destinations.iter().map(|one| row(one).to_vec()).collect();
            columns(&["NAME", "TYPE", "URL", "FORMAT"], &rows)
        }
    }
}

fn kind(destination: &DestinationConfig) -> &'static str {
    match destination.kind {
        DestinationKind::Webhook(_) => "webhook",
        DestinationKind::Nats(_) => "nats",
    }
}

fn url(destination: &DestinationConfig) -> String {
    match &destination.kind {
        DestinationKind::Webhook(webhook) => webhook.url.to_string(),
        DestinationKind::Nats(nats) => nats.url.clone(),
    }
}
