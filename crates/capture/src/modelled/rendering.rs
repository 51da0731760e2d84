//! From values under the model's names to what a record holds: recased, times spelled, secrets gone.

use cairn_event::HIDDEN;
use cairn_operations::{Kind, Member, ShapeId, Shapes, TimeFormat};
use cairn_wire::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::{Map, Value};

use super::decoded::structure;
use super::style::{Names, Secrets, Style, Times};
use crate::details::unless_empty;

/// The shapes of a service, and how its records are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rendering<'a> {
    pub(super) shapes: &'a Shapes,
    pub(super) style: Style,
}

impl Rendering<'_> {
    /// Renders a message; nothing when it is empty, or secret as a whole.
    pub(super) fn message(&self, shape: Option<ShapeId>, given: &Map<String, Value>) -> Option<Value> {
        if self.shapes.get(shape?)?.sensitive {
            return None;
        }
        let (members, _) = structure(self.shapes, shape)?;
        unless_empty(self.members(members, given))
    }

    fn members(&self, members: &[Member], given: &Map<String, Value>) -> Map<String, Value> {
        let mut shown = Map::new();
        for (name, value) in given {
            let Some(member) = members.iter().find(|member| member.name == *name) else { continue };
            if let Some(value) = self.member(member, value) {
                shown.insert(self.name(name), value);
            }
        }
        shown
    }

    fn member(&self, member: &Member, value: &Value) -> Option<Value> {
        if member.sensitive {
            return self.secret();
        }
        // What a member says of its time goes before what its shape says.
        match (&self.shapes.get(member.shape)?.kind, member.time_format) {
            (Kind::Timestamp { .. }, Some(format)) => Some(self.time(value, Some(format))),
            _ => self.value(member.shape, value),
        }
    }

    /// Nothing for a secret that is left out, and for bytes, which are content.
    fn value(&self, shape: ShapeId, value: &Value) -> Option<Value> {
        let known = self.shapes.get(shape)?;
        if known.sensitive {
            return self.secret();
        }
        Some(match (&known.kind, value) {
            (Kind::Structure { members, .. }, Value::Object(given)) => {
                Value::Object(self.members(members, given))
            }
            (Kind::List { item, .. }, Value::Array(items)) => {
                Value::Array(items.iter().filter_map(|each| self.item(*item, each)).collect())
            }
            (Kind::Map { value, .. }, Value::Object(entries)) => {
                let shown =
                    entries.iter().filter_map(|(key, each)| Some((key.clone(), self.value(*value, each)?)));
                Value::Object(shown.collect())
            }
            (Kind::Timestamp { format }, value) => self.time(value, *format),
            (Kind::Blob, _) => return None,
            (_, value) => value.clone(),
        })
    }

    fn item(&self, shape: ShapeId, item: &Value) -> Option<Value> {
        if item.is_null() { Some(Value::Null) } else { self.value(shape, item) }
    }

    fn secret(&self) -> Option<Value> {
        match self.style.secrets {
            Secrets::Dropped => None,
            Secrets::Replaced => Some(Value::from(HIDDEN)),
        }
    }

    pub(super) fn name(&self, name: &str) -> String {
        match self.style.names {
            Names::Kept => name.to_owned(),
            Names::LowerFirst => lower_first(name),
        }
    }

    /// What is no instant stays as it was sent.
    fn time(&self, sent: &Value, format: Option<TimeFormat>) -> Value {
        let Some(at) = instant(sent, format).filter(|_| self.style.times != Times::Sent) else {
            return sent.clone();
        };
        match self.style.times {
            Times::Comma => Value::from(at.recorded()),
            Times::NoComma => Value::from(at.recorded_without_comma()),
            Times::Milliseconds => Value::from(jiff::Timestamp::from(at).as_millisecond()),
            Times::Sent => sent.clone(),
        }
    }
}

/// Lower-cases the first letter and nothing else, as records do.
pub(super) fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn instant(sent: &Value, format: Option<TimeFormat>) -> Option<Timestamp> {
    let Value::String(text) = sent else { return Timestamp::from_json(sent).ok() };
    if format == Some(TimeFormat::HttpDate) {
        return rfc2822::parse(text).ok().map(|at| Timestamp::new(at.timestamp()));
    }
    let seconds = || Timestamp::from_epoch_seconds(text.parse().ok()?).ok();
    let date = || rfc2822::parse(text).ok().map(|at| Timestamp::new(at.timestamp()));
    Timestamp::from_json(sent).ok().or_else(seconds).or_else(date)
}
