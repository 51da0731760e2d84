//! The `organizations` service, version 2016-11-28, as far as it is built in: operations, errors, and typed
//! requests and responses, named as AWS names them. It speaks AWS JSON 1.1.

mod enums;
mod error_code;
mod operation;
mod request;
mod requests;
mod responses;
#[cfg(test)]
pub(crate) mod round_trips;
mod shapes;
#[cfg(test)]
mod tests;
#[expect(clippy::use_self, reason = "generated: every type is named")]
mod types;

pub use enums::*;
pub use error_code::ErrorCode;
pub use operation::Operation;
pub use request::{Refusal, Request, error_body};
pub use requests::*;
pub use responses::*;
pub use types::*;
