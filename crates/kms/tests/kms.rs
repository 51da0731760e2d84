//! KMS over a real catalog.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

#[path = "kms/authorization.rs"]
mod authorization;
#[path = "kms/limits.rs"]
mod limits;
#[path = "kms/time.rs"]
mod time;
#[path = "kms/world.rs"]
mod world;
