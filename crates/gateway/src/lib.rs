//! Calls on their way to an upstream: routes, connections, bodies that stream past.
//!
//! Host, raw target, headers and body reach the upstream as the client sent them, so that its signature
//! holds there; the answer comes back as the upstream gave it. Bodies stream with back-pressure through
//! buffers of bounded size; what a record needs of them is copied on the way.
//!
//! A connection to an upstream has no task of its own while a call uses it: the call drives it. So a small
//! call costs no hand-over between threads, and dropping a call ends its connection.
//!
//! This crate knows no event, no identity and no journal.

#![warn(missing_docs)]

mod answer;
mod connect;
mod connection;
mod gate;
mod headers;
mod multiplexed;
mod origin;
mod outbound;
mod pool;
mod routes;
mod skim;
mod tap;
mod telemetry;
mod trust;
mod tunnel;
mod upstream;

pub use answer::{Answer, AnswerBody};
pub use headers::{Forwarded, Peer};
pub use origin::{Origin, OriginError};
pub use outbound::{BodyError, Departure, Outbound, RequestBody};
pub use routes::{Route, Routes, RoutesError};
pub use tap::{Kept, Tap, Tapped};
pub use trust::TrustError;
pub use tunnel::{Tunnel, Tunnelled, asks_for_websocket};
pub use upstream::{Protocol, SendError, Timeouts, Upstream, UpstreamConfig};
