//! The `kms` service, version 2014-11-01, as far as it is built in: operations, errors, and typed requests
//! and responses, named as AWS names them. It speaks AWS JSON 1.1.

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
mod types;

pub use enums::*;
pub use error_code::ErrorCode;
pub use operation::Operation;
pub use request::{Refusal, Request, error_body, response_elements};
pub use requests::*;
pub use responses::*;
pub use types::*;
