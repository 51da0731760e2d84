//! KMS's operations as use cases: symmetric keys, their aliases, policies, grants and rotation, and what is
//! encrypted under them.
//!
//! A call takes two steps. [`Kms::asked`] says what a call must be allowed, with the key's policy and the
//! grants that apply to the caller, for whoever knows the caller's own policies; [`Kms::call`] makes a call that
//! is allowed. What a call came to concern is told beside its answer ([`Touched`]), for the record.
//!
//! Invariants: a key's material leaves sealed or not at all; a ciphertext opens under its own key and encryption
//! context alone; a policy that can't be read wholly is never stored. This crate does not know that it is served
//! over HTTP, nor who signed the request or how.

mod aliases;
mod asked;
mod call;
mod caller;
mod ciphertext;
mod constraint;
mod cryptography;
mod encryption_context;
mod grants;
mod key_policies;
mod keys;
mod kms;
mod managed;
mod material;
mod page;
mod reference;
mod refusal;
mod rotation;
mod state;
mod tags;
mod upkeep;

pub use asked::Asked;
pub use call::{Done, Touched};
pub use caller::Caller;
pub use ciphertext::Ciphertext;
pub use kms::Kms;
pub use refusal::Refusal;
pub use upkeep::{Deed, KeyName};
