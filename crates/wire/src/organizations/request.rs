//! A decoded call, the refusals that decoding can end in, and how a refusal is written.

use serde_json::{Map, Value};

use super::{ErrorCode, Input, Operation};
use crate::constraint::{Constraint, Violation, Violations};
use crate::{json11, reading};

/// A refusal, as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// The error class.
    pub code: ErrorCode,
    /// What the caller is told.
    pub message: String,
    /// Which of the reasons that the class has; none for classes without.
    pub reason: Option<&'static str>,
}

impl Refusal {
    /// Refuses with `code` and `message`, and without a reason.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), reason: None }
    }
}

/// A decoded call: the operation, its parameters as sent, and what is wrong with them.
///
/// The parameters may hold names and addresses: `Debug` does not show them.
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
    /// As for [`json11::Request::decode`]; broken constraints are told by [`Self::check`].
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

    /// Refuses a call whose parameters break the model's constraints.
    ///
    /// # Errors
    ///
    /// `InvalidInputException` with every broken constraint; its reason is that of the first.
    pub fn check(&self) -> Result<(), Refusal> {
        match self.violations.iter().next() {
            None => Ok(()),
            Some(first) => Err(Refusal {
                code: ErrorCode::InvalidInputException,
                message: self.violations.to_string(),
                reason: Some(reason(first)),
            }),
        }
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
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request").field("operation", &self.operation).finish_non_exhaustive()
    }
}

/// Renders the body of a refusal.
pub fn error_body(refusal: &Refusal) -> Vec<u8> {
    let mut members = Map::new();
    members.insert("__type".to_owned(), refusal.code.as_str().into());
    members.insert("Message".to_owned(), refusal.message.as_str().into());
    members.extend(refusal.reason.map(|reason| ("Reason".to_owned(), reason.into())));
    json11::success_body(&Value::Object(members))
}

/// Names what is wrong with a value, as Organizations does.
fn reason(violation: &Violation) -> &'static str {
    match &violation.constraint {
        Constraint::NotNull => "INPUT_REQUIRED",
        Constraint::LengthMin(_) => "MIN_LENGTH_EXCEEDED",
        Constraint::LengthMax(_) => "MAX_LENGTH_EXCEEDED",
        Constraint::ValueMin(_) => "MIN_VALUE_EXCEEDED",
        Constraint::ValueMax(_) => "MAX_VALUE_EXCEEDED",
        Constraint::Pattern(_) if violation.member == "TargetId" => "INVALID_PATTERN_TARGET_ID",
        Constraint::Pattern(_) | Constraint::Keys(_) | Constraint::Entries(_) => "INVALID_PATTERN",
        Constraint::Values(_) if violation.member == "PolicyType" => "INVALID_ENUM_POLICY_TYPE",
        Constraint::Values(_) => "INVALID_ENUM",
        Constraint::Items(_) => "INVALID_LIST_MEMBER",
    }
}
