//! An observed exchange becomes an event.
//!
//! Every call takes this path, whoever serves it: the server hands in what it saw of request and answer
//! ([`Exchange`]) and which call it was ([`ServiceCall`]), and [`record`] renders the one
//! [`Record`](cairn_event::Record) of it. Before the exchange, [`body_policy`] says which bodies have to be
//! kept at all, so that objects stream past untouched.
//!
//! Invariants:
//! - Values are recorded by allow rule: headers, query parameters and members that are not known to be
//!   harmless are left out here, and names that may hold a secret are hidden once more when the record is
//!   rendered. Object bodies, signatures, tokens, user metadata and customer keys are never looked at.
//! - What a refused signature vouches for is not believed: no principal, and no body is interpreted.
//! - Nothing here fails: what cannot be read of an answer or a body is left out of the record.
//!
//! This crate knows no socket, no clock and no store.

#![warn(missing_docs)]

mod body_policy;
mod cloudtrail;
mod details;
mod error;
mod exchange;
mod further;
mod iam;
mod inflate;
mod json_of_xml;
mod kms;
mod modelled;
mod owner_copy;
mod record;
mod s3;
mod service_call;
mod services;
mod sign_in;
mod sts;

pub use body_policy::{
    BodyPolicy, DELETIONS_BYTES_MAX, ERROR_BYTES_MAX, Keep, PARAMETERS_BODY_BYTES_MAX, body_policy,
};
pub use error::{Failure, named_error};
pub use exchange::{Captured, Exchange, Request, Response, Tls};
pub use further::further_records;
pub use kms::KmsCall;
pub use modelled::{ModelledCall, request_id};
pub use owner_copy::{Owners, share_with_owners};
pub use record::record;
pub use s3::copy_source_bucket;
pub use service_call::ServiceCall;
pub use services::TableKeys;
pub use sign_in::{SignInDeed, sign_in_record};
