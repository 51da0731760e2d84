//! The `cloudtrail` service, version 2013-11-01: operations, errors, and typed requests and
//! responses, named as AWS names them.

mod enums;
mod error_code;
mod model;
mod operation;
mod requests;
mod responses;
#[cfg(test)]
mod round_trips;
mod shapes;
mod types;

pub use crate::json11::Input;
pub use enums::*;
pub use error_code::ErrorCode;
pub use model::UnknownOperation;
pub use operation::Operation;
pub use requests::*;
pub use responses::*;
pub use types::*;

#[cfg(test)]
mod tests;
