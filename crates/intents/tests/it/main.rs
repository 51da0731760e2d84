//! Intents beside a main journal, both on a simulated disk that loses what was not synced and fails where it is
//! told to.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod faults;
mod gaps;
mod limits;
mod lives;
mod model;
#[path = "../../../journal/tests/it/sim.rs"]
#[expect(clippy::cast_possible_truncation, reason = "the journal's own tests ask more of it")]
mod sim;
mod world;
