//! Records of services that are known by their models alone.

mod cbor;
mod decoded;
mod echo;
mod form;
mod json;
mod labels;
mod rendering;
mod request_id;
mod rest;
mod scalar;
mod style;
mod xml;

use std::sync::Arc;

use cairn_operations::{
    Kind, OperationId, ShapeId, Shapes, Table, api_version, event_name, event_source, global_region,
};
use cairn_wire::read_only::read_only;
use cairn_wire::recognise::Protocol;
use serde_json::{Value, json};

use self::decoded::Body;
use self::rendering::Rendering;
use self::style::Style;
use crate::body_policy::{ERROR_BYTES_MAX, PARAMETERS_BODY_BYTES_MAX};
use crate::details::Details;
use crate::error::Failure;
use crate::{BodyPolicy, Captured, Exchange, Keep, TableKeys, services};

pub(crate) use self::cbor::parse as parse_cbor;
pub(crate) use self::decoded::Decoded;
pub(crate) use self::echo::without_secrets;
pub use self::request_id::request_id;

/// A call of a service in the table of operations.
#[derive(Debug, Clone)]
pub struct ModelledCall {
    /// The table.
    pub table: Arc<Table>,
    /// The operation in it.
    pub operation: OperationId,
    /// How the request speaks.
    pub protocol: Protocol,
    /// The record's `eventSource`.
    pub event_source: String,
    /// The record's `eventName`.
    pub event_name: String,
    /// What is known of the keys of DynamoDB's tables.
    pub table_keys: Option<Arc<TableKeys>>,
}

impl ModelledCall {
    /// Takes a recognised operation; none when it is not in the table.
    pub fn new(table: &Arc<Table>, operation: OperationId, protocol: Protocol) -> Option<Self> {
        let (service, named) = (table.service(operation)?, table.operation(operation)?);
        Some(Self {
            event_source: event_source(service),
            event_name: event_name(service, named).into_owned(),
            table: Arc::clone(table),
            operation,
            protocol,
            table_keys: None,
        })
    }

    /// Returns the record's `apiVersion`; most services write none.
    pub(crate) fn api_version(&self) -> Option<&'static str> {
        api_version(self.table.service(self.operation)?)
    }

    /// Returns the Region that the service's records carry wherever it is called; none when it has one.
    pub(crate) fn global_region(&self) -> Option<&'static str> {
        global_region(self.table.service(self.operation)?)
    }

    /// Turns an error code of the query protocol into the name of the exception, which is what records hold.
    pub(crate) fn exception_name(&self, code: &str) -> String {
        let shapes = self.shapes();
        let renamed = shapes.renamed_errors.iter().find(|(wire, _)| wire == code);
        renamed.map_or(code, |(_, exception)| exception).to_owned()
    }

    /// Returns the shapes of the service.
    pub(crate) fn shapes(&self) -> Arc<Shapes> {
        self.table.shapes(self.operation)
    }
}

impl PartialEq for ModelledCall {
    fn eq(&self, other: &Self) -> bool {
        (&self.event_source, &self.event_name, self.operation, self.protocol)
            == (&other.event_source, &other.event_name, other.operation, other.protocol)
    }
}

impl Eq for ModelledCall {}

/// Says which bodies the record needs.
///
/// A body that is bytes is content, and a stream of events is neither read nor held.
pub(crate) fn body_policy(call: &ModelledCall) -> BodyPolicy {
    let only_errors = Keep::OnError { bytes_max: ERROR_BYTES_MAX };
    let Some(operation) = call.table.operation(call.operation) else {
        return BodyPolicy { request: Keep::Nothing, response: only_errors };
    };
    let shapes = call.shapes();
    let rest = matches!(call.protocol, Protocol::RestJson | Protocol::RestXml);
    let streams = |names: &[&str]| names.contains(&operation.name.as_str());
    let sent = !streams(&SENT_STREAMS) && holds_document(&shapes, operation.input, rest);
    let answered = !streams(&ANSWERED_STREAMS) && holds_document(&shapes, operation.output, rest);
    let request =
        if sent || !rest { Keep::Always { bytes_max: PARAMETERS_BODY_BYTES_MAX } } else { Keep::Nothing };
    let recorded = !read_only(&call.event_source, &call.event_name) || services::reads_answer(call);
    let response = if recorded && answered {
        Keep::Always { bytes_max: PARAMETERS_BODY_BYTES_MAX }
    } else {
        only_errors
    };
    BodyPolicy { request, response }
}

