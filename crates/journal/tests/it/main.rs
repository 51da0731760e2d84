//! The journal against a simulated disk that loses what was not synced, fails where it is told to, and
//! can be read and spoilt byte by byte; and, briefly, against the real one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::cast_possible_truncation, reason = "a simulated disk of more than 4 GiB has other worries")]

mod damage;
mod fault;
mod fuzz;
mod inspection;
mod limits;
mod model;
#[path = "../../../event/tests/fuzz/mutator.rs"]
mod mutator;
mod readers;
mod real_disk;
mod rig;
mod sim;
mod truncation;
