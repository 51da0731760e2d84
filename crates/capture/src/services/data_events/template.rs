//! Templates of ARNs.
//!
//! `{Path}` stands for what was asked there, `{>Path}` for what was answered, `$region` and `$account` for the
//! call's own; `{Path~text}` only for values that contain the text, `{Path!text}` for others. `|` separates
//! alternatives: the first whose places are all filled is taken. A value that is an ARN itself is the answer,
//! whatever stands around it.

use super::Place;
use super::path::texts;
use crate::modelled::Decoded;

/// Renders the ARNs that a template stands for; several where a path leads to several values.
pub(super) fn expand(template: &str, place: &Place, decoded: &Decoded) -> Vec<String> {
    let alternatives = template.split('|').map(|one| alternative(one, place, decoded));
    alternatives.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

fn alternative(template: &str, place: &Place, decoded: &Decoded) -> Vec<String> {
    let mut whole = Vec::new();
    let mut made = vec![String::new()];
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((path, after)) = after.split_once('}') else { return Vec::new() };
        let mut values = values(path, decoded);
        // Something that is an ARN needs no template.
        whole.extend(values.extract_if(.., |value| value.starts_with("arn:")));
        let before = filled(before, place);
        let longer = made.iter().flat_map(|begun| {
            let before = &before;
            values.iter().map(move |value| format!("{begun}{before}{value}"))
        });
        made = longer.take(super::RESOURCES_MAX).collect();
        rest = after;
    }
    let end = filled(rest, place);
    made.iter_mut().for_each(|arn| arn.push_str(&end));
    made.retain(|arn| arn.starts_with("arn:"));
    whole.into_iter().chain(made).collect()
}

fn filled(text: &str, place: &Place) -> String {
    text.replace("$region", &place.region).replace("$account", &place.account)
}

fn values(path: &str, decoded: &Decoded) -> Vec<String> {
    let Some(at) = path.find(['~', '!']) else { return read(path, decoded) };
    let (path, filter) = path.split_at(at);
    let contains = filter.starts_with('~');
    let text = filter.trim_start_matches(['~', '!']);
    let mut found = read(path, decoded);
    found.retain(|value| value.contains(text) == contains);
    found
}

fn read(path: &str, decoded: &Decoded) -> Vec<String> {
    match path.strip_prefix('>') {
        Some(path) => texts(&decoded.answer, path),
        None => texts(&decoded.request, path),
    }
}
