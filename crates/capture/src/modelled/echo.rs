//! Error messages of services, without the secrets that they may repeat.

mod asked;
mod secrets;

use cairn_access::Trust;
use cairn_event::{HIDDEN, is_denied, redact};
use cairn_operations::{Kind, ShapeId, Shapes};
use cairn_wire::recognise::Protocol;
use serde_json::Value;

use self::asked::{Asked, all};
use self::secrets::Secrets;
use super::decoded::{Body, structure};
use super::labels::decode;
use super::{ModelledCall, parse_cbor, render};
use crate::inflate::request_body;
use crate::{Exchange, Request, ServiceCall};

/// Returns an error message with everything of the request hidden in it that the record does not show either.
/// Nothing of it is shown when the request cannot be read, or is bytes that were not kept and the service may have
/// read: it may repeat any of it.
pub(crate) fn without_secrets(message: &str, exchange: &Exchange<'_>, call: &ServiceCall) -> String {
    let mut secrets = Vec::new();
    of_head(&exchange.request, &mut secrets);
    match call {
        ServiceCall::Modelled(call) => {
            if !of_modelled(exchange, call, &mut secrets) {
                return HIDDEN.to_owned();
            }
        }
        // Nobody knows what a call holds that no table knows, and its body was not kept.
        ServiceCall::Other { .. } if is_foreign(exchange) => return HIDDEN.to_owned(),
        _ => of_body(&exchange.request, call.protocol(), &mut secrets),
    }
    Secrets::new(secrets).hide(message)
}

/// Tells whether somebody else may have read a body and repeat it: the words of Cairn's own refusals repeat none.
fn is_foreign(exchange: &Exchange<'_>) -> bool {
    exchange.request.body_bytes > 0
        && !matches!(exchange.caller.trust(), Trust::Verified | Trust::Rejected)
        && !UNREAD_STATUSES.contains(&exchange.response.status)
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
    if decoded.request_body != Body::Read {
        return false;
    }
    let input = call.table.operation(call.operation).and_then(|known| known.input);
    let Some(input) = input else { return true };
    if is_opaque(&shapes, input) && !UNREAD_STATUSES.contains(&exchange.response.status) {
        return false;
    }
    let mut shown = details.request_parameters.unwrap_or_default();
    redact(&mut shown);
    let mut asked = Asked::showing(&shown);
    asked.take(&shapes, input, &Value::Object(decoded.request));
    asked.take_unknown(&exchange.request, call.protocol);
    secrets.extend(asked.unshown());
    true
}

/// Statuses of requests whose body nobody looked at.
const UNREAD_STATUSES: [u16; 4] = [401, 403, 404, 429];

/// Tells whether a body is bytes, which are not kept.
fn is_opaque(shapes: &Shapes, shape: ShapeId) -> bool {
    let payload = structure(shapes, Some(shape)).and_then(|(_, payload)| shapes.get(payload?.shape));
    payload.is_some_and(|payload| payload.kind == Kind::Blob)
}
