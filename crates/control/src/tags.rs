//! AddTags, RemoveTags, ListTags, for trails.

use cairn_catalog::{Change, InsightTags, Tag};
use cairn_event::{AccountId, Region};
use cairn_wire::cloudtrail::{
    AddTagsRequest, AddTagsResponse, ListTagsRequest, ListTagsResponse, RemoveTagsRequest,
    RemoveTagsResponse, ResourceTag, Tag as Shape,
};

use crate::control::Done;
use crate::trail_reference::{Report, TrailReference};
use crate::{Caller, Control, Refusal};

const TAGS_MAX: usize = 50;
const RESOURCES_MAX: usize = 20;

impl Control {
    /// Adds tags to a trail, or gives those it has a new value.
    ///
    /// # Errors
    /// Unknown resources, bad tags, and more than 50 of them.
    pub async fn add_tags(
        &self,
        caller: &Caller,
        request: &AddTagsRequest,
    ) -> Result<Done<AddTagsResponse>, Refusal> {
        let added = valid_tags(&request.tags_list)?;
        self.change_tags(caller, &request.resource_id, |tags| {
            for tag in &added {
                match tags.iter_mut().find(|known| known.key == tag.key) {
                    Some(known) => known.value.clone_from(&tag.value),
                    None => tags.push(tag.clone()),
                }
            }
            if tags.len() > TAGS_MAX { Err(Refusal::TagsTooMany) } else { Ok(()) }
        })
        .await?;
        Ok(Done::now(AddTagsResponse::default()))
    }

    /// Takes tags off a trail by key; values given are ignored, and so are keys it does not have.
    ///
    /// # Errors
    /// Unknown resources.
    pub async fn remove_tags(
        &self,
        caller: &Caller,
        request: &RemoveTagsRequest,
    ) -> Result<Done<RemoveTagsResponse>, Refusal> {
        self.change_tags(caller, &request.resource_id, |tags| {
            tags.retain(|tag| request.tags_list.iter().all(|removed| removed.key != tag.key));
            Ok(())
        })
        .await?;
        Ok(Done::now(RemoveTagsResponse::default()))
    }

    /// Lists the tags of up to twenty trails of the endpoint's Region.
    ///
    /// # Errors
    /// Unknown resources, and any token: the list has one page.
    pub fn list_tags(
        &self,
        caller: &Caller,
        request: &ListTagsRequest,
    ) -> Result<Done<ListTagsResponse>, Refusal> {
        let given = request.resource_id_list.len();
        if given > RESOURCES_MAX {
            return Err(Refusal::ResourcesTooMany { given, max: RESOURCES_MAX });
        }
        if request.next_token.as_deref().is_some_and(|token| !token.is_empty()) {
            return Err(Refusal::TokenInvalid);
        }
        let snapshot = self.catalog.current();
        let mut list = Vec::with_capacity(request.resource_id_list.len());
        for id in &request.resource_id_list {
            let trail = resource(id, caller, Missing::Resource)?
                .read(&snapshot, caller, Report::Arn)
                .map_err(|_unknown| Refusal::ResourceMissing(id.clone()))?;
            self.check_role(&snapshot, caller, trail)?;
            let tags = trail.tags.iter().map(|tag| Shape { key: tag.key.clone(), value: tag.value.clone() });
            list.push(ResourceTag { resource_id: Some(id.clone()), tags_list: Some(tags.collect()) });
        }
        Ok(Done::now(ListTagsResponse { resource_tag_list: Some(list), next_token: None }))
    }

    async fn change_tags(
        &self,
        caller: &Caller,
        id: &str,
        change: impl Fn(&mut Vec<Tag>) -> Result<(), Refusal> + Send + Sync,
    ) -> Result<(), Refusal> {
        let reference = resource(id, caller, Missing::Channel)?;
        self.change(|snapshot| {
            let found = reference.change(snapshot, caller, Report::Arn);
            let found = found.map_err(|refusal| match refusal {
                Refusal::TrailUnknown { .. } => Refusal::ResourceMissing(id.to_owned()),
                other => other,
            })?;
            self.check_role(snapshot, caller, found)?;
            let mut trail = found.trail().clone();
            change(&mut trail.tags)?;
            Ok((vec![Change::PutTrail(Box::new(trail))], ()))
        })
        .await?;
        Ok(())
    }
}

/// Checks tags as they come with CreateTrail and AddTags. Those that say something of Insights must say it right: a
/// mute rule that mutes nothing would be found out by the noise.
pub(crate) fn valid_tags(given: &[Shape]) -> Result<Vec<Tag>, Refusal> {
    if given.len() > TAGS_MAX {
        return Err(Refusal::TagsTooMany);
    }
    let mut tags: Vec<Tag> = Vec::with_capacity(given.len());
    for tag in given {
        let key_chars = tag.key.chars().count();
        let value = tag.value.as_deref().unwrap_or_default();
        let fine = is_tag_text(&tag.key) && is_tag_text(value);
        let twice = tags.iter().any(|known| known.key == tag.key);
        if !(1..=128).contains(&key_chars) || value.chars().count() > 256 || !fine || twice {
            return Err(Refusal::TagInvalid);
        }
        let tag = Tag { key: tag.key.clone(), value: tag.value.clone() };
        InsightTags::check(&tag).map_err(|error| Refusal::InsightTag(error.to_string()))?;
        tags.push(tag);
    }
    Ok(tags)
}

/// Tells whether a key or a value has only characters that AWS takes, and is not AWS's own.
fn is_tag_text(text: &str) -> bool {
    let allowed = |one: char| {
        one.is_alphanumeric() || one.is_whitespace() && !one.is_control() || "_.:/=+-@".contains(one)
    };
    let reserved = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
    !reserved && text.chars().all(allowed)
}

/// Reads a resource's ARN; only trails are there to have tags yet. Tags are kept in the resource's own
/// Region.
fn resource(id: &str, caller: &Caller, missing: Missing) -> Result<TrailReference, Refusal> {
    let arn = cairn_event::Arn::parse(id).map_err(|_malformed| Refusal::TrailArnInvalid(id.to_owned()))?;
    let (kind, name) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
    if arn.service != "cloudtrail" {
        return Err(Refusal::TrailArnInvalid(id.to_owned()));
    }
    if kind == "trail" {
        let reference = TrailReference::parse(id, caller)?;
        return match arn.region == caller.region.as_str() {
            true => Ok(reference),
            false => Err(Refusal::ArnOfOtherRegion(caller.region.clone())),
        };
    }
    let well_formed = is_resource_name(name)
        && arn.region.parse::<Region>().is_ok()
        && arn.account.parse::<AccountId>().is_ok();
    Err(match kind {
        "eventdatastore" if well_formed => Refusal::StoreMissing(id.to_owned()),
        "eventdatastore" => Refusal::StoreArnInvalid(id.to_owned()),
        "channel" if well_formed => match missing {
            Missing::Channel => Refusal::ChannelMissing(id.to_owned()),
            Missing::Resource => Refusal::ResourceMissing(id.to_owned()),
        },
        "channel" => Refusal::ChannelArnInvalid(id.to_owned()),
        "dashboard" if well_formed => Refusal::ResourceMissing(id.to_owned()),
        "dashboard" => Refusal::TrailArnInvalid(id.to_owned()),
        _ => Refusal::ResourceTypeUnsupported(id.to_owned()),
    })
}

/// How an operation calls a channel that is not there: ListTags has no error of its own for it.
#[derive(Debug, Clone, Copy)]
enum Missing {
    Channel,
    Resource,
}

fn is_resource_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty() && name.bytes().all(allowed)
}
