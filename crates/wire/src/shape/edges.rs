//! Values at the edges of every constraint, for tests: just inside it, and just outside.

use serde_json::{Map, Value, json};

use super::sample::sample;
use super::{Bounds, Member, Shape};
use crate::pattern::{Pattern, Piece};

/// A value and what is to be said of it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) value: Value,
    pub(crate) verdict: Verdict,
    /// Which constraint it tries, for messages.
    pub(crate) tries: &'static str,
}

/// What a case comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The value holds, and is read as it is.
    Holds,
    /// The value holds without what is not in the model.
    HoldsWithout,
    /// A constraint is broken.
    Broken,
}

/// Lists the cases of `shape` and of everything in it.
pub(crate) fn edges(shape: &Shape) -> Vec<Case> {
    match shape {
        Shape::Structure(members) => of_structure(shape, members),
        Shape::List { item, count } => {
            let inside = edges(item).into_iter().map(|case| case.wrap(|value| json!([value])));
            let list = |items: i64| Value::from(vec![sample(item); usize::try_from(items).unwrap()]);
            inside.chain(at_bounds(*count, "items", |items| Some(list(items)))).collect()
        }
        Shape::Map { key, value, count } => {
            let entry = |key: Value, value: Value| json!({key.as_str().unwrap(): value});
            let keys = edges(key).into_iter().map(|case| case.wrap(|key| entry(key, sample(value))));
            let values = edges(value).into_iter().map(|case| case.wrap(|value| entry(sample(key), value)));
            let none = count.below(0).map(|_| case(json!({}), Verdict::Broken, "no entries"));
            keys.chain(values).chain(none).collect()
        }
        Shape::Text { values, .. } if !values.is_empty() => {
            let words = values.iter().map(|word| case(json!(word), Verdict::Holds, "word"));
            let near = [format!("{}x", values[0]), values[0].to_lowercase() + " ", String::new()];
            words.chain(near.into_iter().map(|word| case(json!(word), Verdict::Broken, "no word"))).collect()
        }
        Shape::Text { length, pattern, .. } => of_text(*length, *pattern),
        Shape::Integer { range, .. } => at_bounds(*range, "number", |number| Some(json!(number))),
        Shape::Float | Shape::Boolean | Shape::Timestamp | Shape::Blob => Vec::new(),
    }
}

fn case(value: Value, verdict: Verdict, tries: &'static str) -> Case {
    Case { value, verdict, tries }
}

impl Case {
    fn wrap(self, wrap: impl Fn(Value) -> Value) -> Self {
        Self { value: wrap(self.value), ..self }
    }
}

/// Breaks nothing but what one member breaks; members that are not in the model are ignored.
fn of_structure(shape: &Shape, members: &[Member]) -> Vec<Case> {
    let mut whole = sample(shape);
    let with = |name: &str, value: Value| {
        let mut whole = sample(shape);
        whole[name] = value;
        whole
    };
    let mut cases: Vec<Case> = Vec::new();
    for member in members {
        cases.extend(edges(member.shape).into_iter().map(|case| case.wrap(|value| with(member.name, value))));
        let without = if member.required { Verdict::Broken } else { Verdict::HoldsWithout };
        cases.push(case(with(member.name, Value::Null), without, "null"));
        let mut absent = sample(shape);
        absent.as_object_mut().map(|all| all.remove(member.name));
        cases.push(case(absent, if member.required { Verdict::Broken } else { Verdict::Holds }, "absent"));
    }
    let stranger = json!({"Deep": [Map::new(), null, 7]});
    whole["NoMemberOfTheModel"] = stranger;
    cases.push(case(whole, Verdict::HoldsWithout, "unknown member"));
    cases
}

fn of_text(length: Bounds, pattern: Option<Pattern>) -> Vec<Case> {
    let mut cases = at_bounds(length, "characters", |count| text(pattern, usize::try_from(count).unwrap()));
    let strange = ["\u{1}", "!\u{2}!", "\n"].into_iter();
    let strange = pattern.and_then(|pattern| strange.into_iter().find(|text| !pattern.matches(text)));
    cases.extend(strange.map(|text| case(json!(text), Verdict::Broken, "pattern")));
    cases
}

/// Makes the cases below, at and above each bound, as far as there are such values.
fn at_bounds(bounds: Bounds, tries: &'static str, make: impl Fn(i64) -> Option<Value>) -> Vec<Case> {
    let Bounds { min, max } = bounds;
    let outside =
        [min.map(|min| min - 1).filter(|below| *below >= 0 || tries == "number"), max.map(|max| max + 1)];
    let broken = outside.into_iter().flatten().filter_map(|at| Some(case(make(at)?, Verdict::Broken, tries)));
    let holding =
        [min, max].into_iter().flatten().filter_map(|at| Some(case(make(at)?, Verdict::Holds, tries)));
    broken.chain(holding).collect()
}

/// Makes a text of `count` characters that matches `pattern`, if one of its alternatives has such a text;
/// where no text is that short or long, one that breaks the pattern too would prove nothing.
fn text(pattern: Option<Pattern>, count: usize) -> Option<Value> {
    let Some(pattern) = pattern else { return Some(json!("a".repeat(count))) };
    let made = pattern.alternatives.iter().filter_map(|pieces| of_pieces(pieces, count));
    made.filter(|text| pattern.matches(text)).map(Value::from).next()
}

/// Gives each piece its least run, and what is left to the pieces that take more.
fn of_pieces(pieces: &[Piece], count: usize) -> Option<String> {
    let least: usize = pieces.iter().map(|piece| piece.min as usize).sum();
    let mut left = count.checked_sub(least)?;
    let mut text = String::new();
    for piece in pieces {
        let more = left.min((piece.max - piece.min) as usize);
        left -= more;
        let one = piece.ranges.first().map_or('a', |range| range.0);
        text.extend(std::iter::repeat_n(one, piece.min as usize + more));
    }
    (left == 0).then_some(text)
}
