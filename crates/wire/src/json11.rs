//! AWS JSON 1.1, the protocol of CloudTrail, KMS and Organizations; and how CloudTrail refuses in it.
//!
//! The operation is named by `X-Amz-Target`, the parameters are a JSON object, and so is the answer.
//! Reading a call takes two steps, because a record wants the operation even when the body is
//! unreadable: [`operation`], then [`Request::decode`].

mod body;
mod operation;
mod request;

use serde::Serialize;

use crate::cloudtrail::{self, ErrorCode};
use crate::constraint::Violations;

pub(crate) use operation::OperationModel;
pub use operation::{Fault, Input, InputShape, Operation};
pub use request::Request;

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
pub fn operation(target: Option<&str>) -> Result<cloudtrail::Operation, Refusal> {
    let unknown = |message: &str| Refusal::new(ErrorCode::UnknownOperationException, message);
    let target = target.ok_or_else(|| unknown("The request names no operation."))?;
    let (prefix, name) = target.rsplit_once('.').unwrap_or(("", target));
    if !prefix.ends_with(SERVICE_SHAPE) {
        return Err(unknown("The operation named in X-Amz-Target is not one of this service."));
    }
    name.parse().map_err(|_unknown_name| unknown("The operation is not known."))
}

impl Operation for cloudtrail::Operation {
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
        Refusal::new(violations.code(self), violations.to_string())
    }
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

#[cfg(test)]
mod tests;
