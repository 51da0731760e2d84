//! Tags: at most fifty, keys that differ by more than case, none of AWS's own.

use cairn_catalog::Tag;
use cairn_wire::iam::Tag as Shape;

use crate::Refusal;
use crate::quota;

/// Checks the tags of one request.
pub(crate) fn checked(given: &[Shape]) -> Result<Vec<Tag>, Refusal> {
    let mut tags: Vec<Tag> = Vec::with_capacity(given.len());
    for tag in given {
        if tag.key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
            return Err(Refusal::TagReserved(tag.key.clone()));
        }
        if tags.iter().any(|known| same(&known.key, &tag.key)) {
            return Err(Refusal::TagTwice);
        }
        tags.push(Tag { key: tag.key.clone(), value: Some(tag.value.clone()) });
    }
    quota::TAGS.admit(tags.len())?;
    Ok(tags)
}

/// Adds tags to those that are there; one whose key is there, in whatever case, takes its place.
pub(crate) fn add(tags: &mut Vec<Tag>, added: &[Tag]) -> Result<(), Refusal> {
    for tag in added {
        match tags.iter_mut().find(|known| same(&known.key, &tag.key)) {
            Some(known) => known.clone_from(tag),
            None => tags.push(tag.clone()),
        }
    }
    quota::TAGS.admit(tags.len())
}

/// Takes tags off by key; keys that are not there are ignored.
pub(crate) fn remove(tags: &mut Vec<Tag>, keys: &[String]) {
    tags.retain(|tag| !keys.iter().any(|key| same(&tag.key, key)));
}

/// Renders tags; none when there are none.
pub(crate) fn shapes(tags: &[Tag]) -> Option<Vec<Shape>> {
    (!tags.is_empty()).then(|| tags.iter().map(shape).collect())
}

pub(crate) fn shape(tag: &Tag) -> Shape {
    Shape { key: tag.key.clone(), value: tag.value.clone().unwrap_or_default() }
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
