//! `cairn organization exclude` and `include`: the tag that keeps events out of organization trails.

use std::collections::BTreeSet;

use anyhow::Context as _;
use cairn_catalog::{ALL_TRAILS, EXCLUSION_TAG};
use serde_json::{Value, json};

use super::calls::{list, text};
use super::overview::organization_trails;
use super::places::{Places, Spot};
use crate::client::{CallError, Client};
use crate::output::{self, Form, JsonFlag, harmless};

/// The longest value of a tag.
const VALUE_CHARACTERS_MAX: usize = 256;

/// Flags of `cairn organization exclude`.
#[derive(Debug, clap::Args)]
pub(super) struct Exclude {
    #[command(flatten)]
    named: Named,
}

/// Flags of `cairn organization include`.
#[derive(Debug, clap::Args)]
pub(super) struct Include {
    #[command(flatten)]
    named: Named,
}

/// What is excluded or included, and from which trails.
#[derive(Debug, clap::Args)]
struct Named {
    /// An account or a unit: its id, its name, or the names that lead to it, such as Workloads/Sandbox.
    #[arg(value_name = "ACCOUNT|UNIT")]
    target: String,
    /// This organization trail alone, by name; may be given several times [default: all].
    #[arg(long = "trail", value_name = "NAME")]
    trails: Vec<String>,
    #[command(flatten)]
    json: JsonFlag,
}

/// The trails that a tag's value names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Exclusion(BTreeSet<String>);

impl Exclusion {
    /// Reads the tag among a resource's tags.
    pub(super) fn among(tags: &[Value]) -> Self {
        let value = tags.iter().find(|tag| text(tag, "Key") == EXCLUSION_TAG).map(|tag| text(tag, "Value"));
        Self(value.iter().flat_map(|value| value.split_whitespace()).map(str::to_owned).collect())
    }

    /// Asks for the tag of an account, a unit or a root.
    pub(super) async fn of(client: &Client, id: &str) -> Result<Self, CallError> {
        let tags = list(client, "ListTagsForResource", json!({ "ResourceId": id }), "Tags").await?;
        Ok(Self::among(&tags))
    }

    pub(super) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }

    /// Says which trails, to people.
    pub(super) fn told(&self) -> String {
        if self.is_of_all() { "all trails".to_owned() } else { self.names().join(", ") }
    }

    fn is_of_all(&self) -> bool {
        self.0.contains(ALL_TRAILS) || self.0.contains("*")
    }

    /// Adds trails; all of them when none is named.
    fn with(&self, trails: &[String]) -> Self {
        if trails.is_empty() || self.is_of_all() {
            return Self(BTreeSet::from([ALL_TRAILS.to_owned()]));
        }
        Self(self.0.iter().chain(trails).cloned().collect())
    }

    /// Takes trails away; all of them when none is named.
    fn without(&self, trails: &[String]) -> anyhow::Result<Self> {
        if trails.is_empty() {
            return Ok(Self::default());
        }
        anyhow::ensure!(
            !self.is_of_all(),
            "it is excluded from all trails: include it in all (without --trail), then exclude it from those that \
             shall not have it"
        );
        Ok(Self(self.0.iter().filter(|name| !trails.contains(name)).cloned().collect()))
    }

    fn value(&self) -> anyhow::Result<String> {
        let value = self.names().join(" ");
        anyhow::ensure!(
            value.chars().count() <= VALUE_CHARACTERS_MAX,
            "the names of the trails are longer than a tag's value, {VALUE_CHARACTERS_MAX} characters; exclude it \
             from all (without --trail)"
        );
        Ok(value)
    }
}

impl Exclude {
    pub(super) async fn run(&self, client: &Client) -> anyhow::Result<()> {
        let aim = "exclude it from organization trails";
        let (places, target) = self.named.find(client).await.context(aim)?;
        let now = Exclusion::of(client, &target.id).await.context(aim)?.with(&self.named.trails);
        set(client, &target.id, &now).await.context(aim)?;
        for name in self.named.unknown(client).await.context("look for the trails")? {
            let named = harmless(&name);
            #[expect(clippy::print_stderr, reason = "a warning is no result")]
            {
                eprintln!(
                    "cairn: no organization trail is called {named} yet; it would not get these events"
                );
            }
        }
        self.named.tell(client, &places, &target, &now).await
    }
}

impl Include {
    pub(super) async fn run(&self, client: &Client) -> anyhow::Result<()> {
        let aim = "include it in organization trails";
        let (places, target) = self.named.find(client).await.context(aim)?;
        let before = Exclusion::of(client, &target.id).await.context(aim)?;
        let now = before.without(&self.named.trails).context(aim)?;
        if now != before {
            set(client, &target.id, &now).await.context(aim)?;
        }
        self.named.tell(client, &places, &target, &now).await
    }
}

