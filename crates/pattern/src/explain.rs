//! Why an event does not match.

use std::fmt;

use serde_json::Value;

use crate::error::EventError;
use crate::event::Found;
use crate::pattern::Pattern;

/// How many of a field's values are shown.
const SHOWN_MAX: usize = 5;

/// What a pattern says of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explanation {
    /// It matches.
    Matches,
    /// It does not: why, for each of the combinations that `$or` makes.
    Differs(Vec<Vec<Mismatch>>),
}

/// One field that keeps an event from matching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// The event has no such field.
    Missing {
        /// The field's name.
        field: String,
    },
    /// The field has none of the values that will do.
    Other {
        /// The field's name.
        field: String,
        /// Up to five of the values that it has, as JSON.
        values: Vec<String>,
    },
    /// The field is asked to be absent and is there.
    Present {
        /// The field's name.
        field: String,
    },
    /// Each field has a value that will do, but no one element of an array has all of them.
    Apart {
        /// The fields' names.
        fields: Vec<String>,
    },
}

impl Pattern {
    /// Says whether an event matches, and if not, which fields are to blame.
    ///
    /// # Errors
    /// See [`Pattern::matches`]; the event as a whole may have no more levels.
    pub fn explain(&self, event: &[u8]) -> Result<Explanation, EventError> {
        let found = Found::walk(&self.names, &self.asked, event)?;
        if self.is_answered(&found) {
            return Ok(Explanation::Matches);
        }
        let event: Value = serde_json::from_slice(event)?;
        let why = self.branches.iter().map(|branch| {
            let questions = branch.iter().map(|question| question.asked);
            let to_blame: Vec<Mismatch> =
                questions.clone().filter_map(|asked| self.mismatch(asked, &found, &event)).collect();
            if to_blame.is_empty() {
                let names = questions.filter_map(|asked| self.asked.get(asked as usize));
                vec![Mismatch::Apart { fields: names.map(|asked| asked.name.clone()).collect() }]
            } else {
                to_blame
            }
        });
        Ok(Explanation::Differs(why.collect()))
    }

    fn mismatch(&self, asked: u32, found: &Found, event: &Value) -> Option<Mismatch> {
        let list = |lists: &[Vec<u32>]| lists.get(asked as usize).is_none_or(Vec::is_empty);
        let field = self.asked.get(asked as usize)?.name.clone();
        if !list(&found.answered) {
            return None;
        }
        let mut values = Vec::new();
        gather(event, &field, &mut values);
        let absent = crate::join::asks_for_absence(&self.asked, asked);
        match (absent, values.is_empty()) {
            (true, true) => None,
            (true, false) => Some(Mismatch::Present { field }),
            (false, true) => Some(Mismatch::Missing { field }),
            (false, false) => Some(Mismatch::Other { field, values }),
        }
    }
}

/// Collects the values of a field, through arrays and by names with dots.
fn gather(value: &Value, name: &str, values: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, name, values)),
        Value::Object(members) => {
            for (member, inner) in members {
                match name.strip_prefix(member.as_str()) {
                    Some("") => leaves(inner, values),
                    Some(rest) => {
                        if let Some(rest) = rest.strip_prefix('.') {
                            gather(inner, rest, values);
                        }
                    }
                    None => {}
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn leaves(value: &Value, values: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| leaves(item, values)),
        Value::Object(_) => {}
        leaf if values.len() < SHOWN_MAX => values.push(leaf.to_string()),
        _ => {}
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { field } => write!(f, "`{field}` is not in the event"),
            Self::Other { field, values } => {
                write!(f, "`{field}` is {}, none of the values that will do", values.join(", "))
            }
            Self::Present { field } => write!(f, "`{field}` is in the event and must not be"),
            Self::Apart { fields } => {
                write!(f, "no one element of an array has what will do for all of {}", fields.join(", "))
            }
        }
    }
}
