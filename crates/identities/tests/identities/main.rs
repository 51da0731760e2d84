//! Whose keys are whose, as the directory and answers tell.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod directory;
mod exchanges;
mod learning;
mod spoofing;
mod storing;
mod world;
