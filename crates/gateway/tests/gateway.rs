//! Requests through the gateway, byte for byte: an upstream and clients of bare sockets.

#![expect(clippy::unwrap_used, reason = "what these tests build on is tested elsewhere")]

#[path = "gateway/expect.rs"]
mod expect;
#[path = "gateway/faults.rs"]
mod faults;
#[path = "gateway/framing.rs"]
mod framing;
#[path = "gateway/http2.rs"]
mod http2;
#[path = "gateway/streaming.rs"]
mod streaming;
#[path = "gateway/tls.rs"]
mod tls;
#[path = "gateway/websocket.rs"]
mod websocket;
#[path = "gateway/world.rs"]
mod world;
