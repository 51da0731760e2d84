//! AWS JSON 1.1, the protocol of the `cloudtrail` service.
//!
//! The operation is named by `X-Amz-Target`, the parameters are a JSON object, and so is the answer.
//! Reading a call takes two steps, because a record wants the operation even when the body is
//! unreadable: [`operation`], then [`Request::decode`].

use serde::Serialize;
use serde_json::Value;

use crate::casing;
use crate::constraint::Violations;
use crate::reading;
use crate::{ErrorCode, Input, Operation};

/// The content type of requests and answers.
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// The header that names the operation.
pub const TARGET_HEADER: &str = "x-amz-target";

/// The header that repeats the error class.
pub const ERROR_TYPE_HEADER: &str = "x-amzn-errortype";

/// The header that carries the request id of every answer.
pub const REQUEST_ID_HEADER: &str = "x-amzn-requestid";

/// The longest body that is read: twice the largest selectors that a trail can have.
pub const BODY_BYTES_MAX: usize = 2 << 20;

/// The deepest nesting of lists and objects in a body; CloudTrail's own shapes need less than ten.
pub const NESTING_MAX: usize = 64;

/// The service shape at the end of every accepted target prefix.
const SERVICE_SHAPE: &str = "CloudTrail_20131101";

/// A refusal, as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// The error class.
    pub code: ErrorCode,
    /// What the caller is told.
    pub message: String,
}

impl Refusal {
    /// Refuses with `code` and `message`.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Reads the operation out of `X-Amz-Target`: what follows the last dot, after any prefix that ends
/// in `CloudTrail_20131101`.
pub fn operation(target: Option<&str>) -> Result<Operation, Refusal> {
    let unknown = |message: &str| Refusal::new(ErrorCode::UnknownOperationException, message);
    let target = target.ok_or_else(|| unknown("The request names no operation."))?;
    let (prefix, name) = target.rsplit_once('.').unwrap_or(("", target));
    if !prefix.ends_with(SERVICE_SHAPE) {
        return Err(unknown("The operation named in X-Amz-Target is not one of this service."));
    }
    name.parse().map_err(|_unknown_name| unknown("The operation is not known."))
}

/// A decoded call: the operation, its parameters as sent, and what is wrong with them.
#[derive(Debug, Clone)]
pub struct Request {
    operation: Operation,
    parameters: Value,
    violations: Violations,
}

impl Request {
    /// Reads the body of a call. An empty body stands for no parameters.
    ///
    /// # Errors
    ///
    /// `MalformedHttpRequestException` for another content type, `RequestEntityTooLargeException`
    /// above [`BODY_BYTES_MAX`], `SerializationException` for what is no JSON object, is nested
    /// deeper than [`NESTING_MAX`], or holds a member of the wrong type. Broken constraints are not
    /// errors yet: [`Request::input`] reports them.
    pub fn decode(operation: Operation, content_type: Option<&str>, body: &[u8]) -> Result<Self, Refusal> {
        let given = self::body(content_type, body)?;
        let (parameters, violations) = reading::read(operation.model().input, given)
            .map_err(|mismatch| Refusal::new(ErrorCode::SerializationException, mismatch.to_string()))?;
        Ok(Self { operation, parameters, violations })
    }

    /// Returns the operation that is called.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Returns the parameters under their names on the wire: known members that were sent, nulls
    /// dropped, timestamps as epoch seconds.
    pub fn parameters(&self) -> &Value {
        &self.parameters
    }

    /// Lists the constraints of the service model that the parameters break.
    pub fn violations(&self) -> &Violations {
        &self.violations
    }

    /// Returns the typed input.
    ///
    /// # Errors
    ///
    /// The broken constraints, under the error class that [`Violations::code`] chooses;
    /// `InternalFailure` when `I` is the input of another operation.
    pub fn input<I: Input>(&self) -> Result<I, Refusal> {
        if I::OPERATION != self.operation {
            return Err(Refusal::new(
                ErrorCode::InternalFailure,
                "The request was taken for another operation.",
            ));
        }
        if !self.violations.is_empty() {
            let code = self.violations.code(self.operation);
            return Err(Refusal::new(code, self.violations.to_string()));
        }
        I::deserialize(&self.parameters)
            .map_err(|error| Refusal::new(ErrorCode::SerializationException, error.to_string()))
    }

    /// Renders the record's `requestParameters`; absent when nothing was sent.
    pub fn request_parameters(&self) -> Option<Value> {
        casing::request_parameters(self.operation, &self.parameters)
    }
}

/// Reads a body as the JSON object that every call sends.
pub(crate) fn body(content_type: Option<&str>, body: &[u8]) -> Result<Value, Refusal> {
    if !content_type.is_none_or(is_json) {
        return Err(Refusal::new(
            ErrorCode::MalformedHttpRequestException,
            format!("The content type must be {CONTENT_TYPE}."),
        ));
    }
    if body.len() > BODY_BYTES_MAX {
        return Err(Refusal::new(
            ErrorCode::RequestEntityTooLargeException,
            format!("The request body exceeds {BODY_BYTES_MAX} bytes."),
        ));
    }
    parse(body)
}

/// Renders the body of a successful answer; void operations answer `{}`.
pub fn success_body(output: &impl Serialize) -> Vec<u8> {
    // The generated responses hold nothing that JSON cannot.
    serde_json::to_vec(output).unwrap_or_else(|_unrenderable| b"{}".to_vec())
}

/// Renders the body of a refusal, with the capital `Message` that the service sends.
pub fn error_body(code: ErrorCode, message: &str) -> Vec<u8> {
    success_body(&ErrorBody { class: code.as_str(), message })
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    #[serde(rename = "__type")]
    class: &'a str,
    #[serde(rename = "Message")]
    message: &'a str,
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    [CONTENT_TYPE, "application/x-amz-json-1.0", "application/json"]
        .iter()
        .any(|accepted| essence.eq_ignore_ascii_case(accepted))
}

fn parse(body: &[u8]) -> Result<Value, Refusal> {
    let refuse = |message: &str| Refusal::new(ErrorCode::SerializationException, message);
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    if nesting(body) > NESTING_MAX {
        return Err(refuse("The request body is nested too deeply."));
    }
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(refuse("The request body must be a JSON object.")),
        Err(_) => Err(refuse("The request body could not be parsed as JSON.")),
    }
}

/// Counts how deep lists and objects are nested, without building them.
fn nesting(body: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for &byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests;
