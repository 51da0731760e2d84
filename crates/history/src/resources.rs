//! The resources an event refers to, found by a table of places (`resources/table.rs`).
//!
//! CloudTrail derives the `Resources` of LookupEvents by a mapping of its own, which it does not publish.
//! Ours starts from the record's `resources` and adds what the table names in request and response.

mod member;
mod table;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use cairn_event::EventView;
use serde_json::value::RawValue;

use crate::lookup_fields::FoundResource;
use table::{Mapping, Place};

/// The most resources told of one event; the rest of longer lists is left out.
pub const RESOURCES_MAX: usize = 256;

/// The deepest nesting that is looked into.
const DEPTH_MAX: usize = 12;

/// Returns what an event refers to, each pair once, in the order found.
pub(crate) fn of_event<'a>(view: &EventView<'a>) -> Vec<FoundResource<'a>> {
    let mut found = Vec::new();
    for resource in &view.resources {
        if let Some(arn) = resource.arn.as_ref().filter(|arn| !arn.is_empty()) {
            let kind = resource.kind.clone().or_else(|| kind_of_arn(arn).map(Cow::Borrowed));
            add(&mut found, FoundResource { name: visible_name(arn), kind });
        }
    }
    let Some(mappings) = BY_SOURCE.get(view.event_source.as_ref()) else { return found };
    let applies = |mapping: &&Compiled| mapping.events.is_none_or(|events| matches(events, &view.event_name));
    for (place, document) in
        [(Place::Request, view.request_parameters), (Place::Response, view.response_elements)]
    {
        let Some(document) = document.filter(|raw| raw.get().starts_with('{')) else { continue };
        let here: Vec<Step<'_>> = mappings
            .iter()
            .filter(|mapping| mapping.place == place)
            .filter(applies)
            .map(|mapping| Step { path: &mapping.path, kind: mapping.kind })
            .collect();
        if !here.is_empty() {
            collect(document, &here, DEPTH_MAX, &mut found);
        }
    }
    found
}

/// A mapping with its path split up.
struct Compiled {
    events: Option<&'static str>,
    place: Place,
    path: Vec<&'static str>,
    kind: &'static str,
}

/// What is left of a mapping's path at some depth.
#[derive(Clone, Copy)]
struct Step<'m> {
    path: &'m [&'static str],
    kind: &'static str,
}

static BY_SOURCE: LazyLock<HashMap<&'static str, Vec<Compiled>>> = LazyLock::new(|| {
    let mut by_source: HashMap<&'static str, Vec<Compiled>> = HashMap::new();
    for Mapping { source, events, place, path, kind } in table::MAPPINGS {
        let compiled = Compiled { events: *events, place: *place, path: path.split('.').collect(), kind };
        by_source.entry(source).or_default().push(compiled);
    }
    by_source
});

/// Walks one document once, following all paths at the same time. Lists are looked through.
fn collect<'a>(raw: &'a RawValue, steps: &[Step<'_>], depth: usize, found: &mut Vec<FoundResource<'a>>) {
    if depth == 0 || found.len() >= RESOURCES_MAX {
        return;
    }
    match raw.get().as_bytes().first() {
        Some(b'[') => {
            for item in member::items(raw) {
                collect(item, steps, depth - 1, found);
            }
        }
        Some(b'{') => {
            for (name, value) in member::members(raw) {
                let inner: Vec<Step<'_>> = steps.iter().filter_map(|step| step.member(&name)).collect();
                if !inner.is_empty() {
                    collect(value, &inner, depth - 1, found);
                }
            }
        }
        Some(b'"') => {
            for step in steps.iter().filter(|step| step.path.is_empty()) {
                if let Some(name) = member::text(raw).filter(|name| !name.is_empty()) {
                    add(found, FoundResource { kind: Some(Cow::Borrowed(step.kind)), name });
                }
            }
        }
        _ => {}
    }
}

impl<'m> Step<'m> {
    fn member(self, member: &str) -> Option<Self> {
        match self.path.split_first() {
            Some((first, rest)) if *first == member => Some(Self { path: rest, kind: self.kind }),
            _ => None,
        }
    }
}

fn add<'a>(found: &mut Vec<FoundResource<'a>>, resource: FoundResource<'a>) {
    if found.len() < RESOURCES_MAX && !found.contains(&resource) {
        found.push(resource);
    }
}

/// Tells whether an event name is in a list separated by blanks; `Name*` stands for a beginning.
fn matches(events: &str, name: &str) -> bool {
    events.split(' ').any(|pattern| match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => pattern == name,
    })
}

/// Returns the name that people know: S3 buckets and objects without the ARN's head, the rest as it is.
fn visible_name<'a>(arn: &Cow<'a, str>) -> Cow<'a, str> {
    match arn {
        Cow::Borrowed(arn) => Cow::Borrowed(arn.strip_prefix("arn:aws:s3:::").unwrap_or(arn)),
        Cow::Owned(arn) => Cow::Owned(arn.strip_prefix("arn:aws:s3:::").unwrap_or(arn).to_owned()),
    }
}

fn kind_of_arn(arn: &str) -> Option<&'static str> {
    let mut parts = arn.splitn(6, ':');
    let service = parts.nth(2)?;
    let resource = parts.nth(2)?;
    let known =
        table::ARN_KINDS.iter().find(|(of, beginning, _)| *of == service && resource.starts_with(beginning));
    known.map(|(_, _, kind)| *kind)
}

#[cfg(test)]
mod tests;
