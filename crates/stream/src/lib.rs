//! Live streams: each event to log groups, event buses, webhooks and subjects, within a second.
//!
//! A destination is a [`Sink`]; the driver ([`Follower`]) follows the journal for it, in a task and from a
//! cursor of its own, so that a dead destination never delays another. Every event goes at least once and
//! in order; what a destination does not take is put again with growing pauses, until it is taken or older
//! than [`Surroundings::give_up_after`]. Where an event goes is decided by the revision stamped on it.
//!
//! This crate knows what destinations want, not how AWS is reached: calls of AWS APIs are behind traits that
//! `aws` implements.

mod accounts;
mod backoff;
mod batch;
mod book;
mod dead_letters;
mod destination;
mod envelope;
mod event_bus;
mod follow;
mod log_group;
mod material;
mod message;
mod nats;
mod select;
mod service;
mod shipping;
mod sink;
mod surroundings;
mod tally;
mod telemetry;
mod test_event;
mod trails;
mod webhook;

pub use accounts::{Buses, Reach};
pub use book::{Book, BookError, StreamCounts, StreamFailure};
pub use destination::{
    Destination, DestinationConfig, DestinationKind, Format, From, Materials, PatternSource,
};
pub use envelope::{AWS_SOURCE_PREFIX, Envelope, detail_type, source};
pub use event_bus::{AccountBuses, BusEntry, BusRules, EventBuses, ReadOnlyEvents, bus_stream_name};
pub use follow::{Begin, Follower};
pub use log_group::{
    LinesTaken, LogGroup, LogGroups, LogLane, LogLine, LogMessage, LogStream, LogsError, TrailLogGroup,
    UNAVAILABLE, log_stream_name,
};
pub use material::MaterialError;
pub use message::Message;
pub use nats::{Keeping, Nats, NatsAuthentication, NatsConfig, is_subject_prefix};
pub use service::Streams;
pub use sink::{Batch, Fate, Limits, Parcel, PutError, Rejected, Seen, Sink, Taken};
pub use surroundings::Surroundings;
pub use tally::{StreamHealth, StreamHealthError, Tallies};
pub use test_event::{TestEvent, TestOutcome};
pub use trails::{begin_log_group, cursor_name as log_group_cursor_name, enroll_log_group, is_stream_cursor};
pub use webhook::{Webhook, WebhookConfig};