impl Named {
    async fn find(&self, client: &Client) -> anyhow::Result<(Places, Spot)> {
        let places = Places::gather(client).await?;
        let target = places.find(&self.target)?.clone();
        Ok((places, target))
    }

    /// Lists the trails that are named and not there.
    async fn unknown(&self, client: &Client) -> Result<Vec<String>, CallError> {
        if self.trails.is_empty() {
            return Ok(Vec::new());
        }
        let there: Vec<String> =
            organization_trails(client).await?.iter().map(|trail| text(trail, "Name")).collect();
        Ok(self.trails.iter().filter(|name| !there.contains(name)).cloned().collect())
    }

    /// Says what holds now, and what the places above say.
    async fn tell(
        &self,
        client: &Client,
        places: &Places,
        target: &Spot,
        now: &Exclusion,
    ) -> anyhow::Result<()> {
        let mut inherited = Vec::new();
        for above in places.above(&target.id) {
            let excluded = Exclusion::of(client, &above.id).await.context("look at the units above")?;
            if !excluded.is_none() {
                inherited.push((above, excluded));
            }
        }
        match Form::choose(self.json) {
            Form::JsonLines => {
                let through = inherited.iter().map(
                    |(above, excluded)| json!({ "id": above.id, "excludedFromTrails": excluded.names() }),
                );
                let told = json!({
                    "id": target.id, "excludedFromTrails": now.names(), "inherited": through.collect::<Vec<_>>(),
                });
                output::print(format!("{told}\n"))
            }
            Form::Table => output::print(sentences(target, now, &inherited)),
        }
    }
}

/// Says what holds, to people.
fn sentences(target: &Spot, now: &Exclusion, inherited: &[(&Spot, Exclusion)]) -> String {
    let named = |spot: &Spot| format!("{} ({})", harmless(&spot.name), spot.id);
    let mut told = match now.is_none() {
        true => format!("{} is not excluded from organization trails\n", named(target)),
        false => format!("{} is excluded from {}\n", named(target), harmless(&now.told())),
    };
    for (above, excluded) in inherited {
        told +=
            &format!("{}, which it is in, is excluded from {}\n", named(above), harmless(&excluded.told()));
    }
    told
}

async fn set(client: &Client, id: &str, exclusion: &Exclusion) -> anyhow::Result<()> {
    if exclusion.is_none() {
        let input = json!({ "ResourceId": id, "TagKeys": [EXCLUSION_TAG] });
        client.organizations("UntagResource", &input).await?;
    } else {
        let tag = json!({ "Key": EXCLUSION_TAG, "Value": exclusion.value()? });
        client.organizations("TagResource", &json!({ "ResourceId": id, "Tags": [tag] })).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::places::tests::example;
    use super::*;

    fn exclusion(value: &str) -> Exclusion {
        Exclusion::among(&[
            json!({ "Key": "team", "Value": "x" }),
            json!({ "Key": EXCLUSION_TAG, "Value": value }),
        ])
    }

    fn trails(names: &str) -> Vec<String> {
        names.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn trails_are_added_to_the_tag_and_taken_away() {
        for (before, names, with, without) in [
            ("", "", "@all", Some("")),
            ("", "main", "main", Some("")),
            ("main  other", "main", "main other", Some("other")),
            ("main", "other", "main other", Some("main")),
            ("main", "", "@all", Some("")),
            ("@all", "main", "@all", None),
            ("*", "main", "@all", None),
            ("@all", "", "@all", Some("")),
        ] {
            let before = exclusion(before);
            assert_eq!(before.with(&trails(names)).value().unwrap(), with, "{before:?} and {names}");
            let left = before.without(&trails(names)).ok().map(|left| left.value().unwrap());
            assert_eq!(left.as_deref(), without, "{before:?} without {names}");
        }
        assert!(Exclusion::among(&[]).is_none());
        let many: Vec<String> = (0..3).map(|number| format!("{number}{}", "x".repeat(100))).collect();
        assert!(exclusion("").with(&many).value().is_err());
    }

    #[test]
    fn what_holds_is_said() {
        let places = example();
        let target = places.find("play").unwrap();
        let above = places.find("Workloads").unwrap();
        let told = sentences(target, &exclusion(""), &[(above, exclusion("main other"))]);
        assert_eq!(
            told,
            "play (222222222222) is not excluded from organization trails\n\
             Workloads (ou-ab12-11111111), which it is in, is excluded from main, other\n"
        );
        assert_eq!(
            sentences(target, &exclusion("@all"), &[]),
            "play (222222222222) is excluded from all trails\n"
        );
    }
}
