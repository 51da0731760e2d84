//! Records of IAM.
//!
//! IAM's own rules: policy documents stay texts, as sent and as answered; times have no comma; the secret of a
//! new access key, passwords, and a device's seed and codes are left out. There are no resources.

use cairn_wire::Timestamp;
use cairn_wire::iam::{ErrorCode, Operation};
use cairn_wire::query::{self, Operation as _, Parameters};
use cairn_wire::read_only::read_only;
use serde_json::Value;

use crate::Exchange;
use crate::details::Details;
use crate::error::Failure;

/// The record's `eventSource`.
pub(crate) const EVENT_SOURCE: &str = "iam.amazonaws.com";

/// Tells whether the answer of a successful call is recorded: that of everything that is no reading.
pub(crate) fn records_response(operation: Operation) -> bool {
    !read_only(EVENT_SOURCE, operation.name())
}

/// Renders parameters and answer of a call. A denied call keeps its parameters.
pub(crate) fn details(exchange: &Exchange<'_>, operation: Operation, failure: Option<&Failure>) -> Details {
    let mut details = Details::management(read_only(EVENT_SOURCE, operation.name()));
    // A throttled call was turned away unread.
    if !failure.is_some_and(Failure::is_throttling) {
        details.request_parameters = parameters(exchange, operation);
    }
    if failure.is_none() && records_response(operation) {
        details.response_elements = response_elements(exchange, operation);
    }
    details
}

/// Turns the code on the wire into the exception's name, which is what records hold.
pub(crate) fn exception_name(code: &str) -> String {
    let own = ERROR_CODES.iter().find(|own| own.as_str() == code);
    own.map_or(code, |own| own.exception()).to_owned()
}

fn parameters(exchange: &Exchange<'_>, operation: Operation) -> Option<Value> {
    let request = &exchange.request;
    let given = Parameters::parse(request.query, request.body.whole().unwrap_or_default()).ok()?;
    let mut parameters = query::Request::decode(operation, &given).ok()?.request_parameters()?;
    let Some(members) = parameters.as_object_mut() else { return Some(parameters) };
    SECRET_PARAMETERS.iter().for_each(|name| {
        members.remove(*name);
    });
    // ChangePassword has nothing else.
    (!members.is_empty()).then_some(parameters)
}

/// What is left out of the parameters, as AWS's records do.
const SECRET_PARAMETERS: [&str; 5] =
    ["authenticationCode1", "authenticationCode2", "newPassword", "oldPassword", "password"];

fn response_elements(exchange: &Exchange<'_>, operation: Operation) -> Option<Value> {
    let body = exchange.response.body.whole()?;
    let mut answered = query::response_elements(operation, body, Timestamp::recorded_without_comma)?;
    if let Some(key) = answered.get_mut("accessKey").and_then(Value::as_object_mut) {
        key.remove("secretAccessKey");
    }
    if let Some(device) = answered.get_mut("virtualMFADevice").and_then(Value::as_object_mut) {
        // The seed and its picture.
        device.retain(|name, _| SHOWN_OF_DEVICES.contains(&name.as_str()));
    }
    Some(answered)
}

/// What records show of a new device.
const SHOWN_OF_DEVICES: [&str; 2] = ["serialNumber", "tags"];

const ERROR_CODES: [ErrorCode; 14] = [
    ErrorCode::ConcurrentModification,
    ErrorCode::DeleteConflict,
    ErrorCode::EntityAlreadyExists,
    ErrorCode::EntityTemporarilyUnmodifiable,
    ErrorCode::InvalidAuthenticationCode,
    ErrorCode::InvalidInput,
    ErrorCode::InvalidUserType,
    ErrorCode::LimitExceeded,
    ErrorCode::MalformedPolicyDocument,
    ErrorCode::NoSuchEntity,
    ErrorCode::PasswordPolicyViolation,
    ErrorCode::PolicyNotAttachable,
    ErrorCode::ServiceFailure,
    ErrorCode::UnmodifiableEntity,
];
