//! Who the keys of other systems belong to: a directory that the operator writes, and what answers passing
//! through teach.
//!
//! A gateway sees a key id and, mostly, no secret. [`Identities::identify`] says whose key it is, if the
//! directory or an earlier answer told; [`Verdict`] says what the upstream's answer makes of the claim, and
//! [`Identified::caller`] puts both together. [`Identities::learn`] takes what successful answers of STS, IAM and
//! their kin tell. [`actor`] reads which person, agent and tool stands behind a call.
//!
//! Invariants:
//! - Nothing here proves anything: how far an identity is believed is told beside it, and a claim that was
//!   refused, or that nobody decided about, never carries a name.
//! - What one upstream's answers teach is believed for that upstream's account alone ([`Realm`]).
//! - Secrets and session tokens of answers are never read; what is kept is bounded and sealed.
//!
//! This crate knows no socket, no HTTP library and no signature.

#![warn(missing_docs)]

mod account_hint;
pub mod actor;
pub mod directory;
mod identified;
mod identities;
mod learn;
mod lesson;
mod memory;
mod person;
mod realm;
mod telemetry;
mod unsigned;
mod upkeep;
mod verdict;
mod web_token;

pub use account_hint::account_of_key;
pub use identified::{Claim, Identified, Sighting};
pub use identities::{AccountHints, Identities};
pub use lesson::{LESSON_BYTES_MAX, Lesson, teaches};
pub use memory::LEARNED_MAX;
pub use person::Person;
pub use realm::{Realm, Signatures};
pub use upkeep::Upkeep;
pub use verdict::{Answer, Verdict};
