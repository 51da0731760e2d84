//! Tags: at most fifty, keys that differ, none of AWS's own.

use cairn_catalog::Tag;
use cairn_wire::kms::{
    ListResourceTagsRequest, ListResourceTagsResponse, Tag as Shape, TagResourceRequest, TagResourceResponse,
    UntagResourceRequest, UntagResourceResponse,
};

use crate::page::{self, Paging};
use crate::reference::{Aliases, find};
use crate::{Caller, Kms, Refusal, state};

/// The most tags of a key.
const TAGS_MAX: usize = 50;

impl Kms {
    pub(crate) async fn tag_resource(
        &self,
        caller: &Caller,
        request: &TagResourceRequest,
    ) -> Result<TagResourceResponse, Refusal> {
        let added = checked(&request.tags)?;
        self.change_key(caller, &request.key_id, |key| {
            state::staying(key)?;
            for tag in &added {
                match key.tags.iter_mut().find(|known| known.key == tag.key) {
                    Some(known) => known.clone_from(tag),
                    None => key.tags.push(tag.clone()),
                }
            }
            check_count(key.tags.len())?;
            Ok(TagResourceResponse {})
        })
        .await
    }

    pub(crate) async fn untag_resource(
        &self,
        caller: &Caller,
        request: &UntagResourceRequest,
    ) -> Result<UntagResourceResponse, Refusal> {
        request.tag_keys.iter().try_for_each(|key| check_key(key))?;
        self.change_key(caller, &request.key_id, |key| {
            state::staying(key)?;
            key.tags.retain(|tag| !request.tag_keys.contains(&tag.key));
            Ok(UntagResourceResponse {})
        })
        .await
    }

    pub(crate) fn list_resource_tags(
        &self,
        caller: &Caller,
        request: &ListResourceTagsRequest,
    ) -> Result<ListResourceTagsResponse, Refusal> {
        let key = find(&self.catalog.current(), caller, &request.key_id, Aliases::Refused)?.key;
        let shape =
            |tag: &Tag| Shape { tag_key: tag.key.clone(), tag_value: tag.value.clone().unwrap_or_default() };
        let paging = Paging { marker: request.marker.as_deref(), limit: request.limit, usual: 50 };
        let list = ["ListResourceTags", &key.arn];
        let page = page::cut(key.tags.iter().map(shape), |tag| tag.tag_key.clone(), caller, &list, paging)?;
        Ok(ListResourceTagsResponse {
            tags: Some(page.items),
            next_marker: page.next,
            truncated: page.truncated,
        })
    }
}

/// Checks the tags of one request.
pub(crate) fn checked(given: &[Shape]) -> Result<Vec<Tag>, Refusal> {
    let mut tags: Vec<Tag> = Vec::with_capacity(given.len());
    for tag in given {
        check_key(&tag.tag_key)?;
        if tags.iter().any(|known| known.key == tag.tag_key) {
            return Err(Refusal::TagInvalid("Duplicate tag keys".to_owned()));
        }
        tags.push(Tag { key: tag.tag_key.clone(), value: Some(tag.tag_value.clone()) });
    }
    check_count(tags.len())?;
    Ok(tags)
}

fn check_key(key: &str) -> Result<(), Refusal> {
    let reserved = key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
    if reserved {
        Err(Refusal::TagInvalid("Tags beginning with aws: are reserved".to_owned()))
    } else {
        Ok(())
    }
}

fn check_count(count: usize) -> Result<(), Refusal> {
    if count <= TAGS_MAX { Ok(()) } else { Err(Refusal::LimitExceeded("Too many tags".to_owned())) }
}
