//! A validation: walks the digests of a trail, newest first, and checks the log files that they list.
//!
//! `cairn_digest::verify` decides; this crate gathers what it needs, so many objects at a time, and tells what is
//! found in the order in which the AWS CLI does. Where objects lie is behind [`Store`], where public keys come from
//! behind [`KeySource`], who is told behind [`Tell`]. Memory does not depend on how many log files there are.
//!
//! It must know neither how a bucket is asked nor how results are written.

#![warn(missing_docs)]

mod ahead;
mod checks;
mod keys;
mod run;
pub mod s3_answer;
mod store;
mod tell;

pub use ahead::DigestRoom;
pub use checks::Checks;
pub use keys::{KeyRing, KeySource};
pub use run::{Ended, Plan, Run, RunError, Standing};
pub use store::{FetchError, Listed, Page, Read, Store};
pub use tell::{Tell, lines};
