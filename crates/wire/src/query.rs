//! The AWS query protocol, which IAM and STS speak: form parameters in, XML out.
//!
//! A call is read in two steps, because a record wants the operation even when the parameters are
//! unreadable: [`Parameters::parse`], then [`Request::decode`] for the operation that `Action` names.
//! The answer is rendered from the operation's typed output by [`success_body`], and read again, for the
//! record of the call, by [`read_answer`].

mod answer;
mod error_code;
mod form;
mod operation;
mod parameters;
mod read_answer;
mod request;

pub use answer::{ErrorBody, ec2_error_body, success_body};
pub use error_code::QueryErrorCode;
pub use operation::{Input, Operation, OperationModel};
pub use parameters::{Parameters, ParametersError};
pub use read_answer::{read_answer, response_elements};
pub use request::{Refusal, Request};

/// The content type of answers.
pub const CONTENT_TYPE: &str = "text/xml";

/// The header that carries the request id of every answer.
pub const REQUEST_ID_HEADER: &str = "x-amzn-requestid";

/// The longest body that is read; policies and tokens stay far below.
pub const BODY_BYTES_MAX: usize = 256 << 10;

/// The most parameters that a call may have.
pub const PARAMETERS_MAX: usize = 1000;

#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod tests;
