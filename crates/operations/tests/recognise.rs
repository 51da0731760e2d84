//! Requests, recognised.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

#[path = "recognise/allocations.rs"]
mod allocations;
#[path = "recognise/foreign.rs"]
mod foreign;
#[path = "recognise/named.rs"]
mod named;
#[path = "recognise/request.rs"]
mod request;
#[path = "recognise/ties.rs"]
mod ties;
#[path = "recognise/unsigned.rs"]
mod unsigned;