/// Operations whose requests are streams of events.
const SENT_STREAMS: [&str; 5] = [
    "Chat",
    "InvokeModelWithBidirectionalStream",
    "StartConversation",
    "StartMedicalScribeListeningSession",
    "StartSpeechSynthesisStream",
];

/// Operations whose answers are.
const ANSWERED_STREAMS: [&str; 24] = [
    "AgenticRetrieveStream",
    "Chat",
    "ConverseStream",
    "GetLogObject",
    "InvokeAgent",
    "InvokeAgentRuntimeCommand",
    "InvokeAssistant",
    "InvokeCodeInterpreter",
    "InvokeEndpointWithResponseStream",
    "InvokeFlow",
    "InvokeHarness",
    "InvokeInlineAgent",
    "InvokeModelWithBidirectionalStream",
    "InvokeModelWithResponseStream",
    "InvokeWithResponseStream",
    "OptimizePrompt",
    "RetrieveAndGenerateStream",
    "SelectObjectContent",
    "StartConversation",
    "StartLiveTail",
    "StartMedicalScribeListeningSession",
    "StartSpeechSynthesisStream",
    "SubscribeToShard",
    "UpdateProfileWithAgent",
];

fn holds_document(shapes: &Shapes, shape: Option<ShapeId>, rest: bool) -> bool {
    let Some((members, payload)) = decoded::structure(shapes, shape) else { return false };
    match payload {
        Some(payload) => shapes.get(payload.shape).is_some_and(|shape| shape.kind != Kind::Blob),
        None => !members.is_empty() && (!rest || decoded::has_body(members)),
    }
}

/// Renders what the record says of the call.
pub(crate) fn details(exchange: &Exchange<'_>, call: &ModelledCall, failure: Option<&Failure>) -> Details {
    let (_, mut details) = render(exchange, call, &call.shapes(), failure.is_some());
    if failure.is_some_and(|failure| is_turned_away(&call.event_source, failure)) {
        details.request_parameters = None;
    }
    details
}

/// Reads a call and renders what there is to say of it.
fn render(exchange: &Exchange<'_>, call: &ModelledCall, shapes: &Shapes, failed: bool) -> (Decoded, Details) {
    let mut details = Details::management(read_only(&call.event_source, &call.event_name));
    let decoded = Decoded::of(exchange, call, shapes, failed);
    let rendering = Rendering { shapes, style: Style::of(&call.event_source, call.protocol) };
    let operation = call.table.operation(call.operation);
    let (input, output) = operation.map_or((None, None), |known| (known.input, known.output));
    details.request_parameters = rendering.message(input, &decoded.request);
    let request = (exchange.request.body, exchange.request.body_bytes);
    details.additional.extend(omitted("requestBody", decoded.request_body, request));
    if !failed && !details.read_only {
        details.response_elements = rendering.message(output, &decoded.answer);
        let answer = (exchange.response.body, exchange.response.body_bytes);
        details.additional.extend(omitted("responseBody", decoded.answer_body, answer));
    }
    services::adjust(call, exchange, &decoded, &mut details);
    (decoded, details)
}

/// Whether a call was turned away unread, or a service does not say what was asked where it was denied.
fn is_turned_away(event_source: &str, failure: &Failure) -> bool {
    let is_silent = matches!(event_source, "organizations.amazonaws.com" | "sts.amazonaws.com");
    failure.is_throttling() || is_silent && failure.is_access_denied()
}

/// Says of a body that it is not in the record, or not all of it.
fn omitted(member: &str, read: Body, (body, bytes): (Captured<'_>, u64)) -> Option<(String, Value)> {
    let what = if matches!(read, Body::Partly) || body == Captured::Cut { "too large" } else { "unreadable" };
    let reason = format!("{member} {what}");
    let remark = match read {
        Body::Read => return None,
        Body::Partly => json!({"omitted": "long texts", "originalSize": bytes, "reason": reason}),
        Body::Unread => json!({"omitted": true, "originalSize": bytes, "reason": reason}),
    };
    Some((member.to_owned(), remark))
}

#[cfg(test)]
mod tests;
