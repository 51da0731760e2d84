//! A decoded call, the refusals that decoding can end in, and how a refusal is written.

use serde_json::{Map, Value};

use super::{ErrorCode, Input, Operation};
use crate::constraint::Violations;
use crate::{Timestamp, casing, json11, reading};

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

/// A decoded call: the operation, its parameters as sent, and what is wrong with them.
///
/// The parameters may hold plaintexts: `Debug` does not show them.
#[derive(Clone)]
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
    /// As for [`json11::Request::decode`]; broken constraints are told by [`Self::input`].
    pub fn decode(operation: Operation, content_type: Option<&str>, body: &[u8]) -> Result<Self, Refusal> {
        let given = json11::body(content_type, body).map_err(|refusal| {
            let code = match refusal.code {
                crate::ErrorCode::MalformedHttpRequestException => ErrorCode::MalformedHttpRequestException,
                crate::ErrorCode::RequestEntityTooLargeException => ErrorCode::RequestEntityTooLargeException,
                _ => ErrorCode::SerializationException,
            };
            Refusal::new(code, refusal.message)
        })?;
        let (parameters, violations) = reading::read(operation.model().input, given)
            .map_err(|mismatch| Refusal::new(ErrorCode::SerializationException, mismatch.to_string()))?;
        Ok(Self { operation, parameters, violations })
    }

    /// Returns the operation that is called.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Returns the parameters under their names on the wire: known members that were sent.
    pub fn parameters(&self) -> &Value {
        &self.parameters
    }

    /// Lists the constraints of the service model that the parameters break.
    pub fn violations(&self) -> &Violations {
        &self.violations
    }

    /// Refuses a call whose parameters break the model's constraints.
    ///
    /// # Errors
    ///
    /// `ValidationException` with every broken constraint.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.violations.is_empty() {
            return Ok(());
        }
        Err(Refusal::new(ErrorCode::ValidationException, self.violations.to_string()))
    }

    /// Returns the typed input.
    ///
    /// # Errors
    ///
    /// As for [`Self::check`]; `InternalFailure` when `I` is the input of another operation.
    pub fn input<I: Input>(&self) -> Result<I, Refusal> {
        if I::OPERATION != self.operation {
            let message = "The request was taken for another operation.";
            return Err(Refusal::new(ErrorCode::InternalFailure, message));
        }
        self.check()?;
        I::deserialize(&self.parameters)
            .map_err(|error| Refusal::new(ErrorCode::SerializationException, error.to_string()))
    }

    /// Renders the record's `requestParameters`, without the members that no record holds: what is to be or was
    /// encrypted, and what stands for a permission.
    pub fn request_parameters(&self) -> Option<Value> {
        let mut shown = self.parameters.as_object().cloned().unwrap_or_default();
        shown.retain(|name, _| !UNRECORDED.contains(&name.as_str()));
        casing::recorded(self.operation.model().input, &Value::Object(shown), Timestamp::recorded)
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request").field("operation", &self.operation).finish_non_exhaustive()
    }
}

/// Renders the record's `responseElements` of an answer, without what no record holds.
pub fn response_elements(operation: Operation, body: &[u8]) -> Option<Value> {
    let mut answered: Map<String, Value> = serde_json::from_slice(body).ok()?;
    answered.retain(|name, _| !UNRECORDED.contains(&name.as_str()));
    casing::recorded(operation.model().output, &Value::Object(answered), Timestamp::recorded)
}

/// Renders the body of a refusal: modelled errors have a small `message`, those of the framework a capital one.
pub fn error_body(refusal: &Refusal) -> Vec<u8> {
    let member = if refusal.code.is_modelled() { "message" } else { "Message" };
    json11::success_body(&serde_json::json!({"__type": refusal.code.as_str(), member: refusal.message}))
}

/// Members that no record holds.
const UNRECORDED: [&str; 7] = [
    "CiphertextBlob",
    "CiphertextForRecipient",
    "GrantToken",
    "GrantTokens",
    "Plaintext",
    "Recipient",
    "XksKeyId",
];
