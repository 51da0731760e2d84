//! AddTags, RemoveTags, ListTags, for trails.

use cairn_catalog::{Change, Tag};
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
            let trail = resource(id, caller)?
                .read(&snapshot, caller, Report::Arn)
                .map_err(|_unknown| Refusal::ResourceMissing(id.clone()))?;
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
        let reference = resource(id, caller)?;
        self.change(|snapshot| {
            let found = reference.change(snapshot, caller, Report::Arn);
            let found = found.map_err(|refusal| match refusal {
                Refusal::TrailUnknown { .. } => Refusal::ResourceMissing(id.to_owned()),
                other => other,
            })?;
            let mut trail = found.trail().clone();
            change(&mut trail.tags)?;
            Ok((vec![Change::PutTrail(Box::new(trail))], ()))
        })
        .await?;
        Ok(())
    }
}

/// Checks tags as they come with CreateTrail and AddTags.
pub(crate) fn valid_tags(given: &[Shape]) -> Result<Vec<Tag>, Refusal> {
    if given.len() > TAGS_MAX {
        return Err(Refusal::TagsTooMany);
    }
    let mut tags: Vec<Tag> = Vec::with_capacity(given.len());
    for tag in given {
        let key_chars = tag.key.chars().count();
        let value_chars = tag.value.as_deref().unwrap_or_default().chars().count();
        let reserved = tag.key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
        let twice = tags.iter().any(|known| known.key == tag.key);
        if !(1..=128).contains(&key_chars) || value_chars > 256 || reserved || twice {
            return Err(Refusal::TagInvalid);
        }
        tags.push(Tag { key: tag.key.clone(), value: tag.value.clone() });
    }
    Ok(tags)
}

/// Reads a resource's ARN; only trails have tags yet. Tags are kept in the resource's own Region.
fn resource(id: &str, caller: &Caller) -> Result<TrailReference, Refusal> {
    let arn = cairn_event::Arn::parse(id).map_err(|_malformed| Refusal::TrailArnInvalid(id.to_owned()))?;
    if ["eventdatastore/", "channel/", "dashboard/"].iter().any(|kind| arn.resource.starts_with(kind)) {
        return Err(Refusal::ResourceTypeUnsupported(id.to_owned()));
    }
    let reference = TrailReference::parse(id, caller)?;
    if arn.region != caller.region.as_str() {
        return Err(Refusal::ArnOfOtherRegion(caller.region.clone()));
    }
    Ok(reference)
}
