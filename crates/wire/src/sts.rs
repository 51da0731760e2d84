//! The `sts` service, version 2011-06-15, as far as it is built in: operations, errors, and typed requests
//! and responses, named as AWS names them.

mod error_code;
mod operation;
mod requests;
mod responses;
#[cfg(test)]
pub(crate) mod round_trips;
mod shapes;
mod types;

pub use error_code::ErrorCode;
pub use operation::Operation;
pub use requests::*;
pub use responses::*;
pub use types::*;
