//! Organizations' operations as use cases: the organization, its accounts and units, what they agree on, what
//! limits them, and which services and accounts act for it.
//!
//! A call takes two steps. [`Asked::of`] says what a call must be allowed, for whoever knows the caller's policies;
//! [`Organizations::call`] makes a call that is allowed, decides on one catalog revision, and commits the next.
//! What the service did beside answering is told with the answer ([`Deed`]), for the record.
//!
//! Invariants: whoever manages no organization changes none, and learns nothing of one it does not belong to; an
//! organization that is kept elsewhere is never changed here; a closed account stays closed. This crate does not
//! know that it is served over HTTP, who signed the request or how.

#![warn(missing_docs)]

mod account_creations;
mod accounts;
mod all_features;
mod asked;
mod attachments;
mod call;
mod caller;
mod deed;
mod delegated_administrators;
pub mod elsewhere;
mod handshakes;
mod ids;
mod invitations;
mod membership;
mod names;
mod organization;
mod organizations;
mod page;
mod policies;
mod refusal;
mod service_roles;
mod shapes;
mod standing;
mod tags;
mod tree;
mod trusted_services;
mod units;

pub use asked::Asked;
pub use call::Done;
pub use caller::Caller;
pub use deed::{Deed, Departure};
pub use organizations::Organizations;
pub use refusal::Refusal;
