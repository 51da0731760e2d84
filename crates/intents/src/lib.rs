//! What the gateway is about to do, durable before it does it.
//!
//! Before a call is forwarded, its event with an unknown outcome is synced to a journal of its own
//! ([`Intents::begin`]); once the event with the real outcome is durable, the intent is done ([`Begun::done`]).
//! An intent whose process died, or whose outcome could not be recorded, becomes an event with an unknown outcome
//! through the [`Settler`], never silence.
//!
//! Invariants:
//! - [`Intents::begin`] answers only once the intent is on the disk; what it refuses was never begun.
//! - A call that was begun has exactly one event in the main journal once everything is settled: its own, or the
//!   one of its intent. Both have the same id, by which the settler looks before it submits.
//! - The main journal keeps what the settler has yet to look through ([`Intents::hold`]).
//! - The number of open intents, their bytes and the file are bounded; at a limit, calls are refused.
//!
//! What a route that needs no record could not record is counted by [`Gaps`], and told by one event as soon as the
//! journal takes events again.
//!
//! This crate knows no call and no HTTP: an event is bytes with an id.

#![warn(missing_docs)]

mod book;
mod gap;
mod gap_file;
mod gaps;
mod intent;
mod intents;
mod limits;
mod look;
mod record;
mod settler;
mod telemetry;
mod writer;

pub use gap::{EVENT_NAME, Loss, Reason};
pub use gaps::{GapKeeper, Gaps};
pub use intent::Intent;
pub use intents::{Begun, Intents, OpenIntentsError};
pub use limits::Limits;
pub use record::RecordError;
pub use settler::{SettleError, Settled, Settler};
