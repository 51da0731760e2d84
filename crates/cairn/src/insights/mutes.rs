//! `cairn insights mute`, `mutes` and `unmute`: what a trail is not told of.

use anyhow::Context as _;
use cairn_catalog::MUTE_TAG;
use cairn_select::Mute as Rule;
use clap::builder::NonEmptyStringValueParser;
use serde_json::json;

use super::trails::{self, Tagged};
use super::{asking, explain};
use crate::client::Client;
use crate::output::{self, Form, JsonFlag, harmless};
use crate::settings::Place;

/// Flags of `cairn insights mute`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true))]
pub(crate) struct Mute {
    /// What the rule is called, such as nightly-backup. One of that name is replaced.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    name: String,
    /// The service, such as ec2; may be given several times.
    #[arg(long = "source", value_name = "SERVICE", group = "what", help_heading = "What is not told")]
    sources: Vec<String>,
    /// The API action, such as CreateTags; may be given several times.
    #[arg(long = "event-name", value_name = "NAME", group = "what", help_heading = "What is not told")]
    names: Vec<String>,
    /// Who makes most of the calls: an ARN, role/NAME, user/NAME, root, or a service; may be given several times.
    #[arg(long = "principal", value_name = "WHO", group = "what", help_heading = "What is not told")]
    principals: Vec<String>,
    /// When it begins, in UTC: Sat-Sun, 22:00-06:00, Mon-Fri/22:00-06:00, 2026-12-24/2026-12-27; may be given several
    /// times.
    #[arg(long = "window", value_name = "WINDOW", group = "what", help_heading = "What is not told")]
    windows: Vec<String>,
    #[command(flatten)]
    on: OnTrail,
}

/// Flags of `cairn insights unmute`.
#[derive(Debug, clap::Args)]
pub(crate) struct Unmute {
    /// What the rule is called.
    name: String,
    #[command(flatten)]
    on: OnTrail,
}

/// Flags of `cairn insights mutes`.
#[derive(Debug, clap::Args)]
pub(crate) struct Mutes {
    /// Only those of this trail.
    #[arg(long, value_name = "TRAIL")]
    trail: Option<String>,
    #[command(flatten)]
    json: JsonFlag,
}

// No documentation comment: clap would take it for the description of each command that has this flag.
#[derive(Debug, clap::Args)]
pub(super) struct OnTrail {
    /// The trail's name or ARN [default: the one that looks for insights].
    #[arg(long, value_name = "TRAIL")]
    pub(super) trail: Option<String>,
}

impl Mute {
    pub(super) async fn run(&self, place: &Place) -> anyhow::Result<()> {
        let written = self.written().context("mute that")?;
        let rule = Rule::parse(&written).context("mute that")?;
        let trail = self.on.find(place).await?;
        trails::tag(place, &trail, &format!("{MUTE_TAG}{}", self.name), &written).await?;
        let (shown, words) = (trail.shown(), rule.in_words());
        output::print(format!("{}\n", harmless(&format!("{shown} is no longer told of {words}"))))
    }

    /// Writes the rule that the flags make.
    fn written(&self) -> anyhow::Result<String> {
        let flags = [
            ("source", &self.sources),
            ("name", &self.names),
            ("principal", &self.principals),
            ("window", &self.windows),
        ];
        let terms = flags.into_iter().flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
        let mut written = Vec::new();
        for (key, value) in terms {
            anyhow::ensure!(
                !value.contains(char::is_whitespace),
                "use {value:?}: a rule's values have no spaces"
            );
            written.push(format!("{key}={value}"));
        }
        Ok(written.join(" "))
    }
}

impl Unmute {
    pub(super) async fn run(&self, place: &Place) -> anyhow::Result<()> {
        let trail = self.on.find(place).await?;
        let shown = trail.shown().to_owned();
        let none = || format!("remove the rule {} of trail {shown}: there is none", harmless(&self.name));
        let tagged = trails::tagged(place, trail.clone()).await?.with_context(none)?;
        let (_, rule) = tagged.mutes.iter().find(|(name, _)| *name == self.name).with_context(none)?;
        trails::untag(place, &trail, &format!("{MUTE_TAG}{}", self.name)).await?;
        let words = in_words(rule);
        output::print(format!("{}\n", harmless(&format!("{shown} is told again of {words}"))))
    }
}

impl Mutes {
    pub(super) async fn run(&self, place: &Place) -> anyhow::Result<()> {
        let tagged = all(place, self.trail.as_deref()).await?;
        let rules = tagged.iter().flat_map(|tagged| tagged.mutes.iter().map(move |rule| (tagged, rule)));
        match Form::choose(self.json) {
            Form::JsonLines => rules.into_iter().try_for_each(|(tagged, (name, rule))| {
                let arn = &tagged.trail.arn;
                output::print(format!("{}\n", json!({ "trail": arn, "name": name, "rule": rule })))
            }),
            Form::Table => {
                let rows: Vec<Vec<String>> = rules.map(|(tagged, rule)| row(tagged, rule)).collect();
                match rows.as_slice() {
                    [] => output::print("nothing is muted\n"),
                    rows => output::print(output::columns_that_fit(&HEADINGS, rows)),
                }
            }
        }
    }
}

impl OnTrail {
    /// Finds the trail.
    pub(super) async fn find(&self, place: &Place) -> anyhow::Result<asking::Trail> {
        let client = Client::find(place, explain::region_of(self.trail.as_deref()).as_ref()).await?;
        trails::named(&client, self.trail.as_deref()).await
    }
}

/// Reads the tags of the trail that is named, or of all.
pub(super) async fn all(place: &Place, name: Option<&str>) -> anyhow::Result<Vec<Tagged>> {
    let client = Client::find(place, explain::region_of(name).as_ref()).await?;
    let trails = match name {
        Some(_) => vec![trails::named(&client, name).await?],
        None => asking::trails(&client).await?,
    };
    let mut found = Vec::new();
    for trail in trails {
        found.extend(trails::tagged(place, trail).await?);
    }
    Ok(found)
}

fn row(tagged: &Tagged, (name, rule): &(String, String)) -> Vec<String> {
    vec![tagged.trail.shown().to_owned(), name.clone(), rule.clone(), in_words(rule)]
}

const HEADINGS: [&str; 4] = ["TRAIL", "NAME", "RULE", "IS NOT TOLD OF"];

fn in_words(rule: &str) -> String {
    match Rule::parse(rule) {
        Ok(rule) => rule.in_words(),
        Err(error) => format!("(nothing: {error})"),
    }
}
