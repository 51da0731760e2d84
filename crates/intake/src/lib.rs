//! The only writer of the journal: admit, stamp, group commit, acknowledge.
//!
//! A call's event is handed in as a [`Draft`]. Intake decides whether it enters at all (management
//! events always, data events when a trail wants them), stamps it with the catalog revision in force and
//! the time it was received, writes it with everything else that waits, and answers once the journal has
//! synced. An answer of `Ok` means that the event survives any crash.
//!
//! Received times never fall as positions rise, so everything derived may cut windows by them.
//! This crate does not know what an event says beyond what selectors ask.

mod draft;
mod intake;
mod stamp;
mod state;
mod telemetry;
mod writer;

pub use draft::{Admission, Draft};
pub use intake::{Intake, IntakeError, OpenIntakeError};
