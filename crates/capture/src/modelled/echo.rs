//! Error messages of services, without the secrets that they may repeat.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cairn_event::{HIDDEN, is_denied, redact};
use cairn_operations::{Kind, ShapeId, Shapes};
use cairn_wire::recognise::Protocol;
use serde_json::Value;

use super::decoded::Body;
use super::labels::decode;
use super::{ModelledCall, parse_cbor, render};
use crate::inflate::request_body;
use crate::{Exchange, Request, ServiceCall};

/// Services cut what they repeat: a longer secret is told by its first characters.
const BEGINNING_CHARS: usize = 16;
/// A shorter secret may be part of any word, so only the whole word is hidden.
const WORD_BYTES_MAX: usize = 3;

/// Returns an error message with everything of the request hidden in it that the record does not show either.
/// Nothing of it is shown when the request cannot be read: it may repeat any of it.
pub(crate) fn without_secrets(message: String, exchange: &Exchange<'_>, call: &ServiceCall) -> String {
    let mut secrets = Vec::new();
    of_head(&exchange.request, &mut secrets);
    match call {
        ServiceCall::Modelled(call) => {
            if !of_modelled(exchange, call, &mut secrets) {
                return HIDDEN.to_owned();
            }
        }
        _ => of_body(&exchange.request, call.protocol(), &mut secrets),
    }
    // The longest first: a secret may hold another one.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.dedup();
    secrets.iter().fold(message, |message, secret| hide(message, secret))
}

/// Takes what signs a request and what its headers keep secret.
fn of_head(request: &Request<'_>, secrets: &mut Vec<String>) {
    let headers = request.headers.iter().filter(|(name, _)| is_denied(name));
    secrets.extend(headers.map(|(_, value)| String::from_utf8_lossy(value).into_owned()));
    of_pairs(request.query, secrets);
}

fn of_pairs(pairs: &str, secrets: &mut Vec<String>) {
    for (name, value) in pairs.split('&').filter_map(|pair| pair.split_once('=')) {
        if decode(name).split('.').any(is_denied) {
            secrets.extend([decode(value), decode(&value.replace('+', " "))]);
        }
    }
}

/// Takes what the names of a body tell to be secret, for services that have rules of their own.
fn of_body(request: &Request<'_>, protocol: Protocol, secrets: &mut Vec<String>) {
    let Some(body) = request_body(request) else { return };
    let document = match protocol {
        Protocol::Query | Protocol::Ec2Query => {
            return of_pairs(&String::from_utf8_lossy(&body), secrets);
        }
        Protocol::Json | Protocol::RestJson => serde_json::from_slice(&body).ok(),
        Protocol::Cbor => parse_cbor(&body),
        Protocol::RestXml => None,
    };
    if let Some(document) = document {
        of_names(&document, secrets);
    }
}

/// Recurses as deep as JSON and CBOR are read.
fn of_names(value: &Value, secrets: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if is_denied(name) { all(value, secrets) } else { of_names(value, secrets) }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| of_names(item, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Takes every text of the request that its record does not show, for whatever reason; false when there may be
/// more than could be read.
fn of_modelled(exchange: &Exchange<'_>, call: &ModelledCall, secrets: &mut Vec<String>) -> bool {
    let shapes = call.shapes();
    let (decoded, details) = render(exchange, call, &shapes, true);
    if decoded.request_body == Body::Unread {
        return false;
    }
    let input = call.table.operation(call.operation).and_then(|known| known.input);
    let Some(input) = input else { return true };
    let mut shown = details.request_parameters.unwrap_or_default();
    redact(&mut shown);
    let mut visible = BTreeSet::new();
    texts(&shown, &mut |text| {
        visible.insert(text.to_owned());
    });
    let mut sent = Vec::new();
    of_shape(&shapes, input, &Value::Object(decoded.request), &mut sent);
    secrets.extend(sent.into_iter().filter(|text| !visible.contains(text)));
    true
}

/// Takes the texts of a value, but not instants: records spell them in ways of their own.
fn of_shape(shapes: &Shapes, shape: ShapeId, value: &Value, sent: &mut Vec<String>) {
    let Some(known) = shapes.get(shape).filter(|known| !known.sensitive) else { return all(value, sent) };
    match (&known.kind, value) {
        (Kind::Structure { members, .. }, Value::Object(given)) => {
            for (name, value) in given {
                match members.iter().find(|member| member.name == *name) {
                    Some(member) if !member.sensitive => of_shape(shapes, member.shape, value, sent),
                    Some(_) | None => all(value, sent),
                }
            }
        }
        (Kind::List { item, .. }, Value::Array(items)) => {
            items.iter().for_each(|each| of_shape(shapes, *item, each, sent));
        }
        (Kind::Map { value: of, .. }, Value::Object(entries)) => {
            sent.extend(entries.keys().cloned());
            entries.values().for_each(|each| of_shape(shapes, *of, each, sent));
        }
        (Kind::Timestamp { .. }, _) => {}
        (_, value) => all(value, sent),
    }
}

/// Takes every text inside a value, and what it is the base64 of.
fn all(value: &Value, into: &mut Vec<String>) {
    texts(value, &mut |text| {
        let plain = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        into.extend(plain);
        into.push(text.to_owned());
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

fn hide(message: String, secret: &str) -> String {
    if secret.len() <= WORD_BYTES_MAX {
        return hide_word(message, secret);
    }
    let beginning: String = secret.chars().take(BEGINNING_CHARS).collect();
    if !message.contains(&beginning) {
        return message;
    }
    let mut shown = String::new();
    let mut rest = message.as_str();
    while let Some((before, at)) = rest.find(&beginning).map(|at| rest.split_at(at)) {
        let same = at.chars().zip(secret.chars()).take_while(|(found, own)| found == own);
        let length = same.map(|(found, _)| found.len_utf8()).sum();
        shown.push_str(before);
        shown.push_str(HIDDEN);
        rest = at.split_at(length).1;
    }
    shown.push_str(rest);
    shown
}

fn hide_word(message: String, secret: &str) -> String {
    if secret.is_empty() || !message.contains(secret) {
        return message;
    }
    let joins = |c: char| c.is_alphanumeric();
    let mut shown = String::new();
    let mut rest = message.as_str();
    while let Some((before, at)) = rest.find(secret).map(|at| rest.split_at(at)) {
        let (found, after) = at.split_at(secret.len());
        let before_it = before.chars().next_back().or_else(|| shown.chars().next_back());
        let is_part = before_it.is_some_and(joins) || after.chars().next().is_some_and(joins);
        shown.push_str(before);
        shown.push_str(if is_part { found } else { HIDDEN });
        rest = after;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::hide;

    fn check(message: &str, secret: &str, expected: &str) {
        let expected = expected.replace('*', cairn_event::HIDDEN);
        assert_eq!(hide(message.to_owned(), secret), expected, "{secret}");
    }

    #[test]
    fn secrets_are_hidden_in_messages() {
        check("Value 'hunter2' is bad: hunter2", "hunter2", "Value '*' is bad: *");
        check("Nothing of it", "hunter2", "Nothing of it");
        // A long one is cut by some services.
        check("Value 'abcdefghijklmnopqr...'", "abcdefghijklmnopqrstuvwxyz", "Value '*...'");
        check("ab é ab\u{e9}", "é", "ab * ab\u{e9}");
        check("pin 42 of 142", "42", "pin * of 142");
        check("42", "42", "*");
        check("a", "", "a");
    }
}
