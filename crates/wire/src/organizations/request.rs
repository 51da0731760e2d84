//! The refusals of Organizations: those that decoding a call can end in, and how one is written.

use serde_json::{Map, Value};

use super::{ErrorCode, Operation};
use crate::constraint::{Constraint, Violation, Violations};
use crate::json11::{self, Fault, InputShape};

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

/// A decoded call.
pub type Request = json11::Request<Operation>;

impl json11::Operation for Operation {
    type Refusal = Refusal;

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
        Refusal {
            code: ErrorCode::InvalidInputException,
            message: violations.to_string(),
            reason: violations.iter().next().map(reason),
        }
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
