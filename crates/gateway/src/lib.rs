//! Calls on their way to an upstream: routes, connections, bodies that stream past.
//!
//! Host, raw target, headers and body reach the upstream as the client sent them, so that its signature
//! holds there; the answer comes back as the upstream gave it. Bodies stream with back-pressure through
//! buffers of bounded size; what a record needs of them is copied on the way.
//!
//! This crate knows no event, no identity and no journal.

#![warn(missing_docs)]
