//! The refusals of KMS: those that decoding a call can end in, and how one is written; and what records hold.

use serde_json::{Map, Value};

use super::{ErrorCode, Operation};
use crate::constraint::Violations;
use crate::json11::{self, Fault, InputShape};
use crate::{Timestamp, casing};

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

/// A decoded call.
pub type Request = json11::Request<Operation>;

impl json11::Operation for Operation {
    type Refusal = Refusal;
    /// What is to be or was encrypted, and what stands for a permission.
    const UNRECORDED: &'static [&'static str] = &[
        "CiphertextBlob",
        "CiphertextForRecipient",
        "GrantToken",
        "GrantTokens",
        "Plaintext",
        "Recipient",
        "XksKeyId",
    ];

    fn input_shape(self) -> InputShape {
        InputShape(self.model().input)
    }

    fn unreadable(fault: Fault, message: String) -> Refusal {
        let code = match fault {
            Fault::ContentType => ErrorCode::MalformedHttpRequestException,
            Fault::TooLarge => ErrorCode::RequestEntityTooLargeException,
            Fault::Serialization => ErrorCode::SerializationException,
            Fault::OtherOperation => ErrorCode::InternalFailure,
        };
        Refusal::new(code, message)
    }

    fn invalid(self, violations: &Violations) -> Refusal {
        Refusal::new(ErrorCode::ValidationException, violations.to_string())
    }
}

/// Renders the record's `responseElements` of an answer, without what no record holds.
pub fn response_elements(operation: Operation, body: &[u8]) -> Option<Value> {
    let mut answered: Map<String, Value> = serde_json::from_slice(body).ok()?;
    answered.retain(|name, _| !<Operation as json11::Operation>::UNRECORDED.contains(&name.as_str()));
    casing::recorded(operation.model().output, &Value::Object(answered), Timestamp::recorded)
}

/// Renders the body of a refusal: modelled errors have a small `message`, those of the framework a capital one.
pub fn error_body(refusal: &Refusal) -> Vec<u8> {
    let member = if refusal.code.is_modelled() { "message" } else { "Message" };
    json11::success_body(&serde_json::json!({"__type": refusal.code.as_str(), member: refusal.message}))
}
