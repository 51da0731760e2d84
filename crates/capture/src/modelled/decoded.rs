//! What a call asked and was answered, under the names of its model.

use std::fmt;

use cairn_operations::{Kind, Location, Member, Operation, ShapeId, Shapes};
use cairn_wire::recognise::Protocol;
use cairn_wire::xml::Element;
use serde_json::{Map, Value};

use super::form::{Dialect, Form};
use super::{ModelledCall, cbor, json, rest, xml};
use crate::inflate::{request_body, response_body};
use crate::{Captured, Exchange, Request, Response};

/// Members of request and answer under the model's names and with the model's types, before anything is
/// recased or hidden: it may hold secrets, so nothing of it may enter a record unchosen.
///
/// Times are as on the wire (a number of seconds, or text), blobs are base64.
#[derive(Default)]
pub(crate) struct Decoded {
    /// The request's; empty when there were none, or they cannot be read.
    pub(crate) request: Map<String, Value>,
    /// The answer's; empty when the call failed, or its answer was not kept or cannot be read.
    pub(crate) answer: Map<String, Value>,
    /// Whether the call failed.
    pub(crate) failed: bool,
    /// What became of the request's body.
    pub(super) request_body: Body,
    /// What became of the answer's body.
    pub(super) answer_body: Body,
}

/// Whether a body was made out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Body {
    /// It was, or there was none.
    #[default]
    Read,
    /// It was too long to be kept with its long texts.
    Partly,
    /// It was too long to be kept, or is not what the protocol says.
    Unread,
}

impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded").field("failed", &self.failed).finish_non_exhaustive()
    }
}

impl Decoded {
    /// Reads a call's request and, unless it failed, its answer.
    pub(super) fn of(exchange: &Exchange<'_>, call: &ModelledCall, shapes: &Shapes, failed: bool) -> Self {
        let mut decoded = Self { failed, ..Self::default() };
        let Some(operation) = call.table.operation(call.operation) else { return decoded };
        decoded.read_request(&exchange.request, call.protocol, operation, shapes);
        if !failed {
            decoded.read_answer(&exchange.response, call.protocol, operation, shapes);
        }
        decoded
    }

    fn read_request(
        &mut self,
        request: &Request<'_>,
        protocol: Protocol,
        operation: &Operation,
        shapes: &Shapes,
    ) {
        let Some((members, payload)) = structure(shapes, operation.input) else { return };
        if matches!(protocol, Protocol::RestJson | Protocol::RestXml) {
            self.request = rest::of_request(shapes, members, operation, request);
            if !has_body(members) {
                return;
            }
        }
        let body = request_body(request);
        let read = match protocol {
            Protocol::Query => form(shapes, members, request, body.as_deref(), Dialect::Query),
            Protocol::Ec2Query => form(shapes, members, request, body.as_deref(), Dialect::Ec2),
            _ => body.as_deref().and_then(|body| document(shapes, members, payload, protocol, body)),
        };
        self.request_body = Body::of(request.body, request.body_bytes, read.as_ref());
        self.request.extend(read.into_iter().flatten());
    }

    fn read_answer(
        &mut self,
        response: &Response<'_>,
        protocol: Protocol,
        operation: &Operation,
        shapes: &Shapes,
    ) {
        let Some((members, payload)) = structure(shapes, operation.output) else { return };
        if matches!(protocol, Protocol::RestJson | Protocol::RestXml) {
            self.answer = rest::of_response(shapes, members, response);
            if !has_body(members) {
                return;
            }
        }
        let body = response_body(response);
        let read = body.as_deref().and_then(|body| match protocol {
            Protocol::Query | Protocol::Ec2Query => {
                let root = Element::parse(body)?;
                let result = root.child(&format!("{}Result", operation.name)).unwrap_or(&root);
                Some(xml::structure(shapes, members, result))
            }
            _ => document(shapes, members, payload, protocol, body),
        });
        self.answer_body = Body::of(response.body, response.body_bytes, read.as_ref());
        self.answer.extend(read.into_iter().flatten());
    }
}

impl Body {
    /// Judges a body of `bytes` by what was captured and could be read of it.
    fn of(captured: Captured<'_>, bytes: u64, read: Option<&Map<String, Value>>) -> Self {
        let is_part = captured.whole().is_some_and(|body| u64::try_from(body.len()).unwrap_or(bytes) < bytes);
        match (captured, read) {
            (Captured::Cut, _) => Self::Unread,
            (Captured::Whole(_), Some(_)) if is_part => Self::Partly,
            (Captured::Whole(body), None) if !body.is_empty() => Self::Unread,
            (Captured::Whole(_) | Captured::Nothing, _) => Self::Read,
        }
    }
}

/// Returns the members of a call's parameters or answer, and the one that is the whole body.
pub(super) fn structure(shapes: &Shapes, shape: Option<ShapeId>) -> Option<(&[Member], Option<&Member>)> {
    let Kind::Structure { members, payload } = &shapes.get(shape?)?.kind else { return None };
    let payload = payload.and_then(|at| members.get(usize::try_from(at).ok()?));
    Some((members, payload))
}

/// Tells whether any member stands in the body.
pub(super) fn has_body(members: &[Member]) -> bool {
    members.iter().any(|member| member.location == Location::Body)
}

/// Reads the parameters of a query string and of a body; nothing when that is no text.
fn form(
    shapes: &Shapes,
    members: &[Member],
    request: &Request<'_>,
    body: Option<&[u8]>,
    dialect: Dialect,
) -> Option<Map<String, Value>> {
    let body = std::str::from_utf8(body.unwrap_or_default()).ok()?;
    Some(Form::parse(request.query, body).structure(shapes, members, dialect))
}

/// Reads a body that is one document, or a member's bare text.
fn document(
    shapes: &Shapes,
    members: &[Member],
    payload: Option<&Member>,
    protocol: Protocol,
    body: &[u8],
) -> Option<Map<String, Value>> {
    if body.is_empty() {
        return Some(Map::new());
    }
    if let Some(payload) = payload {
        let value = match &shapes.get(payload.shape)?.kind {
            Kind::Blob => return Some(Map::new()),
            Kind::Text => Value::from(std::str::from_utf8(body).ok()?),
            _ if protocol == Protocol::RestXml => xml::value(shapes, payload.shape, &Element::parse(body)?)?,
            _ => json::value(shapes, payload.shape, serde_json::from_slice(body).ok()?)?,
        };
        return Some(Map::from_iter([(payload.name.clone(), value)]));
    }
    let sent = match protocol {
        Protocol::RestXml => return Some(xml::structure(shapes, members, &Element::parse(body)?)),
        Protocol::Cbor => cbor::parse(body)?,
        _ => serde_json::from_slice(body).ok()?,
    };
    match sent {
        Value::Object(sent) => Some(json::structure(shapes, members, sent)),
        _ => None,
    }
}
