//! The trails that insights are told to, and what their tags say of that.

use anyhow::Context as _;
use cairn_catalog::{MUTE_TAG, SENSITIVITY_TAG};
use cairn_event::Region;
use serde_json::{Value, json};

use super::asking::{self, Trail, patiently};
use crate::client::Client;
use crate::output::harmless;
use crate::settings::Place;

/// A trail, and what its tags say.
#[derive(Debug)]
pub(super) struct Tagged {
    pub(super) trail: Trail,
    /// As it is written; none where there is no such tag.
    pub(super) sensitivity: Option<String>,
    /// Names and rules.
    pub(super) mutes: Vec<(String, String)>,
}

/// Finds the trail that is named, or the only one that looks for insights.
pub(super) async fn named(client: &Client, name: Option<&str>) -> anyhow::Result<Trail> {
    let all = asking::trails(client).await?;
    let Some(name) = name else {
        let mut looking = all.into_iter().filter(|trail| trail.has_insights);
        return match (looking.next(), looking.next()) {
            (Some(trail), None) => Ok(trail),
            (None, _) => anyhow::bail!(
                "find the trail: none looks for insights. `aws cloudtrail put-insight-selectors` lets one; \
                 or name one with --trail"
            ),
            (Some(_), Some(_)) => {
                anyhow::bail!("find the trail: several look for insights. Name one with --trail")
            }
        };
    };
    let found = all.into_iter().find(|trail| trail.name == name || trail.arn == name);
    found.with_context(|| {
        format!("find the trail {}; `cairn trail list` shows those there are", harmless(name))
    })
}

/// Calls where the trail was made: its tags are changed there alone.
pub(super) async fn home(place: &Place, trail: &Trail) -> anyhow::Result<Client> {
    let region: Region = trail.home.parse().context("read the trail's Region")?;
    Client::find(place, Some(&region)).await
}

/// Reads the tags of a trail; none where that is refused, as it is to members of an organization whose trail it is.
pub(super) async fn tagged(place: &Place, trail: Trail) -> anyhow::Result<Option<Tagged>> {
    let client = home(place, &trail).await?;
    let asked = json!({ "ResourceIdList": [trail.arn] });
    let answer = match patiently(|| client.call("ListTags", &asked)).await {
        Err(error) if trail.is_others(&error) => return Ok(None),
        answer => answer.with_context(|| format!("read the tags of trail {}", trail.shown()))?,
    };
    let mut tagged = Tagged { trail, sensitivity: None, mutes: Vec::new() };
    let lists = answer.get("ResourceTagList").and_then(Value::as_array);
    let tags = lists.into_iter().flatten().filter_map(|list| list.get("TagsList")?.as_array()).flatten();
    for tag in tags {
        let text = |name: &str| tag.get(name).and_then(Value::as_str).unwrap_or_default();
        let (key, value) = (text("Key"), text("Value").to_owned());
        match key.strip_prefix(MUTE_TAG) {
            Some(name) => tagged.mutes.push((name.to_owned(), value)),
            None if key == SENSITIVITY_TAG => tagged.sensitivity = Some(value),
            None => {}
        }
    }
    tagged.mutes.sort();
    Ok(Some(tagged))
}

/// Sets a tag of a trail.
pub(super) async fn tag(place: &Place, trail: &Trail, key: &str, value: &str) -> anyhow::Result<()> {
    let asked = json!({ "ResourceId": trail.arn, "TagsList": [{ "Key": key, "Value": value }] });
    let client = home(place, trail).await?;
    let tagged = patiently(|| client.call("AddTags", &asked)).await;
    tagged.map(drop).with_context(|| format!("tag trail {}", trail.shown()))
}

/// Removes a tag of a trail.
pub(super) async fn untag(place: &Place, trail: &Trail, key: &str) -> anyhow::Result<()> {
    let asked = json!({ "ResourceId": trail.arn, "TagsList": [{ "Key": key }] });
    let client = home(place, trail).await?;
    let untagged = patiently(|| client.call("RemoveTags", &asked)).await;
    untagged.map(drop).with_context(|| format!("remove a tag of trail {}", trail.shown()))
}
