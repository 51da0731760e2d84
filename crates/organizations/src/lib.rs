//! Organizations' operations as use cases: the organization, its accounts and units, what they agree on, what
//! limits them, and which services and accounts act for it.
//!
//! A use case takes a parsed request and a caller who may make it, decides on one catalog revision, and commits
//! the next. This crate does not know that it is served over HTTP, who signed the request or how.

#![warn(missing_docs)]

mod caller;
pub mod elsewhere;
mod organizations;
mod refusal;

pub use caller::Caller;
pub use organizations::Organizations;
pub use refusal::Refusal;
