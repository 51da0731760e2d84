//! The cursor loop every derived view runs in.
//!
//! Everything right of the journal is a [`Projection`]: it is handed the journal's records in order, in
//! bounded batches, and keeps its own place. The loop ([`run`]) reads, waits for new records by the
//! journal's own signal and by timer, repeats what failed with growing pauses, and tells its lag.
//!
//! Invariants: a projection sees every position from its start exactly in order; a batch that failed is
//! handed over again, whole, before anything later; shutdown never interrupts a batch. Where a projection
//! has got to is the projection's own business: it saves its output and its next position together, or
//! makes the output idempotent and saves the position last. This crate must not know what an event means.

#![warn(missing_docs)]

mod pause;
mod projection;
mod run;
mod source;
mod telemetry;

pub use pause::Pause;
pub use projection::{Batch, Projection, Record};
pub use run::{Options, run};
pub use source::{BatchError, Source};
