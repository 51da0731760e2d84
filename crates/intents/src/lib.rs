//! What the gateway is about to do, durable before it does it.
//!
//! Before a call is forwarded, its event with an unknown outcome is synced to a journal of its own; once the
//! event with the real outcome is durable, the intent is done. An intent whose process died becomes an event
//! with an unknown outcome at the next start, never silence.

#![warn(missing_docs)]
