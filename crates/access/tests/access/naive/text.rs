//! Patterns and variables, letter by letter.

use std::collections::BTreeMap;

use serde_json::Value;

/// Condition keys in lower case, and their values.
pub(crate) type Facts = BTreeMap<String, Vec<String>>;

/// What a pattern may look at.
pub(crate) struct Known<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) variables: bool,
}

/// A letter, and whether it stands for itself whatever it is.
type Letter = (char, bool);

pub(crate) fn action_fits(pattern: &str, action: &str) -> bool {
    fits(&plain(&pattern.to_lowercase()), &action.to_lowercase())
}

pub(crate) fn resource_fits(pattern: &str, resource: &str, known: &Known<'_>) -> bool {
    pattern == "*" || expand(pattern, known).is_some_and(|letters| parts_fit(&letters, resource))
}

pub(crate) fn arn_fits(pattern: &str, given: &str, known: &Known<'_>) -> bool {
    let Some(letters) = expand(pattern, known) else { return false };
    if pattern == "*" {
        return given.starts_with("arn:") && given.matches(':').count() >= 5;
    }
    if letters.iter().all(|(_, itself)| *itself) {
        return letters.iter().map(|(letter, _)| *letter).collect::<String>() == given;
    }
    parts_fit(&letters, given)
}

pub(crate) fn like(pattern: &str, given: &str, known: &Known<'_>) -> bool {
    expand(pattern, known).is_some_and(|letters| fits(&letters, given))
}

/// Puts values in the place of variables; none when one has no value.
pub(crate) fn expand(text: &str, known: &Known<'_>) -> Option<Vec<Letter>> {
    let Some((before, rest)) = text.split_once("${").filter(|_| known.variables) else {
        return Some(plain(text));
    };
    let (inside, after) = rest.split_once('}').unwrap();
    let value = match inside {
        "*" | "?" | "$" => inside.to_owned(),
        _ => {
            let (key, default) = inside.split_once(',').unwrap_or((inside, ""));
            match known.facts.get(&key.trim().to_lowercase()).map(Vec::as_slice) {
                Some([only]) => only.clone(),
                _ if default.is_empty() => return None,
                _ => default.trim().trim_matches('\'').to_owned(),
            }
        }
    };
    let mut letters = plain(before);
    letters.extend(value.chars().map(|letter| (letter, true)));
    letters.extend(expand(after, known)?);
    Some(letters)
}

pub(crate) fn texts(value: &Value) -> Vec<String> {
    let one = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    value.as_array().map_or_else(|| vec![one(value)], |list| list.iter().map(one).collect())
}

fn plain(text: &str) -> Vec<Letter> {
    text.chars().map(|letter| (letter, false)).collect()
}

fn parts_fit(letters: &[Letter], given: &str) -> bool {
    let mut parts: Vec<Vec<Letter>> = vec![Vec::new()];
    for letter in letters {
        match letter {
            (':', false) if parts.len() < 6 => parts.push(Vec::new()),
            _ => parts.last_mut().unwrap().push(*letter),
        }
    }
    while parts.len() < 6 {
        parts.push(plain("*"));
    }
    let given: Vec<&str> = given.splitn(6, ':').collect();
    given.len() == 6 && parts.iter().zip(given).all(|(part, given)| fits(part, given))
}

fn fits(pattern: &[Letter], text: &str) -> bool {
    let mut rest = text.chars();
    match pattern.split_first() {
        None => text.is_empty(),
        Some((('*', false), after)) => {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter().any(|at| fits(after, text.get(at..).unwrap()))
        }
        Some((('?', false), after)) => rest.next().is_some() && fits(after, rest.as_str()),
        Some(((letter, _), after)) => rest.next() == Some(*letter) && fits(after, rest.as_str()),
    }
}
