//! The CloudTrail record, and nothing else: ids, identity, limits, redaction, canonical bytes.
//!
//! Everything Cairn stores is an event. An event made here ([`Record`]) is rendered once, within
//! CloudTrail's limits; an event that came from elsewhere keeps its original bytes and is only ever
//! looked at through an [`EventView`]. This crate knows no clock, no file and no socket: time and ids
//! are handed in through [`Clock`] and [`Ids`].

#![warn(missing_docs)]
#![deny(clippy::indexing_slicing)]

mod account;
mod arn;
mod clock;
mod derived_id;
mod entry;
mod identity;
mod insight;
mod limits;
mod outcome;
mod record;
mod redact;
mod region;
mod service_event;
mod text;
mod time;
mod view;

pub use account::{AccountId, AccountIdError};
pub use arn::{Arn, ArnError};
pub use clock::{Clock, Ids};
pub use derived_id::derived_id;
pub use entry::{Entry, EntryError, Origin};
pub use identity::{
    InScopeOf, InvokedByDelegate, OnBehalfOf, SessionAttributes, SessionContext, SessionIssuer, UserIdentity,
    WebIdFederationData,
};
pub use insight::{
    AttributedView, AttributionView, InsightAverage, InsightContextView, InsightSensitivity,
    InsightSensitivityError, InsightStatistics, InsightView,
};
pub use limits::{ADDITIONAL_BYTES_MAX, DEPTH_MAX, PARAMETERS_BYTES_MAX, RECORD_BYTES_MAX, TEXT_BYTES_MAX};
pub use outcome::Outcome;
pub use record::{Record, Resource, TlsDetails};
pub use redact::{HIDDEN, is_denied, redact};
pub use region::{Region, RegionError};
pub use service_event::ServiceEvent;
pub use time::{EventTime, EventTimeError};
pub use view::{Category, EventView, IdentityView, ParseError, ResourceView};
