//! What a request asks, and what of it its record shows.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cairn_operations::{Kind, ShapeId, Shapes};
use cairn_wire::recognise::Protocol;
use cairn_wire::xml::Element;
use serde_json::Value;

use crate::Request;
use crate::inflate::request_body;
use crate::modelled::labels::decode;
use crate::modelled::parse_cbor;

/// Shorter texts of members that no model knows are not looked for: they may be part of any word.
const UNKNOWN_BYTES_MIN: usize = 4;

/// The texts of a request, beside those that its record shows.
pub(super) struct Asked {
    sent: Vec<String>,
    shown: BTreeSet<String>,
}

impl Asked {
    /// Begins with what a record shows.
    pub(super) fn showing(shown: &Value) -> Self {
        let mut asked = Self { sent: Vec::new(), shown: BTreeSet::new() };
        texts(shown, &mut |text| {
            asked.shown.insert(text.to_owned());
        });
        asked
    }

    /// Takes the texts of a value. Instants count as shown: records spell them in ways of their own.
    pub(super) fn take(&mut self, shapes: &Shapes, shape: ShapeId, value: &Value) {
        let Some(known) = shapes.get(shape).filter(|known| !known.sensitive) else {
            return all(value, &mut self.sent);
        };
        match (&known.kind, value) {
            (Kind::Structure { members, .. }, Value::Object(given)) => {
                for (name, value) in given {
                    match members.iter().find(|member| member.name == *name) {
                        Some(member) if !member.sensitive => self.take(shapes, member.shape, value),
                        Some(_) | None => all(value, &mut self.sent),
                    }
                }
            }
            (Kind::List { item, .. }, Value::Array(items)) => {
                items.iter().for_each(|each| self.take(shapes, *item, each));
            }
            (Kind::Map { value: of, .. }, Value::Object(entries)) => {
                self.sent.extend(entries.keys().cloned());
                entries.values().for_each(|each| self.take(shapes, *of, each));
            }
            (Kind::Timestamp { .. }, value) => texts(value, &mut |text| {
                self.shown.insert(text.to_owned());
            }),
            (_, value) => all(value, &mut self.sent),
        }
    }

    /// Takes the texts of a body once more, by no model: it may have members that the model does not know.
    pub(super) fn take_unknown(&mut self, request: &Request<'_>, protocol: Protocol) {
        let Some(body) = request_body(request) else { return };
        match protocol {
            Protocol::Query | Protocol::Ec2Query => self.take_pairs(&String::from_utf8_lossy(&body)),
            Protocol::RestXml => self.take_element(&Element::parse(&body).unwrap_or_default()),
            Protocol::Json | Protocol::RestJson => {
                self.take_leaves(&serde_json::from_slice(&body).unwrap_or_default());
            }
            Protocol::Cbor => self.take_leaves(&parse_cbor(&body).unwrap_or_default()),
        }
    }

    /// Returns what the record does not show.
    pub(super) fn unshown(self) -> impl Iterator<Item = String> {
        let Self { sent, shown } = self;
        sent.into_iter().filter(move |text| !shown.contains(text))
    }

    fn take_pairs(&mut self, pairs: &str) {
        for (name, value) in pairs.split('&').filter_map(|pair| pair.split_once('=')) {
            if !matches!(name, "Action" | "Version") {
                self.take_text(&decode(&value.replace('+', " ")));
            }
        }
    }

    /// Recurses as deep as XML is read.
    fn take_element(&mut self, element: &Element) {
        self.take_text(&element.text);
        element.attributes.iter().for_each(|(_, text)| self.take_text(text));
        element.children.iter().for_each(|child| self.take_element(child));
    }

    /// Recurses as deep as JSON and CBOR are read.
    fn take_leaves(&mut self, value: &Value) {
        match value {
            Value::Object(members) => members.values().for_each(|member| self.take_leaves(member)),
            Value::Array(items) => items.iter().for_each(|item| self.take_leaves(item)),
            Value::String(text) => self.take_text(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn take_text(&mut self, text: &str) {
        let is_flag = text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
        if text.len() >= UNKNOWN_BYTES_MIN && !is_flag {
            self.sent.push(text.to_owned());
        }
    }
}

/// Takes every text inside a value, what it is the base64 of, and the texts of JSON that is a text.
pub(super) fn all(value: &Value, into: &mut Vec<String>) {
    texts(value, &mut |text| {
        let plain = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        for text in plain.into_iter().chain([text.to_owned()]) {
            if let Ok(within @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(&text) {
                texts(&within, &mut |text| into.push(text.to_owned()));
            }
            into.push(text);
        }
    });
}

/// Visits every text, number and key of a value.
fn texts(value: &Value, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                visit(name);
                texts(member, visit);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, visit)),
        Value::Number(number) => visit(&number.to_string()),
        Value::String(text) => visit(text),
        Value::Null | Value::Bool(_) => {}
    }
}
